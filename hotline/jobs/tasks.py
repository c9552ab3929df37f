"""What the worker and the clock run: thin calls into the rooms, each safe to run twice."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import structlog
from redis import Redis

from hotline import clock
from hotline.db import Database, Session
from hotline.delivery import settling, worker
from hotline.delivery.channels import Channel
from hotline.delivery.maildir import Maildir
from hotline.delivery.smtp import Smtp
from hotline.desk import drafts
from hotline.errors import StepRefused, Unavailable
from hotline.jobs import queues
from hotline.people.privacy import has_secret, secret
from hotline.people.rights import SYSTEM
from hotline.postgres import PATIENCE
from hotline.registry import knowledge, versions
from hotline.registry.directory import build_directory
from hotline.repeats import forget_replies
from hotline.reports import rollup
from hotline.settings import Settings
from hotline.telephony.calls import load_journal
from hotline.tickets import (
    attachments,
    closing,
    dispatch,
    feed,
    ladder,
    queries,
    replies,
    topics,
    word_index,
)
from hotline.tickets.file_store import FileStore

log = structlog.get_logger()

# A job or task begins no further batch after this, so that who runs it can be asked to stop.
TURN = timedelta(seconds=1)
# Tickets in one transaction of the overdue sweep.
LAPSED = 200


@dataclass(frozen=True, slots=True)
class Parts:
    """What a task leans on."""

    settings: Settings
    database: Database
    redis: Redis
    channel: Channel


def parts_of(settings: Settings) -> Parts:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.db_url, patience=PATIENCE)
    return Parts(settings, database, queues.connect(settings), channel(settings))


def channel(settings: Settings) -> Channel:
    """The one way out that the settings name."""
    if settings.channel == "smtp":
        return Smtp(settings.smtp_host, settings.smtp_port, settings.sender)
    return Maildir(settings.data_dir / "maildir", settings.sender)


@cache
def _parts() -> Parts:
    return parts_of(Settings())


def drain() -> None:
    """The worker's job: sends what is due, what a killed worker left included."""
    parts = _parts()
    try:
        sweep(parts)
        worker.drain(parts.database, parts.channel, clock.now, until=clock.now() + TURN)
        wake(parts)
    except Unavailable as error:
        log.warning("sending put off, the clock asks again", cause=repr(error.__cause__))


def wake(parts: Parts) -> None:
    """Wakes a worker when something is due, for all the wake-ups that were lost."""
    with parts.database.read() as session:
        waiting = worker.due(session, clock.now())
    if waiting:
        queues.wake(parts.redis)


def sweep(parts: Parts) -> None:
    stuck = settling.sweep(parts.database, parts.channel, clock.now())
    for state, count in Counter(row.state for row in stuck).items():
        log.warning("deliveries were stuck", count=count, now=state)


def report_unowed(parts: Parts) -> None:
    with parts.database.read() as session:
        numbers = settling.unowed(session)
    if numbers:
        log.error("approved replies that nobody is owed", tickets=numbers)


def place(parts: Parts) -> bool:
    """Gives new events their place in the feed."""
    return _for_a_turn(parts, lambda session: feed.place(session) > 0)


def fold(parts: Parts) -> bool:
    """Adds new events to the sums that tallies are read from."""
    return _for_a_turn(parts, lambda session: rollup.fold(session) > 0)


def tidy_words(parts: Parts) -> None:
    """Sorts new tickets into the index of words, so that no intake has to."""
    # What is sorted in stays so without a commit.
    with parts.database.read() as session:
        word_index.tidy(session)


def fall_overdue(parts: Parts) -> bool:
    return _for_a_turn(parts, _fall_overdue)


def _fall_overdue(session: Session) -> bool:
    rows = queries.lapsed(session, clock.now(), limit=LAPSED)
    for ticket, assignment in rows:
        dispatch.fall_overdue(session, ticket, assignment)
    return bool(rows)


def close_settled(parts: Parts) -> bool:
    return _for_a_turn(parts, _close_settled)


def _close_settled(session: Session) -> bool:
    limits = versions.load_calendar(session).limits
    rows = closing.settled(session, clock.now(), limits=limits, limit=LAPSED)
    for ticket in rows:
        replies.close(session, ticket, actor=SYSTEM, now=clock.now())
    return bool(rows)


def watch_knowledge(parts: Parts) -> None:
    """Notes, once each, articles that their units did not update in time."""
    with parts.database.work() as session:
        late = [(row.id, row.unit) for row in knowledge.fall_overdue(session, clock.now())]
    for article, unit in late:
        log.warning("article not updated in time", article=article, unit=unit)


def supervise(parts: Parts) -> bool:
    """Takes the rungs that are due, a ticket a transaction; True if the turn was over first."""
    end = clock.now() + TURN
    with parts.database.read() as session:
        calendar = versions.load_calendar(session)
        steps = ladder.due(session, calendar, clock.now())
    for step in steps:
        if clock.now() > end:
            return True
        try:
            with parts.database.work() as session:
                ladder.climb(session, step, calendar, clock.now())
        except StepRefused as refused:
            log.warning("rung refused", ticket=step.standing.number, cause=refused.sentence)
    return False


def watch_topics(parts: Parts) -> None:
    """Opens, updates and closes hot topics; the directory is read only where a crowd speaks."""
    now = clock.now()
    with parts.database.read() as session:
        limits = versions.load_calendar(session).limits
        said = topics.recent(session, now, limits)
        if not topics.crowded(said, limits) and not topics.open_topics(session):
            return
        tables, before = versions.load(session), topics.earlier(session, now, limits)
    directory = build_directory(tables, on=parts.settings.registry_date, version=0)
    found = topics.counted(said, before, topics.Duties(directory.duties), limits)
    with parts.database.work() as session:
        fresh = topics.keep(session, found, limits, now)
        opened = [(row.title, row.count, row.usual) for row in fresh]
    for title, count, usual in opened:
        log.warning("hot topic", title=title, count=count, usual=usual)


def _for_a_turn(parts: Parts, work: Callable[[Session], bool]) -> bool:
    """Does a batch a transaction until none is left or the turn is over; True if it was over.

    Whoever runs it can then be asked to stop, and other tasks get their turn.
    """
    end = clock.now() + TURN
    while clock.now() < end:
        with parts.database.work() as session:
            if not work(session):
                return False
    return True


def load_calls(parts: Parts) -> None:
    folder = parts.settings.data_dir
    if not has_secret(folder, "contact"):
        return  # another host's may belong here: `prepare` knows
    load_journal(parts.database, folder / "journal", key=secret(folder, "contact"))


def sweep_files(parts: Parts) -> None:
    """Deletes files of which no attachment speaks: never committed, or erased."""
    files, now = FileStore.under(parts.settings.data_dir), clock.now()
    with parts.database.read() as session:
        orphans = attachments.unreferenced(session, files.old(now))
    if dropped := files.drop(orphans, now):
        log.info("files without an attachment deleted", count=dropped)


def forget(parts: Parts) -> None:
    """Drops the kept replies to requests whose keys have run out, and drafts left lying."""
    with parts.database.work() as session:
        forget_replies(session, clock.now())
        drafts.sweep(session, clock.now())
