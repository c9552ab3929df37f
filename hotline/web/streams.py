"""One thread a process reads what is new and feeds every stream that is open in it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Any

import structlog

from hotline import clock
from hotline.db import Database, Session
from hotline.errors import Unavailable
from hotline.people.rights import Actor
from hotline.telephony import pops
from hotline.telephony.events import last_position
from hotline.web import news, serving
from hotline.web.current import City
from hotline.web.news import Message, View
from hotline.web.stopping import stopping

log = structlog.get_logger()

# Seconds between two looks for new events, and at how everything else stands.
LOOK_EVERY, VIEW_EVERY = 0.25, 1.0
# A page that has not taken so many messages is gone, or as good as gone.
BACKLOG = 1000


@dataclass(frozen=True, slots=True)
class Pace:
    """How many streams at once; seconds between signs of life, and of a stream's whole life.

    Each stream holds a thread, and requests need some too. Each time a browser comes back it is
    asked anew who it is, so that a sign-out or a lost right soon tells.
    """

    streams: int = serving.threads - 16
    heartbeat: float = 15.0
    longest: float = 300.0


PACE = Pace()


class StreamsFull(Unavailable):
    code, sentence = "streams-full", "实时连接已满，页面将改为定时刷新。"


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream; None in the mailbox is the end."""

    actor: Actor
    after: int | None
    mailbox: SimpleQueue[Message | None] = field(default_factory=SimpleQueue)
    opened: bool = False
    ended: bool = False
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def give(self, messages: list[Message]) -> None:
        """Passes on what is news to this page."""
        for message in messages:
            if message.name == "call" or self.told.get(message.name) != message.data:
                self.told[message.name] = message.data
                self.mailbox.put(message)
        self.opened = True
        if self.mailbox.qsize() > BACKLOG:
            self.end()

    def end(self) -> None:
        self.ended = True
        self.mailbox.put(None)


class Feeder:
    """Feeds the listeners of this process."""

    def __init__(self, database: Database, city: Callable[[], City], pace: Pace = PACE) -> None:
        self._database, self._city, self.pace = database, city, pace
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._listeners: list[Listener] = []
        self._position, self._viewed_at = 0, 0.0

    @property
    def open(self) -> int:
        """How many streams hold a place."""
        return len(self._listeners)

    def subscribe(self, actor: Actor, after: int | None) -> Listener:
        """A new listener who has been told everything up to `after`; its owner must `leave`."""
        listener = Listener(actor, after)
        with self._lock:
            if self.open >= self.pace.streams or stopping.is_set():
                raise StreamsFull
            self._listeners.append(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        return listener

    def leave(self, listener: Listener) -> None:
        """Gives the place up; safe to say twice."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def _run(self) -> None:
        try:
            while not stopping.wait(LOOK_EVERY):
                self._feed()
        finally:
            # Also after a fault of ours: pages ask again, and the next one begins a new thread.
            with self._lock:
                self._thread = None
                for listener in self._listeners:
                    listener.end()

    def _feed(self) -> None:
        with self._lock:
            listeners = [listener for listener in self._listeners if not listener.ended]
        if not listeners:
            return
        try:
            self._tell(listeners)
        except Unavailable as error:
            # Pages keep what they show; what they miss now is told when the database is back.
            log.warning("live pages wait for the database", cause=repr(error.__cause__))
            stopping.wait(VIEW_EVERY)

    def _tell(self, listeners: list[Listener]) -> None:
        now = clock.now()
        with self._database.read() as session:
            if not self._something_new(session, listeners):
                return
            if not any(listener.opened for listener in listeners):
                self._position = last_position(session)  # nobody missed what happened till now
            view = news.look(session, now)
            told = self._messages(session, listeners, view, now)
        shown = [(listener.actor, messages) for listener, messages in told]
        news.note_shown(self._database, shown, now)
        for listener, messages in told:
            listener.give(messages)
        self._position, self._viewed_at = view.position, time.monotonic()

    def _something_new(self, session: Session, listeners: list[Listener]) -> bool:
        return (
            time.monotonic() - self._viewed_at >= VIEW_EVERY
            or not all(listener.opened for listener in listeners)
            or last_position(session) > self._position
        )

    def _messages(
        self, session: Session, listeners: list[Listener], view: View, now: datetime
    ) -> list[tuple[Listener, list[Message]]]:
        city, happened = self._city(), pops.news(session, self._position, view.position)

        def of(listener: Listener) -> list[Message]:
            who = listener.actor
            if not listener.opened:
                return news.opening(session, who, listener.after, view, city=city, now=now)
            return news.calls(who, happened, view, city=city) + news.standing(who, view)

        return [(listener, of(listener)) for listener in listeners]
