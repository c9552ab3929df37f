"""Builds the value that routing thinks with: the city as it is on one day."""

from collections.abc import Iterator, Mapping
from datetime import date

from hotline.errors import BadData
from hotline.registry.loading import Row, Tables
from hotline.routing.types import (
    Boundary,
    Directory,
    Duty,
    Example,
    Guidance,
    Leader,
    Line,
    LineCategory,
    Place,
    Unit,
    UnitKind,
)


def build_directory(tables: Tables, *, on: date, version: int) -> Directory:
    """Only units valid on the day; former and later names, lines and duties lead to those."""
    city = _City(tables, on)
    return Directory(
        version=version,
        units=tuple(map(city.unit, city.valid)),
        lines=tuple(map(city.line, tables["legacy_lines.csv"].rows)),
        duties=tuple(map(city.duty, tables["duties.csv"].rows)),
        places=tuple(map(city.place, tables["places.csv"].rows)),
        guidance=tuple(map(_guidance, tables["guidance.csv"].rows)),
        boundaries=tuple(map(city.boundary, tables["boundaries.csv"].rows)),
        examples=tuple(map(_example, tables["emergencies.csv"].rows)),
    )


def lines(tables: Tables) -> tuple[Line, ...]:
    """The lines as the file has them: what telephony needs, whatever the day."""
    return tuple(_line(row, row["department"]) for row in tables["legacy_lines.csv"].rows)


def summary(tables: Tables) -> str:
    """`74 lines · 63 departments · 6 emergency · 17 retained · 51 merged`."""
    rows = tables["legacy_lines.csv"].rows
    departments = len({row["department"] for row in rows})
    counts = [
        f"{sum(row['category'] == category for row in rows)} {category}"
        for category in LineCategory
    ]
    return " · ".join((f"{len(rows)} lines", f"{departments} departments", *counts))


class _City:
    """The units of one day, and whom a former or later name leads to."""

    def __init__(self, tables: Tables, on: date) -> None:
        table = tables["units.csv"]
        self._on = on
        self._rows = {row["name"]: row for row in table.rows}
        self._line_of = dict(zip(self._rows, table.lines, strict=True))
        self.valid = [row for row in table.rows if _is_valid(row, on)]
        self._names = self._all_names()

    def unit(self, row: Row) -> Unit:
        return Unit(
            code=row["code"],
            name=row["name"],
            short=row["short"],
            kind=UnitKind(row["kind"]),
            names=tuple(dict.fromkeys(self._names[row["name"]])),
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            successor=row["successor"] or "",
        )

    def line(self, row: Row) -> Line:
        return _line(row, self._acting(row["department"]))

    def duty(self, row: Row) -> Duty:
        return Duty(
            unit=self._acting(row["unit"]),
            duty=row["duty"],
            weight=row["weight"],
            phrases=row["phrases"],
            look_alikes=row["look_alikes"],
        )

    def boundary(self, row: Row) -> Boundary:
        return Boundary(
            matter=row["matter"],
            lead=Leader(row["lead"]),
            department=self._acting(row["department"]),
            phrases=row["phrases"],
            basis=row["basis"],
        )

    def place(self, row: Row) -> Place:
        return Place(
            code=row["code"],
            level=row["level"],
            name=row["name"],
            names=row["names"],
            territory=self._acting(row["territory"]),
            town=row["town"] or "",
        )

    def _acting(self, name: str) -> str:
        """The unit valid on the day that does the work of the one named."""
        for row in self._line_of_succession(name):
            if _is_valid(row, self._on):
                return row["name"]
        column = "valid_to" if _has_begun(self._rows[name], self._on) else "valid_from"
        expected = f"使「{name}」或其接替单位在 {self._on} 有效的日期"
        raise BadData("units.csv", self._line_of[name], column, expected)

    def _line_of_succession(self, name: str | None) -> Iterator[Row]:
        seen: set[str] = set()
        while name and name not in seen:
            seen.add(name)
            yield self._rows[name]
            name = self._rows[name]["successor"]

    def _all_names(self) -> Mapping[str, list[str]]:
        """Of each valid unit: its own names, then those of units it follows or will become."""
        names = {row["name"]: list(row["names"]) for row in self.valid}
        for name, row in self._rows.items():
            heirs = list(self._line_of_succession(name))[1:]
            if name in names:
                for heir in _until_valid(heirs, self._on):
                    names[name] += (heir["name"], heir["short"], *heir["names"])
            else:
                for heir in heirs:
                    if heir["name"] in names:
                        names[heir["name"]] += (name, row["short"], *row["names"])
                        break
        return names


def _has_begun(row: Row, on: date) -> bool:
    return row["valid_from"] is None or row["valid_from"] <= on


def _is_valid(row: Row, on: date) -> bool:
    return _has_begun(row, on) and (row["valid_to"] is None or on < row["valid_to"])


def _until_valid(rows: list[Row], on: date) -> Iterator[Row]:
    for row in rows:
        if _is_valid(row, on):
            return
        yield row


def _line(row: Row, department: str) -> Line:
    return Line(
        key=row["key"],
        number=row["number"] or "",
        name=row["name"],
        department=department,
        category=LineCategory(row["category"]),
        words=row["words"],
    )


def _guidance(row: Row) -> Guidance:
    return Guidance(
        code=row["code"],
        matter=row["matter"],
        phrases=row["phrases"],
        target=row["target"],
        sentence=row["sentence"],
        service=row["service"] or "",
    )


def _example(row: Row) -> Example:
    return Example(row["text"], row["service"] or "")
