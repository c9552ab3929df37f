"""What a list of tickets can be narrowed to besides words, and which of it is quickly listed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, exists, select
from sqlalchemy.sql.operators import custom_op
from sqlmodel import Session, col

from hotline.clock import city_moment, city_span
from hotline.people.rights import Action, Actor, Role, Scope, scope_of
from hotline.tickets.asking import Asked
from hotline.tickets.lists import OPEN_LEAD
from hotline.tickets.models import Assignment, Contact, Ticket
from hotline.tickets.queries import standing_with, visible
from hotline.tickets.words import Channel, MatterKind, Status, Urgency


class Due(StrEnum):
    """How the clock of the unit that has it stands."""

    OVERDUE = "overdue"  # 已超期
    DUE_SOON = "due_soon"  # 将到期


@dataclass(frozen=True, slots=True)
class Filters:
    """Each part narrows, a blank one does not; days are those of logging, both included."""

    status: Status | None = None
    unit: str = ""
    kind: MatterKind | None = None
    channel: Channel | None = None
    territory: str = ""
    urgency: Urgency | None = None
    due: Due | None = None
    first: date | None = None
    last: date | None = None
