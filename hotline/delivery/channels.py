"""What every channel offers: a way to send notices and a clear word on how each try ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hotline.delivery.letters import Notice
from hotline.delivery.states import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """How one try ended; `detail` is for the operator and holds no personal data."""

    outcome: Outcome
    detail: str = ""


class Channel(Protocol):
    """`maildir` or `smtp`."""

    name: str
    batch: int  # notices between two commits
    lease: timedelta  # a batch not recorded by then is taken for dead
    repeatable: bool  # whether a second try can never make a second message

    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        """One result for each notice, in order; what fails is a result, never an exception."""
        ...
