"""What programs may send: each field with its limits; unknown fields are refused."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from hotline.tickets.filters import Due
from hotline.tickets.lists import Pile
from hotline.tickets.words import Channel, Ground, MatterKind, Status, Urgency

ALLOWED_CONTROLS = "\t\n\r"
# Ids and positions are 32 bits wide in PostgreSQL, which refuses to compare with more.
LAST_CURSOR = 2**31 - 1


def _printable(text: str) -> str:
    if any(ord(sign) < 32 and sign not in ALLOWED_CONTROLS for sign in text):
        raise ValueError("含有不可见的控制字符,请删去")
    return text


def _line(max_length: int, min_length: int = 0) -> object:
    rules = StringConstraints(strip_whitespace=True, max_length=max_length, min_length=min_length)
    return Annotated[str, rules, AfterValidator(_printable)]


Word = _line(40)
NeededWord = _line(40, 1)
Sentence = _line(2000, 1)
Text = _line(20_000, 1)
# Digits with the usual signs between them, as people write numbers.
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+() -]{0,32}$")]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^([^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+)?$",
    ),
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", use_enum_values=False)


class RequesterBody(Body):
    name: Word = ""
    phone: Phone = ""
    email: Email = ""
    address: _line(200) = ""


class TicketBody(Body):
    """A request as the desk takes it down; `unit` dispatches it in the same step."""

    text: Text
    title: _line(200) = ""
    kind: MatterKind
    channel: Channel
    dialled: _line(40) = ""
    call_id: _line(64) = ""
    urgency: Urgency = Urgency.NORMAL
    confidential: bool = False
    requester: RequesterBody = Field(default_factory=RequesterBody)
    accept: bool = True
    unit: Word = ""


class RouteBody(Body):
    text: _line(20_000)
    title: _line(200) = ""
    dialled: _line(40) = ""


class EmptyBody(Body):
    """Nothing to say; the step speaks for itself."""


class UnitBody(Body):
    unit: NeededWord


class RedirectBody(Body):
    sentence: Sentence
    code: NeededWord


class TextBody(Body):
    text: Text


class ReasonBody(Body):
    reason: Sentence


class HandlerBody(Body):
    handler: NeededWord


class ObjectBody(Body):
    ground: Ground
    right_unit: NeededWord
    note: Sentence


class RuleBody(Body):
    granted: bool
    unit: Word = ""


class FollowUpBody(Body):
    solved: bool
    satisfied: int = Field(ge=1, le=5, description="5 very satisfied .. 1 very dissatisfied")


class MergeBody(Body):
    parent: NeededWord


class ClaimBody(HandlerBody):
    """Claims the most pressing tickets of the unit, at most `limit`."""

    limit: int = Field(10, ge=1, le=50)


class CitizenBody(Body):
    number: NeededWord
    query_code: NeededWord


class CitizenReasonBody(CitizenBody):
    reason: Sentence


class CitizenRatingBody(CitizenBody, FollowUpBody):
    pass


class ReceiptBody(Body):
    outcome: _line(12, 1)


class TicketPath(BaseModel):
    number: NeededWord


class DeliveryPath(BaseModel):
    id: NeededWord


class FeedQuery(Body):
    after: int = Field(0, ge=0, le=LAST_CURSOR, description="cursor of the page before; 0 at first")
    limit: int = Field(50, ge=1, le=200)


class PeriodQuery(Body):
    first: date | None = None
    last: date | None = None


class ListingQuery(PeriodQuery):
    measure: NeededWord
    dimension: Word = ""
    value: Word = ""
    after: int = Field(0, ge=0, le=LAST_CURSOR)
    limit: int = Field(50, ge=1, le=200)


class SignInForm(Body):
    name: NeededWord
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PasswordForm(Body):
    old: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    again: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AskForm(Body):
    """A message or a letter as the public form sends it."""

    text: Text
    title: _line(200) = ""
    kind: MatterKind
    channel: Channel
    confidential: bool = False
    requester: RequesterBody = Field(default_factory=RequesterBody)

    def ticket(self) -> TicketBody:
        """Logged only: the desk accepts what comes in writing."""
        return TicketBody(**dict(self), accept=False)


class UnitForm(Body):
    """A unit picked from those offered, or written out; what is written counts."""

    unit: Word = ""
    other: Word = ""

    @property
    def chosen(self) -> str:
        return self.other or self.unit


class RuleForm(UnitForm):
    granted: bool


class GuidanceForm(Body):
    """Without a sentence of one's own, the one of the directory is said."""

    code: NeededWord
    sentence: _line(2000) = ""


class UserForm(Body):
    name: NeededWord
    title: Word = ""
    role: NeededWord
    unit: Word = ""


class KeyForm(Body):
    holder: NeededWord
    role: NeededWord
    unit: Word = ""


class RestoreForm(Body):
    version: int = Field(ge=1, le=LAST_CURSOR)


class ConsoleForm(TicketBody):
    """A request as an agent takes it down, and what becomes of it at once.

    Which of the last five is needed, the act says; `other` is any unit a dispatcher names.
    """

    act: Literal["dispatch", "accept", "answer", "redirect", "transfer_call", "hand_over", "merge"]
    anonymous: bool = False
    picked: Word = ""
    other: Word = ""
    answer: _line(20_000) = ""
    code: Word = ""
    sentence: _line(2000) = ""
    service: Word = ""
    parent: Word = ""

    @model_validator(mode="before")
    @classmethod
    def _handed_over_in_haste(cls, given: dict[str, Any]) -> dict[str, Any]:
        """An emergency never waits for a field that nobody has filled in."""
        if given.get("act") != "hand_over":
            return given
        said = {name: value for name, value in given.items() if str(value).strip()}
        return {"text": "应急转接,未及记录。", "kind": MatterKind.HELP} | said


class InboxForm(Body):
    """Which pile of the unit, from where on, and which ticket beside it."""

    pile: Pile | None = None
    after: _line(60) = ""
    ticket: _line(24) = ""


class NewsForm(Body):
    since: AwareDatetime


class ClaimForm(HandlerBody):
    """Several tickets of the unit, by one handler."""

    numbers: list[NeededWord] = Field(max_length=50)


class SearchForm(Body):
    """What tickets are looked for by; each blank field asks nothing."""

    q: _line(200) = ""
    status: Status | None = None
    unit: Word = ""
    kind: MatterKind | None = None
    channel: Channel | None = None
    territory: Word = ""
    urgency: Urgency | None = None
    due: Due | None = None
    first: date | None = None
    last: date | None = None
    after: _line(20) = ""


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
    reason: _line(200) = ""


class ModelForm(Body):
    """The number of a learned model; 0 leaves the directory alone to speak."""

    model: int = Field(ge=0, le=LAST_CURSOR)


class AutoForm(Body):
    """Whether a unit's requests go as suggested; `sure` where little was proved."""

    unit: NeededWord
    on: bool
    sure: bool = False


class ProposalForm(Body):
    """A proposed phrase of a unit, and the duty that shall have it."""

    unit: NeededWord
    phrase: NeededWord
    duty: _line(200, 1)
