"""What the forms of pages send: each field with its limits; unknown fields are refused."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from hotline.clock import city_moment
from hotline.people.roster import Shift
from hotline.registry.article_lists import Pile as ArticlePile
from hotline.tickets.lists import Pile
from hotline.tickets.words import (
    Channel,
    MatterKind,
    OpinionAct,
    OpinionLevel,
    SanctionKind,
)
from hotline.web.bodies import (
    FIRST_DAY,
    LAST_CURSOR,
    LAST_DAY,
    ApproveBody,
    Body,
    HandlerBody,
    NearDay,
    NeededWord,
    PeriodQuery,
    Sentence,
    Text,
    TicketBody,
    Word,
    line,
)


class ApproveForm(Body):
    answers_matter: bool
    contact_proved: bool

    def checks(self) -> ApproveBody:
        return ApproveBody(**dict(self))


class SignInForm(Body):
    name: NeededWord
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PasswordForm(Body):
    old: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    again: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class UnitForm(Body):
    """A unit picked from those offered, or written out; what is written counts."""

    unit: Word = ""
    other: Word = ""
    guide: Word = ""

    @property
    def chosen(self) -> str:
        return self.other or self.unit


class RuleForm(UnitForm):
    granted: bool | None = None
    basis: line(2000) = ""


class GuidanceForm(Body):
    """Without a sentence of one's own, the one of the directory is said."""

    code: NeededWord
    sentence: line(2000) = ""


class UserForm(Body):
    name: NeededWord
    title: Word = ""
    role: NeededWord
    unit: Word = ""


OptionalChannel = Annotated[Channel | None, BeforeValidator(lambda typed: typed or None)]


class KeyForm(Body):
    holder: NeededWord
    role: NeededWord
    unit: Word = ""
    channel: OptionalChannel = None


class RestoreForm(Body):
    version: int = Field(ge=1, le=LAST_CURSOR)


# A field of a form left blank names nothing.
OptionalId = Annotated[int | None, BeforeValidator(lambda typed: typed or None)]


# Where the car stands, before anybody has said it.
NOT_SAID = "（没有说停在哪里）"


class ConsoleForm(TicketBody):
    """A request as an agent takes it down, and what becomes of it at once.

    Which of the last ones is needed, the act says; `other` is any unit a dispatcher names,
    `guide` ticked where a territory leads, and
    `article` the one that the answer was taken from.
    """

    act: Literal[
        "dispatch",
        "accept",
        "answer",
        "redirect",
        "transfer_call",
        "hand_over",
        "merge",
        "move_car",
    ]
    anonymous: bool = False
    picked: Word = ""
    other: Word = ""
    guide: Word = ""
    answer: line(20_000) = ""
    code: Word = ""
    sentence: line(2000) = ""
    service: Word = ""
    parent: Word = ""
    article: OptionalId = Field(None, ge=1, le=LAST_CURSOR)
    parked: line(200) = ""
    moved: line(500) = ""

    @model_validator(mode="before")
    @classmethod
    def _handed_over_in_haste(cls, given: dict[str, Any]) -> dict[str, Any]:
        """An emergency never waits for a field that nobody has filled in."""
        if given.get("act") != "hand_over":
            return given
        said = {name: value for name, value in given.items() if str(value).strip()}
        return {"text": "应急转接，未及记录。", "kind": MatterKind.HELP} | said

    @model_validator(mode="before")
    @classmethod
    def _in_the_way(cls, given: dict[str, Any]) -> dict[str, Any]:
        """挪车 is asked for by plate and place; a plate typed for another act is none of it."""
        if given.get("act") != "move_car":
            return given | {"plate": ""}
        parked = str(given.get("parked", "")).strip()
        told = [parked and f"停在{parked}。", str(given.get("text", "")).strip()]
        return given | {"text": "".join(told) or NOT_SAID, "kind": MatterKind.HELP}

    @model_validator(mode="before")
    @classmethod
    def _of_the_police(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Whoever gives a case number of 110 hands over, by telephone as well."""
        handed = bool(str(given.get("reference", "")).strip())
        return given | ({"channel": Channel.POLICE_HANDOVER} if handed else {})


class InboxForm(Body):
    """Which pile of the unit, from where on, and which ticket beside it."""

    pile: Pile | None = None
    after: line(60) = ""
    ticket: line(24) = ""


class NewsForm(Body):
    since: Annotated[AwareDatetime, Field(ge=city_moment(FIRST_DAY), le=city_moment(LAST_DAY))]


class ClaimForm(HandlerBody):
    """Several tickets of the unit, by one handler."""

    numbers: list[NeededWord] = Field(max_length=50)


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


class ModelForm(Body):
    """The number of a learned model; 0 leaves the directory alone to speak."""

    model: int = Field(ge=0, le=LAST_CURSOR)


class AutoForm(Body):
    """Whether a unit's requests go as suggested; `sure` where little was proved."""

    unit: NeededWord
    on: bool
    sure: bool = False


class PhraseForm(Body):
    """A proposed phrase of a unit."""

    unit: NeededWord
    phrase: NeededWord


class ProposalForm(PhraseForm):
    """And the duty that shall have it."""

    duty: line(200, 1)


OptionalDay = Annotated[date | None, BeforeValidator(lambda typed: typed or None)]


class ArticleForm(Body):
    """An article as its author writes it; `seen` is the newest version that was shown."""

    question: line(200, 1)
    look_alikes: line(4000) = ""
    answer: line(4000, 1)
    basis: line(200, 1)
    unit: NeededWord
    territory: Word = ""
    valid_from: OptionalDay = None
    valid_to: OptionalDay = None
    owner: Word = ""
    review_on: OptionalDay = None
    note: line(200) = ""
    seen: int = Field(0, ge=0, le=LAST_CURSOR)

    @field_validator("look_alikes")
    @classmethod
    def _few_and_short(cls, typed: str) -> str:
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        if len(lines) > 50 or any(len(line) > 200 for line in lines):
            raise ValueError("相似问法最多 50 行，每行最多 200 字")
        return "\n".join(dict.fromkeys(lines))


class WhyForm(Body):
    why: line(200, 1)


class SendBackForm(RestoreForm, WhyForm):
    pass


class KnowledgeForm(Body):
    """What is looked for in the knowledge base, or which pile of it is shown."""

    q: line(200) = ""
    pile: ArticlePile | None = None
    unit: Word = ""
    after: int = Field(0, ge=0, le=LAST_CURSOR)


class SanctionForm(Body):
    """What is held against a unit."""

    unit: NeededWord
    kind: SanctionKind
    reason: line(500, 1)


class PrecedentForm(Body):
    """Words that a ruling must hold."""

    q: line(100) = ""


class DayForm(Body):
    day: NearDay | None = None


class ShiftNoteForm(Body):
    headline: line(60, 1)
    text: line(2000) = ""


class TurnForm(Body):
    """One person on one shift of one day."""

    day: NearDay
    shift: Shift
    name: NeededWord
    extension: line(20) = ""


class RosterTableForm(Body):
    table: Text


class AfterForm(Body):
    """From where on a list is shown: the id of the last row of the page before."""

    after: int = Field(0, ge=0, le=LAST_CURSOR)


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


class LooksForm(Body):
    """From where on looks are shown: the id of the last row of the page before."""

    before: int | None = Field(None, ge=1, le=LAST_CURSOR)
