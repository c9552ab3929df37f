"""The city as a process knows it: registry, model and corrections, swapped when one is newer."""

import threading
import time
from dataclasses import replace
from functools import lru_cache

import structlog
from sqlalchemy import text

from hotline.db import Database, Session
from hotline.errors import HotlineError, Unavailable
from hotline.registry import learned, versions
from hotline.registry.calendar import WorkCalendar
from hotline.registry.directory import build_directory, lines
from hotline.registry.names import UnitNames
from hotline.registry.numbers import Lines
from hotline.routing.corrections import Correction
from hotline.routing.learning import storage
from hotline.routing.learning.model import Model
from hotline.routing.router import Router
from hotline.routing.types import Directory, UnitKind
from hotline.settings import Settings
from hotline.telephony import snapshot
from hotline.tickets.corrections import newest_corrections
from hotline.web.current import City

log = structlog.get_logger()

# How often a process looks whether something newer was published, in seconds.
LOOK_EVERY = 1.0
_PUBLISHED = ("reference_version", "model_choice", "auto_switch")
# A correction may commit after one with a higher id: so the newest are counted as well.
_KNOWN = text(
    "SELECT "
    + ", ".join(f"coalesce((SELECT max(id) FROM {table}), 0)" for table in _PUBLISHED)
    + ", coalesce((SELECT max(id) FROM correction), 0), "
    "(SELECT count(*) FROM correction WHERE id > (SELECT max(id) FROM correction) - 1000)"
)


def load_city(session: Session, settings: Settings) -> City:
    """The newest registry as the city of `registry_date`, ready to route and to count days."""
    tables = versions.load(session)
    version = versions.current_version(session)
    directory = build_directory(tables, on=settings.registry_date, version=version)
    return City(
        directory=directory,
        router=_router(session, directory),
        calendar=WorkCalendar.from_tables(tables),
        find_line=Lines.of(directory.lines).find,
        find_unit=UnitNames(directory).find,
        auto_units=learned.auto_units(session),
    )


def _router(session: Session, directory: Directory) -> Router:
    taught = _untaught(directory).taught(load_model(session))
    taught.make_ready()
    return taught.recalling(load_corrections(session, directory))


# A switch, or another model, needs none of it again.
@lru_cache(maxsize=1)
def _untaught(directory: Directory) -> Router:
    return Router(directory)


def load_model(session: Session) -> Model | None:
    """The model in force; routing goes on by the directory alone where it cannot be read."""
    row = learned.chosen_model(session)
    if row is None:
        return None
    try:
        return storage.load(learned.content_of(session, row))
    except HotlineError as error:
        log.error("model not loaded", model=row.id, cause=error.sentence)
        return None


def load_corrections(session: Session, directory: Directory) -> tuple[Correction, ...]:
    """Of each ticket the last word counts; a unit that is no more cannot be followed to."""
    units = {unit.name for unit in directory.units if unit.kind is UnitKind.DEPARTMENT}
    newest = [each for each in newest_corrections(session) if each.unit in units]
    return tuple({correction.ticket: correction for correction in newest}.values())


class CityWatch:
    """The city as last published; looks for a newer version at most once a second."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._lock = threading.Lock()
        self._looked_at = 0.0
        # The version whose lines the line process answers from; `prepare` wrote them just now.
        with database.read() as session:
            self._known = _known(session)
            self._city = load_city(session, settings)
        self._written = self._city.directory.version

    def __call__(self) -> City:
        if time.monotonic() - self._looked_at > LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._city

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        try:
            self._read_if_newer()
        except Unavailable:
            # Routing goes on with the city it knows while the database is away.
            log.warning("registry not read", version=self._city.directory.version)
        except OSError as error:
            # Tried again at the next look: the line process answers as before until then.
            log.error("lines not written for the line process", cause=repr(error))

    def _read_if_newer(self) -> None:
        with self._database.read() as session:
            known = _known(session)
            published = len(_PUBLISHED)
            if known[:published] != self._known[:published]:
                self._city = load_city(session, self._settings)
            elif known != self._known:
                corrections = load_corrections(session, self._city.directory)
                router = self._city.router.recalling(corrections)
                self._city = replace(self._city, router=router)
            self._known = known
            if self._written == self._city.directory.version:
                return
            shown = lines(versions.load(session))
        snapshot.write(self._settings.data_dir, shown)
        self._written = self._city.directory.version


def _known(session: Session) -> tuple[int, ...]:
    """What the router knows, in numbers that change with it; those of corrections last."""
    return tuple(session.execute(_KNOWN).one())
