"""Every route × every role × own and other unit's tickets: made from the routes and the rights.

A route that is added is asked here by itself; one with an argument not known yet fails until
planted.py says what may stand there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from io import BytesIO
from itertools import islice, product
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zipfile import ZipFile

import papers
import pytest
from browsing import HTML, Browser
from builders import CITY, ENVIRONMENT, Desk
from flask import Flask
from planted import CALLER, EXTENSION, PERSON, WORDS, World, transferred
from sqlmodel import col, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hotline.people.access_log import AccessLog
from hotline.people.rights import RIGHTS, STAFF, Action, Role
from hotline.people.users import User
from hotline.tickets.attachments import Attachment
from hotline.tickets.models import Ticket
from hotline.web import steps
from hotline.web.admission import BEFORE_CHANGE
from hotline.web.guards import PUBLIC, SIGNED_IN, STEP, guard_of

# A unit that has nothing to do with any of the tickets.
OTHER = "市统计局"
# Told piece by piece without an end; /live/poll tells the same.
ENDLESS = ("live.stream",)
# Guarded by secrets of their own.
SECRET = ("metrics.show", "calls.list_seats", "calls.post_call", "calls.post_event")
# They are known to show something of what is planted; if they did not, all this asked nothing.
TELLING = {
    "api.attached", "api.search", "api.ticket", "console.follow_up_call", "dispatching.deliveries",
    "dispatching.pile", "inbox.pile", "live.poll", "supervision.bounces", "supervision.burning",
    "supervision.heap", "supervision.opinion", "supervision.opinion_list",
    "supervision.ratings_page", "supervision.topic", "tickets.search", "tickets.ticket",
}  # fmt: skip
NOT_ALLOWED = "您没有办理这一步的权限"


@pytest.fixture(scope="module")
def world(app: Flask, signs_in: Callable[..., Browser]) -> World:
    return World(app)


@dataclass(frozen=True)
class Reader:
    """Somebody with a browser or a key, and whose tickets and requesters they may know."""

    name: str
    role: Role | None
    browser: Browser
    headers: dict[str, str]
    unit: str = ""
    seated: bool = False  # where the planted call rings

    def get(self, address: str) -> TestResponse:
        return self.browser.client.get(address, headers=HTML | self.headers)

    def post(
        self, address: str, data: Any = None, *, token: bool = False, json: bool = False
    ) -> TestResponse:
        """As a program does it: a refusal is told in a few words instead of a page."""
        own = {"X-CSRFToken": self.browser.token} if token else {}
        headers = {"Accept": "application/json"} | self.headers | own
        sent = {"json" if json else "data": data}
        return self.browser.client.post(address, headers=headers, **sent)

    def may_read(self, world: World) -> set[str]:
        if (self.role, Action.READ) not in RIGHTS:
            return set()
        return world.of_unit(self.unit) if self.unit else set(world.tickets)

    def may_know(self, world: World) -> set[str]:
        """Whose requester, by name and number."""
        if self.role in (Role.AGENT, Role.DISPATCHER):
            return set(world.tickets)
        if self.role is not Role.HANDLER:
            return set()
        open_ones = {d for d, ticket in world.tickets.items() if not ticket.confidential}
        return world.of_unit(self.unit) & open_ones


@pytest.fixture(scope="module")
def readers(world: World, app: Flask, signs_in, caller) -> list[Reader]:
    def signed_in(role: Role, unit: str = "") -> Reader:
        browser = signs_in(role, unit)
        with world.database.read() as session:
            newest = session.exec(select(User.name).order_by(col(User.id).desc())).first()
        return Reader(newest, role, browser, {}, unit)

    agent, *others = [signed_in(role) for role in STAFF if role is not Role.HANDLER]
    agent.post("/live/seat", {"extension": EXTENSION}, token=True)
    world.switch("ringing", "offered", extension=EXTENSION)
    gateway = caller(Role.GATEWAY, channel="wechat")
    key = {"Authorization": f"Bearer {gateway.key}"}
    return [
        replace(agent, seated=True),
        *others,
        signed_in(Role.AGENT),
        signed_in(Role.HANDLER, CITY),
        signed_in(Role.HANDLER, OTHER),
        Reader("gatewaywechat", Role.GATEWAY, Browser(app.test_client()), key),
        Reader("", None, Browser(app.test_client()), {}),
    ]


def rules(app: Flask, method: str) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if method in rule.methods
        and not rule.endpoint.endswith("static")
        and rule.endpoint not in SECRET
    ]


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def anywhere(app: Flask, rule: Rule) -> str:
    """An address of the route that leads to nothing."""
    return address(app, rule, dict.fromkeys(rule.arguments, 1))


def addresses(world: World, rule: Rule) -> Iterator[str]:
    """Every address of the route at which something is planted."""
    known = world.values
    named = [(name, f"{rule.endpoint} {name}") for name in sorted(rule.arguments)]
    for name, own in named:
        assert own in known or name in known, f"say in planted.py what {own} may be"
    choices = [known.get(own) or known[name] for name, own in named]
    for chosen in product(*choices):
        here = address(world.app, rule, dict(zip((n for n, _ in named), chosen, strict=True)))
        yield here
        yield from (f"{here}?{query}" for query in world.queries.get(rule.endpoint, ()))


def meant(rule: Rule, reader: Reader) -> str:
    """What the tables say of this reader on this route: welcome, unknown or refused."""
    guard = guard_of(rule.endpoint)
    if guard is PUBLIC:
        return "welcome"
    if reader.role is None or (reader.headers and rule.endpoint in BEFORE_CHANGE):
        return "unknown"
    allowed = reader.role in STAFF if guard is SIGNED_IN else (reader.role, guard) in RIGHTS
    return "welcome" if allowed else "refused"


def met(answer: TestResponse) -> str:
    """What became of a request, as far as the guard is concerned."""
    to_the_door = answer.headers.get("Location", "").startswith("/sign-in?")
    if answer.status_code == 401 or to_the_door:
        return "unknown"
    by_guard = answer.status_code == 403 and NOT_ALLOWED in answer.text
    return "refused" if by_guard else "welcome"


# Who may use which route at all


def test_every_act_is_refused_to_all_others_and_without_our_token_to_everybody(world, readers):
    for rule, reader in product(rules(world.app, "POST"), readers):
        answer = reader.post(anywhere(world.app, rule))
        about = (rule.endpoint, reader.name, answer.status_code)
        assert answer.status_code < 500, about
        assert met(answer) == meant(rule, reader), about
        # A key or a query code is shown with each request, so that no other page can send it.
        by_code = guard_of(rule.endpoint) is PUBLIC and rule.endpoint.startswith("api.")
        if met(answer) == "welcome" and not reader.headers and not by_code:
            assert (answer.status_code, "页面已过期" in answer.text) == (400, True), about


def test_a_gateway_hands_in_and_does_nothing_else(world, readers):
    (gateway,) = (reader for reader in readers if reader.role is Role.GATEWAY)
    opened = {
        rule.endpoint
        for method, ask in (("GET", gateway.get), ("POST", gateway.post))
        for rule in rules(world.app, method)
        if guard_of(rule.endpoint) is not PUBLIC
        and met(ask(anywhere(world.app, rule))) == "welcome"
    }
    assert opened == {"api.hand_in"}


# What each reader is shown


def looked_at(world: World, since: int, name: str) -> tuple[set[str], set[str]]:
    """Tickets and calls at which the reader's looks are on record since then."""
    with world.database.read() as session:
        query = select(AccessLog).where(col(AccessLog.id) > since, AccessLog.actor == name)
        looks = list(session.exec(query))
    return {look.ticket for look in looks}, {look.call_id for look in looks}


def last_look(world: World) -> int:
    with world.database.read() as session:
        newest = select(AccessLog.id).order_by(col(AccessLog.id).desc()).limit(1)
        return session.exec(newest).first() or 0


def told(answer: TestResponse) -> str:
    """All that can be read in it; of a workbook its parts."""
    data = answer.get_data()
    if data.startswith(b"PK"):
        book = ZipFile(BytesIO(data))
        data = b"\n".join(book.read(part) for part in book.namelist())
    return data.decode("utf-8", "replace")


def check(
    world: World, reader: Reader, ask: Callable[[], TestResponse], about: str
) -> TestResponse:
    """That the answer shows nobody's data but what the reader may know, and leaves its looks."""
    since = last_look(world)
    answer = ask()
    text = told(answer)
    for asked in filter(None, dict(parse_qsl(urlsplit(about).query)).values()):
        text = text.replace(asked, "")  # what was typed stands in its field again
    words, persons = set(WORDS.findall(text)), set(PERSON.findall(text))
    about = (about, reader.name, answer.status_code)
    assert answer.status_code < 500, about
    assert words <= reader.may_read(world), (about, words - reader.may_read(world))
    assert persons <= reader.may_know(world), (about, persons - reader.may_know(world))
    assert not {code for code in world.codes if code in text}, (about, "a query code")
    tickets, calls = looked_at(world, since, reader.name)
    shown = {world.tickets[digits].number for digits in words | persons}
    assert shown <= tickets, (about, "no look on record", shown - tickets)
    if CALLER in text:
        assert reader.seated and calls, (about, "a caller's number")
    if tickets or words:
        assert answer.headers.get("Cache-Control") == "no-store", about
    return answer


def test_every_page_shows_each_reader_what_they_may_know_alone_and_notes_the_look(world, readers):
    telling: set[str] = set()
    for rule, reader in product(rules(world.app, "GET"), readers):
        welcome = meant(rule, reader) == "welcome"
        if rule.endpoint in ENDLESS and welcome:
            continue
        # Whom the guard turns away it turns away at every address.
        for here in islice(addresses(world, rule), None if welcome else 1):
            answer = check(world, reader, partial(reader.get, here), here)
            assert met(answer) == meant(rule, reader), (here, reader.name, answer.status_code)
            if any(sign.search(told(answer)) for sign in (WORDS, PERSON, re.compile(CALLER))):
                telling.add(rule.endpoint)
    assert telling >= TELLING, "what was planted is shown no more where it used to be"


# What a page asks for while somebody types: what is sent, and the requester it is about, if any.
TYPED = {
    "console.person": {"requester.phone": "13900001000"},
    "console.suggest": {"text": "东兴区西林街道烧烤摊半夜还在吵", "requester.phone": "13900001000"},
    "console.nearby": {"text": "东兴区西林街道烧烤摊半夜还在吵"},
    "console.knowledge": {"text": "烧烤摊半夜还在吵"},
    "portal.check": {"text": "烧烤摊半夜还在吵"},
}


@pytest.mark.parametrize("endpoint", TYPED)
def test_what_is_shown_while_somebody_types_leaves_its_looks_as_well(world, readers, endpoint):
    (rule,) = (rule for rule in rules(world.app, "POST") if rule.endpoint == endpoint)
    for reader in readers:
        if meant(rule, reader) == "welcome" and not reader.headers:
            here = anywhere(world.app, rule)
            send = partial(reader.post, here, TYPED[endpoint], token=True)
            assert check(world, reader, send, here).status_code == 200


def test_nobody_who_sees_masks_learns_by_a_number_who_sent_a_confidential_request(world, readers):
    found = {
        (reader.role, reader.unit, confidential)
        for reader in readers
        if (reader.role, Action.READ) in RIGHTS
        for confidential, phone in ((True, "13900001000"), (False, "13900001001"))
        if reader.browser.get(f"/api/v1/tickets?q={phone}").json["entries"]
    }
    assert found == {
        *product((Role.AGENT, Role.DISPATCHER), ("",), (True, False)),
        (Role.SUPERVISOR, "", False),
        (Role.HANDLER, CITY, False),
    }


# Steps on a ticket of another unit


def body_of(rule: Rule) -> dict[str, Any]:
    """What the form of the route must hold, as far as it can be told from its model."""
    _, is_step, action = rule.endpoint.partition(STEP)
    if not is_step:
        name = "files" if rule.endpoint.startswith("api.") else "attachments"
        return {name: (BytesIO(papers.PDF), "a.pdf")}
    fields = steps.STEPS[Action(action)][0].model_fields
    return {name: said(each.annotation) for name, each in fields.items() if each.is_required()}


def said(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    return {bool: "true", int: "1"}.get(kind, ENVIRONMENT)


def standing(world: World, number: str) -> tuple[Any, ...]:
    """All by which a step on the ticket would show."""
    with world.database.read() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        files = session.exec(select(Attachment.id).where(Attachment.ticket_id == ticket.id)).all()
        return ticket.status, ticket.last_seq, ticket.head_hash, len(files)


def test_no_step_reaches_a_ticket_of_another_unit_and_each_reaches_the_units_own(world, readers):
    own, moved = world.number(Desk.in_progress), world.number(transferred)
    handlers = {reader.unit: reader for reader in readers if reader.role is Role.HANDLER}
    asked = 0
    for rule in rules(world.app, "POST"):
        if "number" not in rule.arguments or meant(rule, handlers[OTHER]) != "welcome":
            continue
        for unit, number, there in ((OTHER, own, False), (CITY, moved, False), (CITY, own, True)):
            before, values = standing(world, number), body_of(rule)
            here = address(world.app, rule, dict.fromkeys(rule.arguments, 1) | {"number": number})
            api = rule.endpoint.startswith("api.") and STEP in rule.endpoint
            answer = handlers[unit].post(here, values, token=True, json=api)
            about = (here, unit, answer.status_code, answer.text[:200])
            if there:
                assert answer.status_code != 404, about
            else:
                assert met_as_unknown(answer, number), about
                assert standing(world, number) == before, about
            assert not WORDS.search(answer.text) or there, about
        asked += 1
    assert asked >= 14


def met_as_unknown(answer: TestResponse, number: str) -> bool:
    """Not found, or gone; some pages lead back to the ticket with the refusal, which is neither."""
    gone = answer.status_code == 409 and "不再由本单位办理" in answer.text
    to_it = answer.headers.get("Location", "").startswith(f"/tickets/{number}")
    return answer.status_code == 404 or gone or to_it
