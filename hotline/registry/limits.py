"""How long each thing may take, as limits.csv says; every number there carries its source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from hotline.registry.columns import DAYS, HOURS, MINUTES

_SPANS = {
    DAYS: timedelta(days=1),
    HOURS: timedelta(hours=1),
    MINUTES: timedelta(minutes=1),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits by their keys; the reference file holds every key that is asked for."""

    values: Mapping[str, int]
    measures: Mapping[str, str]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        rows = list(rows)
        return cls(
            values={row["key"]: row["value"] for row in rows},
            measures={row["key"]: row["measure"] for row in rows},
        )

    def number(self, key: str) -> int:
        """Of working days, or of times."""
        return self.values[key]

    def share(self, key: str) -> float:
        return self.values[key] / 100

    def span(self, key: str) -> timedelta:
        """What runs by the wall clock, at night as well."""
        return self.values[key] * _SPANS[self.measures[key]]
