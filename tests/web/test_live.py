"""Pages that tell news by themselves, over real sockets."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from browsing import a_look
from flask import Flask
from served import PATIENCE, eventually, free_port
from sqlalchemy import event
from sqlmodel import select
from werkzeug.serving import make_server

from hotline import clock
from hotline.app import create_app
from hotline.db import Database
from hotline.people import keys
from hotline.people.access_log import AccessLog
from hotline.people.rights import Actor, Role
from hotline.settings import Settings
from hotline.telephony import events
from hotline.telephony.events import SwitchEvent
from hotline.telephony.seats import Seat
from hotline.telephony.words import CallEventKind
from hotline.web import news
from hotline.web.news import Message as News
from hotline.web.streams import BACKLOG, Feeder, Listener, Pace

CALLER, DIALLED = "13800000001", "12369"
_serial = count(1)
Message = dict[str, Any]

SOAK = bool(os.environ.get("HOTLINE_SOAK"))


class Page:
    """A browser's event source: one stream, read message by message."""

    def __init__(self, port: int, key: str, *, last: str = "", method: str = "GET") -> None:
        headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._connection.request(
            method, "/live", headers=headers | ({"Last-Event-ID": last} if last else {})
        )
        self.response = self._connection.getresponse()
        self.last = last

    def message(self) -> Message | None:
        """The next one that is more than a sign of life."""
        until = time.monotonic() + PATIENCE
        while (sign := self.sign()) and sign["event"] == "heartbeat":
            assert time.monotonic() < until, "signs of life, and no news"
        return sign

    def sign(self) -> Message | None:
        """The next one of any kind; None at the end of the stream."""
        fields: dict[str, str] = {}
        while line := self.response.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                self.last = fields.get("id", self.last)
                return {"event": fields["event"], "data": json.loads(fields["data"])}
        return None

    def next(self, event: str) -> Any:
        """What the next message of this name says."""
        while message := self.message():
            if message["event"] == event:
                return message["data"]
        raise AssertionError(f"the stream ended without {event}")

    def until(self, event: str, tells: Callable[[Any], bool]) -> Any:
        """The first message of this name that tells it; one before may know half of a change."""
        while not tells(told := self.next(event)):
            pass
        return told

    def heard(self, seconds: float = 2) -> list[Message]:
        """All that comes within so many seconds from now, told by signs of life."""
        until, messages = (clock.now() + timedelta(seconds=seconds)).isoformat(), []
        while sign := self.sign():
            if sign["event"] != "heartbeat":
                messages.append(sign)
            elif sign["data"]["at"] > until:
                break
        return messages

    def close(self) -> None:
        self.response.close()
        self._connection.close()


class City:
    """A running web process with its switch and its staff."""

    def __init__(self, port: int, settings: Settings, database: Database) -> None:
        self.port, self.database, self.url = port, database, settings.db_url
        self._secret = (settings.data_dir / "secrets" / "line").read_text()

    def staff(self, role: Role, unit: str = "", *, name: str = "") -> str:
        """The key of somebody new."""
        with self.database.work() as session:
            name = name or f"{role}-{next(_serial)}"
            return keys.make(session, name, role, unit=unit, now=clock.now())

    def seated(self) -> tuple[str, str]:
        """A new agent's key, at a new extension."""
        key, extension = self.staff(Role.AGENT), str(8000 + next(_serial))
        status, _ = self.ask("/live/seat", key, {"extension": extension})
        assert status == 200
        return key, extension

    def tell(self, call_id: str, kind: str, **more: str) -> None:
        body = {"kind": kind, "at": clock.now().isoformat()} | more
        if kind in ("queued", "offered"):
            body |= {"caller": CALLER, "dialled": DIALLED}
        status, answer = self.ask(f"/api/v1/calls/{call_id}/events", self._secret, body)
        assert status == 200, answer

    def poll(self, key: str, after: str = "") -> Any:
        status, answer = self.ask(f"/live/poll?after={after}", key)
        assert status == 200, answer
        return answer

    def ask(self, path: str, key: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        method, data = ("GET", None) if body is None else ("POST", json.dumps(body))
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    @contextmanager
    def page(self, key: str, *, last: str = "") -> Iterator[Page]:
        page = Page(self.port, key, last=last)
        assert page.response.status == 200
        yield page
        page.close()


@pytest.fixture(scope="module")
def city(app: Flask) -> Iterator[City]:
    parts = app.extensions["hotline"]
    # A closed page is noticed when the next sign of life cannot be written.
    feeder = Feeder(parts.database, parts.city, Pace(heartbeat=0.3))
    app.extensions["live"] = feeder
    with serving(app) as port:
        yield City(port, parts.settings, parts.database)
        assert eventually(lambda: feeder.open == 0)


@pytest.fixture
def paced(app: Flask) -> Iterator[Callable[..., Feeder]]:
    """The same application with streams of another pace."""
    usual, made = app.extensions["live"], []
    parts = app.extensions["hotline"]

    def change(
        database: Database | None = None, known: Callable[[], Any] = parts.city, **pace: Any
    ) -> Feeder:
        made.append(Feeder(database or parts.database, known, Pace(**{"heartbeat": 0.3} | pace)))
        app.extensions["live"] = made[-1]
        return made[-1]

    yield change
    app.extensions["live"] = usual
    assert eventually(lambda: all(feeder.open == 0 for feeder in made))


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.port
    server.shutdown()


def calls(messages: list[Message]) -> list[tuple[str, str]]:
    return [
        (each["data"]["call_id"], each["data"]["event"])
        for each in messages
        if each["event"] == "call"
    ]


def test_a_call_pops_up_at_its_extension_with_all_that_the_agent_needs(city: City):
    key, extension = city.seated()
    with city.page(key) as page:
        assert page.next("seat")["extension"] == extension
        city.tell("pop", "queued")
        city.tell("pop", "offered", extension=extension)
        pop = page.next("call")
    assert (pop["call_id"], pop["event"], pop["event_name"]) == ("pop", "offered", "振铃")
    assert (pop["caller"], pop["dialled"], pop["action"]) == (CALLER, DIALLED, "intake")
    assert pop["line"] == {"number": "12369", "name": "环境保护举报热线", "department": "市环保局"}
    assert (pop["state"], pop["state_name"], pop["service"]) == ("ringing", "振铃中", None)
    assert pop["started_at"].endswith("+00:00")


def test_the_stream_is_one_that_browsers_and_proxies_leave_alone(city: City):
    with city.page(city.staff(Role.SUPERVISOR)) as page:
        assert page.response.headers["Content-Type"].startswith("text/event-stream")
        assert page.response.headers["Cache-Control"] == "no-store"
        assert page.response.headers["X-Accel-Buffering"] == "no"
        assert page.response.readline() == b"retry: 2000\n"


def test_a_page_that_comes_back_misses_nothing_and_hears_nothing_twice(city: City):
    key, extension = city.seated()
    start = str(city.poll(key)["cursor"])
    heard, last = [], start
    happens = [("offered", {"extension": extension}), ("answered", {"extension": extension})]
    for n in range(3):
        for kind, more in [*happens, ("ended", {})]:
            city.tell(f"back-{n}", kind, **more)
            if kind == "answered":
                continue  # happens while nobody listens
            with city.page(key, last=last) as page:
                expected = 1 if kind == "offered" else 2
                heard += [{"event": "call", "data": page.next("call")} for _ in range(expected)]
                last = page.last
    told = [(f"back-{n}", kind) for n in range(3) for kind in ("offered", "answered", "ended")]
    assert calls(heard) == told
    assert calls(city.poll(key, start)["messages"]) == told
    with city.page(key, last=last) as page:
        assert page.message()["event"] == "seat"


def test_asking_tells_the_same_as_the_stream(city: City):
    key, extension = city.seated()
    before = str(city.poll(key)["cursor"])
    for kind in ("queued", "offered", "answered"):
        city.tell("same", kind, extension=extension)
    for last in ("", before):
        polled = city.poll(key, last)
        with city.page(key, last=last) as page:
            streamed = [page.message() for _ in polled["messages"]]
            assert page.last == str(polled["cursor"])
        told = [{"event": each["event"], "data": each["data"]} for each in polled["messages"]]
        assert streamed == told
        assert [each["event"] for each in told] == ["call", "call", "seat", "queue"]
    assert calls(city.poll(key, str(polled["cursor"]))["messages"]) == []


def test_a_page_opened_during_a_call_shows_it_and_one_opened_later_does_not(city: City):
    key, extension = city.seated()
    city.tell("open", "offered", extension=extension)
    assert calls(city.poll(key)["messages"]) == [("open", "offered")]
    city.tell("open", "abandoned")
    assert calls(city.poll(key)["messages"]) == []


def test_each_message_tells_the_place_to_come_back_to(city: City):
    key, extension = city.seated()
    city.tell("place", "offered", extension=extension)
    for message in city.poll(key)["messages"]:
        rest = city.poll(key, str(message["id"]))["messages"]
        assert calls(rest) == []


@pytest.mark.parametrize(
    ("role", "unit", "events"),
    [
        (Role.HANDLER, "市环保局", set()),
        (Role.SUPERVISOR, "", set()),
        (Role.ADMINISTRATOR, "", set()),
        (Role.DISPATCHER, "", {"seat", "queue", "desk"}),
        (Role.AGENT, "", {"seat", "queue"}),
    ],
)
def test_who_does_not_sit_where_it_rings_gets_no_call_and_no_number(
    city: City, role: Role, unit: str, events: set[str]
):
    key, extension = city.seated()
    other = city.staff(role, unit)
    with city.page(other) as page, city.page(key) as at_the_seat:
        city.tell(f"other-{role}", "queued")
        city.tell(f"other-{role}", "offered", extension=extension)
        at_the_seat.next("call")
        heard = page.heard(0.5)
    assert {message["event"] for message in heard} == events
    polled = city.poll(other, "0")["messages"]
    assert {message["event"] for message in polled} == events
    assert CALLER not in json.dumps([heard, polled])


def test_an_agent_who_left_the_seat_hears_no_more_of_it(city: City):
    key, extension = city.seated()
    city.ask("/live/seat/leave", key, {})
    city.tell("left", "offered", extension=extension)
    assert calls(city.poll(key, "0")["messages"]) == []


def test_a_seat_from_the_time_as_an_agent_shows_a_handler_nothing(city: City):
    key = city.staff(Role.HANDLER, "市环保局", name="经办人一")
    with city.database.work() as session:
        at = clock.now()
        session.add(Seat(actor="经办人一", extension="8996", taken_at=at, since=at, position=0))
    city.tell("once", "offered", extension="8996")
    assert city.poll(key, "0")["messages"] == []


def test_a_page_that_stays_hears_each_event_once(city: City):
    key, extension = city.seated()
    kinds = ["offered", "answered", "ended"]
    with city.page(key) as page:
        page.next("queue")
        for kind in kinds:
            city.tell("once-each", kind, extension=extension)
        heard = [{"event": "call", "data": page.next("call")} for _ in kinds] + page.heard()
    assert calls(heard) == [("once-each", kind) for kind in kinds]


def test_every_number_shown_is_noted_once(city: City):
    key, extension = city.seated()
    for kind in ("queued", "offered", "answered"):
        city.tell("noted", kind, extension=extension)
    with city.page(key) as page:
        page.next("queue")
    city.tell("noted", "ended")
    with city.database.read() as session:
        query = select(AccessLog).where(AccessLog.call_id == "noted")
        looks = session.exec(query).all()
    assert [(row.what, row.role, row.ticket) for row in looks] == [("screen_pop", "agent", "")] * 2


def test_the_queue_is_told_when_it_changes_and_only_then(city: City):
    with city.page(city.staff(Role.AGENT)) as page:
        before = page.next("queue")
        city.tell("queue", "queued")
        longer = page.until("queue", lambda told: told["waiting"] == before["waiting"] + 1)
        assert longer["longest_since"]
        city.tell("queue", "abandoned")
        given_up = before["today"]["abandoned"] + 1
        page.until(
            "queue", lambda told: told["today"]["abandoned"] == given_up and told["missed"] >= 1
        )
        assert page.heard() == []


def test_the_dispatcher_hears_of_an_alarm(city: City):
    with city.page(city.staff(Role.DISPATCHER)) as page:
        before = page.next("desk")
        written = {"text": "我家楼下着火了，快来", "kind": "help", "channel": "web"}
        status, _ = city.ask("/api/v1/tickets", city.staff(Role.AGENT), written)
        assert status == 201
        page.until("desk", lambda told: told["alarms"] == before["alarms"] + 1)


def test_a_quiet_stream_gives_signs_of_life_and_ends_in_its_time(city: City, paced):
    paced(heartbeat=0.1, longest=1.5)
    with city.page(city.staff(Role.HANDLER, "市环保局")) as page:
        beats = []
        while beat := page.sign():
            beats.append(beat)
    assert {beat["event"] for beat in beats} == {"heartbeat"}
    assert len(beats) >= 3
    assert beats[0]["data"]["at"] < beats[1]["data"]["at"]


def test_a_stream_is_alive_every_fifteen_seconds():
    assert Pace().heartbeat == 15


def test_over_the_cap_a_page_is_sent_to_ask_and_a_closed_page_gives_its_place_back(
    city: City, paced
):
    paced(streams=2)
    key = city.staff(Role.AGENT)
    with city.page(key), city.page(key):
        third = Page(city.port, key)
        assert (third.response.status, third.response.headers["Retry-After"]) == (503, "2")
        assert json.loads(third.response.read())["code"] == "streams-full"
        assert city.poll(key)["messages"]
    assert eventually(lambda: accepted(city, key))


def accepted(city: City, key: str) -> bool:
    page = Page(city.port, key)
    page.close()
    return page.response.status == 200


def test_a_request_that_never_reads_takes_no_place(city: City, paced):
    paced(streams=1)
    key = city.staff(Role.AGENT)
    for _ in range(3):
        head = Page(city.port, key, method="HEAD")
        head.close()
        assert eventually(lambda: accepted(city, key))


def test_streams_outlive_a_database_that_is_away_and_then_tell(city: City, paced):
    key, extension = city.seated()
    database = Database(city.url)
    paced(database)
    with city.page(key) as page:
        page.next("queue")
        with away(database):
            city.tell("away", "offered", extension=extension)
            time.sleep(1)
        assert page.next("call")["call_id"] == "away"
    database.engine.dispose()


def test_no_number_is_told_while_nobody_can_be_asked_who_listens(city: City, app: Flask, paced):
    key, extension = city.seated()
    parts, other = app.extensions["hotline"], Database(city.url)
    limits = parts.city().calendar.limits
    city.tell("unasked", "queued")
    offered = SwitchEvent("unasked", CallEventKind.OFFERED, clock.now(), extension)
    paced(other)
    with city.page(key) as page:
        page.next("queue")
        with away(parts.database):
            with other.work() as session:
                events.record(
                    session, offered, limits=limits, key=parts.contact_key, now=clock.now()
                )
            assert calls(iter(page.message, None)) == []
    with city.page(key) as page:
        assert page.next("call")["call_id"] == "unasked"
    other.engine.dispose()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_ends_the_streams_and_the_next_page_is_fed_again(
    city: City, app: Flask, paced
):
    faults = [KeyError("a bug")]

    def known() -> Any:
        if faults:
            raise faults.pop()
        return app.extensions["hotline"].city()

    paced(known=known)
    key = city.staff(Role.AGENT)
    with city.page(key) as page:
        assert page.message() is None
    with city.page(key) as page:
        assert page.next("queue")


def test_a_page_that_takes_nothing_any_more_is_given_up():
    listener = Listener(Actor("坐席07", Role.AGENT), None)
    listener.give([News("call", {}, n) for n in range(BACKLOG)])
    assert not listener.ended
    listener.give([News("call", {}, BACKLOG)])
    assert listener.ended
    taken = [listener.mailbox.get() for _ in range(BACKLOG + 2)]
    assert taken[-1] is None


@contextmanager
def away(database: Database) -> Iterator[None]:
    """No statement is answered."""

    def refuse(_cursor: Any, _statement: str, _parameters: Any, context: Any) -> None:
        raise context.dialect.loaded_dbapi.OperationalError("away")

    event.listen(database.engine, "do_execute", refuse)
    yield
    event.remove(database.engine, "do_execute", refuse)


def test_a_seat_is_taken_paused_and_left_over_http(city: City):
    key, extension = city.staff(Role.AGENT), str(8000 + next(_serial))
    with city.page(key) as page:
        assert page.next("seat")["state_name"] == "未签入"
        _, taken = city.ask("/live/seat", key, {"extension": f" {extension} "})
        assert (taken["extension"], taken["state_name"]) == (extension, "空闲")
        assert page.next("seat") == taken
        _, paused = city.ask("/live/seat/state", key, {"state": "paused"})
        assert page.next("seat") == paused
        assert paused["state_name"] == "小休"
        _, left = city.ask("/live/seat/leave", key, {})
        assert page.next("seat") == left
    assert left["extension"] is None


def test_the_fields_of_a_form_do_as_well(city: City, app: Flask):
    headers = {"Authorization": f"Bearer {city.staff(Role.AGENT)}"}
    answer = app.test_client().post("/live/seat", data={"extension": "8999"}, headers=headers)
    assert (answer.status_code, answer.json["extension"]) == (200, "8999")


def test_refusals_at_the_seat_name_the_field(city: City):
    key, extension = city.seated()
    other = city.staff(Role.AGENT)
    for path, asker, body, code, field in (
        ("/live/seat", other, {"extension": extension}, "seat-taken", "extension"),
        ("/live/seat", key, {"extension": "8998"}, "seat-taken", "extension"),
        ("/live/seat", other, {"extension": "分机"}, "invalid", "extension"),
        ("/live/seat", other, {"extension": "1" * 13}, "invalid", "extension"),
        ("/live/seat", other, {}, "invalid", "extension"),
        ("/live/seat", other, [], "invalid", "body"),
        ("/live/seat/state", key, {"state": "busy"}, "invalid", "state"),
        ("/live/seat/state", key, {"state": "away"}, "invalid", "state"),
        ("/live/seat/state", other, {"state": "free"}, "not-found", "extension"),
    ):
        _, answer = city.ask(path, asker, body)
        assert (answer["code"], answer["errors"][0]["field"]) == (code, field), body
    handler = city.staff(Role.HANDLER, "市环保局")
    assert city.ask("/live/seat", handler, {"extension": "8997"})[0] == 403


@pytest.mark.parametrize("cursor", ["-1", "x", "２", "1.5", "9" * 10, "9" * 6000])
def test_a_cursor_that_is_none_is_named(city: City, app: Flask, cursor: str):
    headers = {"Authorization": f"Bearer {city.staff(Role.AGENT)}"}
    answer = app.test_client().get("/live/poll", query_string={"after": cursor}, headers=headers)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "after")


def test_a_last_event_id_that_is_none_is_named(city: City):
    page = Page(city.port, city.staff(Role.AGENT), last="yesterday")
    assert page.response.status == 422
    assert json.loads(page.response.read())["errors"][0]["field"] == "Last-Event-ID"


def test_without_a_key_there_are_no_news(city: City):
    for path in ("/live", "/live/poll"):
        assert city.ask(path, "wrong")[0] == 401


def test_a_browser_that_is_signed_in_hears_news_too(signed_in):
    answer = signed_in(Role.AGENT).client.get("/live/poll")
    assert [each["event"] for each in answer.json["messages"]] == ["seat", "queue"]


def test_twenty_calls_are_told_with_as_many_questions_as_two(city: City, app: Flask):
    parts, asked = app.extensions["hotline"], []
    for n in (2, 20):
        agent = Actor(f"许多-{n}", Role.AGENT)
        key, extension = city.staff(agent.role, name=agent.id), str(8000 + next(_serial))
        city.ask("/live/seat", key, {"extension": extension})
        for i in range(n):
            city.tell(f"many-{n}-{i}", "offered", extension=extension)
        with parts.database.read() as session, questions(parts.database) as sent:
            view = news.look(session, clock.now())
            told = news.opening(session, agent, 0, view, city=parts.city(), now=clock.now())
        assert len([message for message in told if message.name == "call"]) == n
        asked.append(len([each for each in sent if not a_look(each)]))
    assert asked[0] == asked[1]


@contextmanager
def questions(database: Database) -> Iterator[list[str]]:
    """What this thread asks of the tables of calls and tickets while the block runs."""
    sent, here = [], threading.get_ident()

    def note(*about: Any) -> None:
        if threading.get_ident() == here and not a_look(about[2]):
            sent.append(about[2])

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.skipif(not SOAK, reason="a second start: in make soak")
def test_pages_listen_through_a_restart(tmp_path: Path):
    """A real gunicorn, stopped while a stream is open, and started again."""
    settings = Settings(data_dir=tmp_path, database_url="", redis_url="", port=free_port())
    with web(settings):
        city = City(settings.port, settings, Database(settings.db_url))
        key, extension = city.seated()
        page = Page(settings.port, key)
        page.next("queue")
        city.tell("before", "offered", extension=extension)
        assert page.next("call")["call_id"] == "before"
        raw = raw_stream(settings.port, key)
    assert b"".join(iter(lambda: raw.recv(4096), b"")).endswith(LAST_CHUNK)
    with serving(create_app(settings)) as city.port:
        city.tell("after", "offered", extension=extension)
        with city.page(key, last=page.last) as again:
            assert again.next("call")["call_id"] == "after"


# How a stream ends that was not cut off.
LAST_CHUNK = b"0\r\n\r\n"


def raw_stream(port: int, key: str) -> socket.socket:
    """A stream that has begun, with the marks of HTTP left in it."""
    raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    head = f"GET /live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
    raw.sendall(head.encode())
    assert b"200 OK" in raw.recv(4096)
    return raw


@contextmanager
def web(settings: Settings) -> Iterator[None]:
    """One web process with our settings of gunicorn; stopped as the keeper stops it."""
    environment = os.environ | {
        "HOTLINE_DATA_DIR": str(settings.data_dir), "DATABASE_URL": "", "REDIS_URL": "",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "hotline.app:create_app()"]
    command += ["--config", "python:hotline.web.serving", "--bind", f"127.0.0.1:{settings.port}"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: answers(settings.port))
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def answers(port: int) -> bool:
    with suppress(OSError):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


# Who lost the right while the page was open


def test_a_key_that_is_revoked_is_told_no_number_any_more(city: City):
    key = city.staff(Role.AGENT, name="调离的坐席")
    assert city.ask("/live/seat", key, {"extension": "8997"})[0] == 200
    with city.page(key) as page:
        page.next("queue")
        with city.database.work() as session:
            keys.revoke(session, "调离的坐席", now=clock.now())
        city.tell("revoked", "offered", extension="8997")
        heard = page.heard(2)
    assert calls(heard) == []


def test_a_page_that_signed_out_hears_no_more(app: Flask, paced, signs_in):
    browser = signs_in(Role.AGENT)
    paced(heartbeat=0.2, longest=2)
    answer = browser.get("/live")
    told = answer.iter_encoded()
    assert next(told).startswith(b"retry")
    browser.post("/sign-out")
    assert b"heartbeat" not in b"".join(told)
    answer.close()
