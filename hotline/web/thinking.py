"""Asks the router, with what the asker may know of the caller and the town; nothing is stored."""

from hotline.people.rights import RIGHTS, Action, Scope
from hotline.routing.types import Earlier, Line, Suggestion
from hotline.tickets import queries
from hotline.tickets.earlier import Whence, earlier
from hotline.web.current import actor, city, current, now


def suggested(
    text: str, *, title: str = "", dialled: Line | None = None, phone_hash: str = "", but: int = 0
) -> Suggestion:
    """What the router says; one short statement where a caller or a town is known, else none.

    Never within a transaction. `but` is the id of the ticket that is asked about.
    """
    where = city().router.locate(text, title=title)
    whence = Whence(phone_hash, where.territory or "", where.town or "")
    return city().suggest(text, title=title, dialled=dialled, earlier=_earlier(whence, but))


def guide_of(given: Suggestion, unit: str) -> str:
    """The department that guides where this territory leads by rule; else blank."""
    return (given.lead and given.lead.unit == unit and given.lead.assist) or ""


def guide_for(number: str, unit: str) -> str:
    """The same for a ticket that is stored, by what its requester said."""
    if not city().is_territory(unit):
        return ""
    with current().database.read() as session:
        row = queries.ticket(session, number, actor=actor(), action=Action.DISPATCH)
        matter = queries.matter(session, row)
    return guide_of(suggested(matter.text, title=matter.title), unit)


def _earlier(whence: Whence, but: int) -> tuple[Earlier, ...]:
    # Whoever has no business with other people's tickets learns nothing of them by asking.
    if RIGHTS.get((actor().role, Action.ROUTE)) is not Scope.ALL:
        return ()
    if not whence.phone_hash and not whence.town:
        return ()
    with current().database.read() as session:
        return earlier(session, whence, actor=actor(), now=now(), but=but)
