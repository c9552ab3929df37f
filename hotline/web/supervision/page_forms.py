"""What the forms of the supervisor's pages send."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from hotline.people.roster import Shift
from hotline.tickets.words import OpinionAct, OpinionLevel, SanctionKind
from hotline.web.bodies import PeriodQuery
from hotline.web.fields import LAST_CURSOR, Body, NearDay, NeededWord, Sentence, Text, Word, line


class TallyForm(Body):
    """Which days are counted, by what: a recent span, a month, or two days of one's own."""

    period: Word = ""
    month: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = ""
    first: date | None = None
    last: date | None = None
    by: Word = "unit"


class TallyListForm(PeriodQuery):
    """The rows behind one count; with a dimension and no value, those that have none."""

    measure: NeededWord
    dimension: Word = ""
    value: Word = ""
    after: int = Field(0, ge=0, le=LAST_CURSOR)


class PublishForm(Body):
    reason: line(200) = ""


class SanctionForm(Body):
    """What is held against a unit."""

    unit: NeededWord
    kind: SanctionKind
    reason: line(500, 1)


class PrecedentForm(Body):
    """Words that a ruling must hold, and from where on rulings are shown."""

    q: line(100) = ""
    after: int = Field(0, ge=0, le=LAST_CURSOR)


class TurnForm(Body):
    """One person on one shift of one day."""

    day: NearDay
    shift: Shift
    name: NeededWord
    extension: line(20) = ""


class RosterTableForm(Body):
    table: Text


OptionalLevel = Annotated[OpinionLevel | None, BeforeValidator(lambda typed: typed or None)]


class OpinionForm(Body):
    """Public opinion as it is reported, on its own or about a ticket."""

    title: line(100, 1)
    place: line(100, 1)
    level: OpinionLevel = OpinionLevel.ORDINARY
    words: Sentence
    ticket: Word = ""


class OpinionActForm(Body):
    act: OpinionAct
    level: OptionalLevel = None
    words: Sentence
