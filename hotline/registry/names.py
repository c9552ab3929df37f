"""Finding a unit by any name it goes by: official, short, former, later."""

from hotline.routing.types import Directory


class UnitNames:
    """Every name of the units valid today; one that two units share leads to neither."""

    def __init__(self, directory: Directory) -> None:
        self._official = {unit.name for unit in directory.units}
        self._others: dict[str, set[str]] = {}
        for unit in directory.units:
            for name in (unit.short, *unit.names):
                self._others.setdefault(name, set()).add(unit.name)

    def find(self, name: str) -> str | None:
        """The official name of the unit, or None when the name is unknown or shared."""
        if name in self._official:
            return name
        known = self._others.get(name, set())
        return next(iter(known)) if len(known) == 1 else None
