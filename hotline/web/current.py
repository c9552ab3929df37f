"""What every route may lean on: the database, the city as known now, and who is asking."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from flask import current_app, g

from hotline.clock import now as clock_now
from hotline.db import Database
from hotline.desk.knowledge import Knowledge
from hotline.errors import Invalid
from hotline.people.rights import Actor
from hotline.registry.calendar import WorkCalendar
from hotline.routing.circumstances import written_to
from hotline.routing.router import Router
from hotline.routing.types import (
    Decision,
    Directory,
    Earlier,
    Line,
    Suggestion,
    Unit,
    UnitKind,
)
from hotline.settings import Settings

# The phrase by which the directory names that duty.
MOVE_CAR = "挪车"


@dataclass(frozen=True, slots=True)
class City:
    """One version of the registry, ready for use; swapped whole when a newer one is published."""

    directory: Directory
    router: Router
    calendar: WorkCalendar
    find_line: Callable[[str], Line | None]
    find_unit: Callable[[str], str | None]
    auto_units: frozenset[str] = frozenset()

    def suggest(
        self,
        text: str,
        *,
        title: str = "",
        dialled: Line | None = None,
        earlier: tuple[Earlier, ...] = (),
        addressee: str = "",
    ) -> Suggestion:
        """What the router says; a unit goes by itself only where an administrator said so.

        To whom it was written is evidence like the line that was dialled; a territory written to is
        where it lies, unless the words say so themselves.
        """
        heard = dialled or written_to(addressee)
        given = self.router.suggest(text, title=title, dialled=heard, earlier=earlier)
        if given.territory is None and self.is_territory(addressee):
            given = replace(given, territory=addressee)
        if given.decision is Decision.AUTO and given.candidates[0].unit not in self.auto_units:
            return replace(given, decision=Decision.CHOOSE)
        return given

    def is_territory(self, unit: str) -> bool:
        kinds = {each.name: each.kind for each in self.directory.units}
        return kinds.get(unit) is UnitKind.TERRITORY

    @property
    def towing(self) -> str:
        """The unit whose duty it is to have a car moved; blank where the directory names none."""
        duties = self.directory.duties
        return next((duty.unit for duty in duties if MOVE_CAR in duty.phrases), "")

    def mailbox(self, code: str) -> Unit | None:
        """The unit to whose leader one writes at this address; every unit valid today has one."""
        return next((unit for unit in self.directory.units if unit.code == code), None)

    def unit(self, name: str, field: str = "unit") -> str:
        """The unit valid today that goes by this name, former and later names included."""
        found = self.find_unit(name)
        if found is None:
            raise Invalid(
                "没有名为「%(name)s」的单位，请用派单目录中的单位名称。",
                field=field,
                name=name[:40],
            )
        return found


@dataclass(frozen=True, slots=True)
class Current:
    """Handed to the web by `app`; `wake` announces bare news and may be lost."""

    settings: Settings
    database: Database
    contact_key: bytes
    city: Callable[[], City]
    knowledge: Callable[[], Knowledge]
    wake: Callable[[], None]
    queue_answers: Callable[[], bool]


def current() -> Current:
    return cast(Current, current_app.extensions["hotline"])


def city() -> City:
    """The city for this request; one version from its first line to its last."""
    if "city" not in g:
        g.city = current().city()
    return cast(City, g.city)


def actor() -> Actor:
    return cast(Actor, g.actor)


def now() -> datetime:
    """One moment for the whole request."""
    if "now" not in g:
        g.now = clock_now()
    return cast(datetime, g.now)
