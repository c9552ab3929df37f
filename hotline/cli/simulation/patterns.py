"""What is to be worked out for the lives of a mould: texts to be filled with facts and hashed."""

import json
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from hotline.cli.simulation.moulds import TABLES, Element, Field, Mould, Row
from hotline.tickets.steps import CHAINED

# What a rendered life holds; of its matter and its story only the numbers.
FIELDS = (
    "matter", "story", "number", "query_code", "found_by", "kind", "channel", "confidential",
    "merged_into", "unit", "other_unit", "parent_unit", "handler", "other_handler", "agent",
    "dispatcher", "reply", "satisfied", "name", "phone", "email", "phone_hash", "email_hash",
)  # fmt: skip
OF_MATTER = (
    "title", "urgency", "line", "territory", "place", "disposition", "service", "decision",
    "candidates", "code", "sentence",
)  # fmt: skip
ARRAYS = ("times", "hashes", "content_hashes", "salts", "deliveries")
# What texts are hashed with, besides: facts, then what changes from one to the next.
CHANGING = ("text", "ticket_id", "previous", "content_hash", "at")
PLACE = {name: n for n, name in enumerate(FIELDS + OF_MATTER + CHANGING)}
NUMBERS = ("ticket_id", "satisfied")


class Template:
    """Text with gaps for facts of the life."""

    def __init__(self, text: str, *gaps: str) -> None:
        self._text = text
        self._facts = itemgetter(*(PLACE[name] for name in gaps)) if gaps else lambda _: ()

    def fill(self, facts: Sequence[Any]) -> str:
        return self._text % self._facts(facts)


class Pattern:
    """What is to be worked out for a life of one mould."""

    def __init__(self, mould: Mould) -> None:
        self.number, self.moments = mould.number, mould.moments
        self.counts = [len(mould.rows[table.name]) for table in TABLES]
        self.deliveries = range(1, len(mould.rows["delivery"]) + 1)
        self.contents = [_content(row) for row in mould.rows["content"]]
        self.events = [_event(row) for row in mould.rows["ticket_event"]]


def _content(row: Row) -> Template:
    """As `steps.content_hash`, but for the salt before it."""
    return _template("%s\n%s", [row["title"], row["text"]])


def _event(row: Row) -> tuple[Template, int, int | None]:
    """As `steps.link_hash`; with the places of its moment, and of its content if it has one."""
    at, content = row["at"], row["content_hash"]
    facts = {**row, **{name: Field(name) for name in CHANGING}}
    parts = [facts[name] for name in (*CHAINED, "at")]
    quoted = ", ".join("%s" if _is_bare(part) else '"%s"' for part in parts)
    said = [part if isinstance(part, Field | str) else json.dumps(part) for part in parts]
    index = content.index - 1 if isinstance(content, Element) else None
    return _template(f"[{quoted}]", said), at.index - 1, index


def _is_bare(part: Any) -> bool:
    return part.name in NUMBERS if isinstance(part, Field) else not isinstance(part, str)


def _template(text: str, parts: Sequence[Any]) -> Template:
    """Puts the constants in at once; no fact holds a sign that JSON would have to escape."""
    known = ("%s" if isinstance(part, Field) else part.replace("%", "%%") for part in parts)
    return Template(text % tuple(known), *(part.name for part in parts if isinstance(part, Field)))
