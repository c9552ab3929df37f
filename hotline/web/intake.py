"""Taking down a request, the same for the API, the console and the public form."""

from collections.abc import Callable
from typing import Any

from hotline.db import Session
from hotline.desk.callers import phone_hash
from hotline.errors import Invalid
from hotline.repeats import keep_reply
from hotline.routing.types import Suggestion
from hotline.tickets import cars, intake, sources
from hotline.tickets.models import Ticket
from hotline.tickets.words import Path, Urgency
from hotline.web import bodies
from hotline.web.current import actor, city, current, now
from hotline.web.request_keys import request_key
from hotline.web.steps import dispatch_to
from hotline.web.thinking import by_rule, guide_of, suggested

Then = Callable[[Session, Ticket], Any]


def think(body: bodies.TicketBody | bodies.RouteBody, caller: str = "") -> Suggestion:
    """What the router says; `caller` is the hash of a number. Nothing is stored."""
    return suggested(
        body.text,
        title=body.title,
        dialled=city().find_line(body.dialled),
        addressee=body.addressee and city().unit(body.addressee, field="addressee"),
        phone_hash=caller,
    )


def log(
    body: bodies.TicketBody,
    present: Callable[[Ticket, Suggestion], dict[str, Any]],
    then: Then | None = None,
) -> dict[str, Any]:
    """Logs the request, accepts and dispatches it as the body says, then does what comes `then`.

    All in one transaction; the answer is kept for the request key, if any.
    """
    caller = phone_hash(current().contact_key, body.requester.phone)
    matter, suggestion = _matter(body), think(body, caller)
    if body.plate and city().towing:
        suggestion = by_rule(suggestion, city().towing)
    unit = body.unit and city().unit(body.unit)
    if unit and not body.accept:
        raise Invalid("派单须先受理，请将 accept 设为 true。", field="accept")
    guide = guide_of(suggestion, unit) if body.guide is None else body.guide
    who, at, calendar = actor(), now(), city().calendar
    with current().database.work(key=request_key(), now=at) as session:
        row = intake.log(session, matter, suggestion, actor=who, key=current().contact_key, now=at)
        if body.reference:
            sources.note(session, row, body.reference, told=body.told)
        if body.accept:
            intake.accept(session, row, calendar=calendar, actor=who, now=at)
        if unit:
            dispatch_to(session, row, unit, guide)
        if then:
            then(session, row)
        return keep_reply(session, present(row, suggestion), status=201)


def _matter(body: bodies.TicketBody) -> intake.Matter:
    line = city().find_line(body.dialled)
    pressing = body.plate and body.urgency is Urgency.NORMAL
    return intake.Matter(
        text=cars.request(body.plate, body.text) if body.plate else body.text,
        title=body.title,
        kind=body.kind,
        channel=body.channel,
        line=line.key if line else "",
        call_id=body.call_id,
        addressee=body.addressee and city().unit(body.addressee, field="addressee"),
        path=Path.MOVE_CAR if body.plate else "",
        urgency=Urgency.URGENT if pressing else body.urgency,
        confidential=body.confidential,
        requester=intake.Requester(**body.requester.model_dump()),
    )
