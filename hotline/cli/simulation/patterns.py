"""What to work out for the lives of a mould: texts to be filled and hashed, rows to be picked."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from hotline.cli.simulation.moulds import COUNTED, TABLES, Element, Field, Mould, Relative, Row
from hotline.tickets.steps import CHAINED

OF_LIFE = (
    "number", "query_code", "kind", "channel", "confidential", "merged_into", "unit", "other_unit",
    "parent_unit", "handler", "other_handler", "agent", "dispatcher", "reply", "satisfied",
)  # fmt: skip
OF_CITIZEN = ("name", "phone", "email", "phone_hash", "email_hash")
OF_MATTER = (
    "title", "urgency", "line", "territory", "place", "disposition", "service", "decision",
    "candidates", "code", "sentence",
)  # fmt: skip
FACTS = (*OF_LIFE, *OF_CITIZEN, *OF_MATTER, "text", "pairs", "batch")
NUMBERS = {Field("satisfied")}

Facts = Sequence[Any]


class Constant(NamedTuple):
    """The same in every life; 1 and True are two."""

    kind: type
    value: Any


class Template:
    """Text with gaps for facts."""

    def __init__(self, text: str, places: Sequence[int]) -> None:
        self._text, self._facts = text, itemgetter(*places)

    def fill(self, facts: Facts) -> str:
        return self._text % self._facts(facts)


class Pattern:
    """Where, in the list of all facts of a life, stands what its texts and rows are made of.

    The list begins with FACTS, `constants`, what is `numbered` (which of COUNTED, and its nth) and
    the arrays that are given; each text that is `hashed` in order adds its hash at the end.
    """

    def __init__(self, mould: Mould) -> None:
        rows = mould.rows
        parts = [_part(gap) for each in rows.values() for row in each for gap in row.values()]
        constants = [part for part in dict.fromkeys(parts) if isinstance(part, Constant)]
        numbered = [part for part in dict.fromkeys(parts) if isinstance(part, Relative)]
        self.moments, self.constants = mould.moments, [each.value for each in constants]
        self.numbered = [(COUNTED.index(each.counted), each.nth) for each in numbered]
        self.salts, self.deliveries = len(rows["content"]), range(1, len(rows["delivery"]) + 1)
        arrays = {
            "times": len(mould.moments), "said": len(mould.moments), "reasons": mould.timed,
            "salts": self.salts, "deliveries": len(rows["delivery"]),
            "content_hashes": self.salts, "hashes": len(rows["ticket_event"]),
        }  # fmt: skip
        elements = [Element(name, n) for name, size in arrays.items() for n in range(1, size + 1)]
        self._places = {
            part: n for n, part in enumerate([*map(Field, FACTS), *constants, *numbered, *elements])
        }
        self.counts = [len(rows.get(name, rows["ticket_event"])) for name in COUNTED]
        self.hashed = [
            *map(self._content, rows["content"]), *map(self._event, rows["ticket_event"])
        ]  # fmt: skip
        self.rows = list(self._rows(rows))

    def _rows(self, rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[int, Callable[..., Any]]]:
        """Which of TABLES, and what picks a row of it out of the facts."""
        for n, table in enumerate(TABLES):
            for row in rows[table.name]:
                places = (self._places[_part(row[column.name])] for column in table.columns)
                yield n, itemgetter(*places)

    def _content(self, row: Row) -> Template:
        """As `steps.content_hash`."""
        return self._template("%s%s\n%s", [row["salt"], row["title"], row["text"]])

    def _event(self, row: Row) -> Template:
        """As `steps.link_hash`; no fact holds a sign that JSON would have to escape."""
        parts = [*(row[name] for name in CHAINED), row["at"]._replace(array="said")]
        return self._template(f"[{', '.join(map(_in_json, parts))}]", list(filter(_is_gap, parts)))

    def _template(self, text: str, parts: Sequence[Any]) -> Template:
        return Template(text, [self._places[_part(part)] for part in parts])


def _part(gap: Any) -> Any:
    if isinstance(gap, list):
        gap = json.dumps(gap)
    return gap if _is_gap(gap) else Constant(type(gap), gap)


def _is_gap(part: Any) -> bool:
    return isinstance(part, Field | Element | Relative)


def _in_json(part: Any) -> str:
    if not _is_gap(part):
        return json.dumps(part, ensure_ascii=False).replace("%", "%%")
    return "%s" if isinstance(part, Relative) or part in NUMBERS else '"%s"'
