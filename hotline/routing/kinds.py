"""How often the router is right about emergencies and about territory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hotline.routing.intervals import wilson
from hotline.routing.router import Router
from hotline.routing.types import Disposition, Suggestion


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what is right: for emergencies a service or blank, else a territory or blank."""

    title: str
    body: str
    right: str


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many rows so many, with the bounds of 95 %."""

    of: int
    share: float
    interval: tuple[float, float]


def share(flags: Iterable[bool]) -> Share:
    flags = list(flags)
    return Share(len(flags), round(sum(flags) / max(len(flags), 1), 4), wilson(flags))


def emergencies(router: Router, rows: Iterable[Labelled]) -> dict[str, Share]:
    """`recall` of what is one, `false_alarms` of what is none, `service` right where one is named.

    A label that is no emergency is blank or 0; one without a service is 1.
    """
    asked = [(row.right not in ("", "0"), row, _ask(router, row)) for row in rows]
    raised = [(is_one, row, _service(answer)) for is_one, row, answer in asked]
    return {
        "recall": share(bool(service) for is_one, _, service in raised if is_one),
        "false_alarms": share(bool(service) for is_one, _, service in raised if not is_one),
        "service": share(
            service == row.right
            for is_one, row, service in raised
            if is_one and service and row.right != "1"
        ),
    }


def territories(router: Router, rows: Iterable[Labelled]) -> dict[str, Share]:
    """`accuracy` over all rows, `named` where there is a territory, `left_open` where none is."""
    right = [(row.right, (_ask(router, row).territory or "") == row.right) for row in rows]
    return {
        "accuracy": share(hit for _, hit in right),
        "named": share(hit for territory, hit in right if territory),
        "left_open": share(hit for territory, hit in right if not territory),
    }


# The column that holds what is right, by which its kind is asked for.
KINDS: dict[str, Callable[[Router, Iterable[Labelled]], dict[str, Share]]] = {
    "emergency": emergencies,
    "territory": territories,
}


def _ask(router: Router, row: Labelled) -> Suggestion:
    return router.suggest(row.body, title=row.title)


def _service(answer: Suggestion) -> str:
    return (answer.service or "") if answer.disposition is Disposition.EMERGENCY else ""
