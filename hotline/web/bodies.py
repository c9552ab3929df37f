"""What programs may send: each field with its limits; unknown fields are refused."""

from datetime import date
from typing import Annotated, Any, Literal

from flask_openapi3 import FileStorage
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from hotline.clock import city_moment
from hotline.people.roster import Shift
from hotline.registry.article_lists import Pile as ArticlePile
from hotline.tickets.attachments import Place
from hotline.tickets.filters import Due
from hotline.tickets.lists import Pile
from hotline.tickets.words import (
    Channel,
    Colour,
    Fault,
    Grievance,
    Ground,
    MatterKind,
    OpinionAct,
    OpinionLevel,
    SanctionKind,
    Status,
    Urgency,
)

# The calendar must not end before what is reckoned from a day: its moment, its page of days.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
NearDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
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


# Where a territory leads, the department that guides it helps as an assistant (协办).
Guide = Annotated[
    Word | None,
    Field(
        description="指导单位:派给属地时一并协办;不写为规则所列的部门,空为不请。"
        "派给部门时不起作用。",
    ),
]


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
    guide: Guide = None


class RouteBody(Body):
    text: _line(20_000)
    title: _line(200) = ""
    dialled: _line(40) = ""


class EmptyBody(Body):
    """Nothing to say; the step speaks for itself."""


class UnitBody(Body):
    unit: NeededWord


class DispatchBody(UnitBody):
    guide: Guide = None


class RedirectBody(Body):
    sentence: Sentence
    code: NeededWord


class TextBody(Body):
    text: Text


class ReplyBody(TextBody):
    without: _line(500) = ""


class ApproveBody(Body):
    """What the reviewer looked for; pages always ask."""

    answers_matter: bool | None = None
    contact_proved: bool | None = None


class ApproveForm(Body):
    answers_matter: bool
    contact_proved: bool

    def checks(self) -> ApproveBody:
        return ApproveBody(**dict(self))


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
    basis: _line(2000) = ""


class ExtensionBody(Body):
    days: int = Field(ge=1, le=30, description="working days more")
    reason: Sentence


class GrantBody(Body):
    granted: bool


class OrderBody(Body):
    colour: Colour
    text: _line(2000) = ""


# A field of a form left blank chooses nothing.
OptionalGrievance = Annotated[Grievance | None, BeforeValidator(lambda typed: typed or None)]


class FollowUpBody(Body):
    """Who is not satisfied (1 or 2) gives a `grievance`."""

    solved: bool
    satisfied: int = Field(ge=1, le=5, description="5 very satisfied .. 1 very dissatisfied")
    grievance: OptionalGrievance = None
    remark: _line(500) = ""


class FaultBody(Body):
    fault: Fault
    remark: _line(500) = ""


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
    guide: Word = ""

    @property
    def chosen(self) -> str:
        return self.other or self.unit


class RuleForm(UnitForm):
    granted: bool | None = None
    basis: _line(2000) = ""


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


# A field of a form left blank names nothing.
OptionalId = Annotated[int | None, BeforeValidator(lambda typed: typed or None)]


class ConsoleForm(TicketBody):
    """A request as an agent takes it down, and what becomes of it at once.

    Which of the last ones is needed, the act says; `other` is any unit a dispatcher names,
    `guide` ticked where a territory leads, and
    `article` the one that the answer was taken from.
    """

    act: Literal["dispatch", "accept", "answer", "redirect", "transfer_call", "hand_over", "merge"]
    anonymous: bool = False
    picked: Word = ""
    other: Word = ""
    guide: Word = ""
    answer: _line(20_000) = ""
    code: Word = ""
    sentence: _line(2000) = ""
    service: Word = ""
    parent: Word = ""
    article: OptionalId = Field(None, ge=1, le=LAST_CURSOR)

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
    since: Annotated[AwareDatetime, Field(ge=city_moment(FIRST_DAY), le=city_moment(LAST_DAY))]


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
    first: NearDay | None = None
    last: NearDay | None = None
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


class PhraseForm(Body):
    """A proposed phrase of a unit."""

    unit: NeededWord
    phrase: NeededWord


class ProposalForm(PhraseForm):
    """And the duty that shall have it."""

    duty: _line(200, 1)


class AttachmentPath(TicketPath):
    id: int = Field(ge=1, le=LAST_CURSOR)


class AttachmentForm(Body):
    """Files as multipart/form-data; without a place, the usual one of the sender's role."""

    files: list[FileStorage] = Field(default_factory=list)
    place: Place | None = None
    proof: bool = Field(False, description="shows that the requester was spoken to")


OptionalDay = Annotated[date | None, BeforeValidator(lambda typed: typed or None)]


class ArticleForm(Body):
    """An article as its author writes it; `seen` is the newest version that was shown."""

    question: _line(200, 1)
    look_alikes: _line(4000) = ""
    answer: _line(4000, 1)
    basis: _line(200, 1)
    unit: NeededWord
    territory: Word = ""
    valid_from: OptionalDay = None
    valid_to: OptionalDay = None
    owner: Word = ""
    review_on: OptionalDay = None
    note: _line(200) = ""
    seen: int = Field(0, ge=0, le=LAST_CURSOR)

    @field_validator("look_alikes")
    @classmethod
    def _few_and_short(cls, typed: str) -> str:
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        if len(lines) > 50 or any(len(line) > 200 for line in lines):
            raise ValueError("相似问法最多 50 行,每行最多 200 字")
        return "\n".join(dict.fromkeys(lines))


class WhyForm(Body):
    why: _line(200, 1)


class SendBackForm(RestoreForm, WhyForm):
    pass


class KnowledgeForm(Body):
    """What is looked for in the knowledge base, or which pile of it is shown."""

    q: _line(200) = ""
    pile: ArticlePile | None = None
    unit: Word = ""
    after: int = Field(0, ge=0, le=LAST_CURSOR)


class KnowledgeQuery(Body):
    q: _line(200, 1)
    territory: Word = Field("", description="one of the seven; articles of others are left out")
    limit: int = Field(5, ge=1, le=20)


class SanctionForm(Body):
    """What is held against a unit."""

    unit: NeededWord
    kind: SanctionKind
    reason: _line(500, 1)


class PrecedentForm(Body):
    """Words that a ruling must hold."""

    q: _line(100) = ""


class DayForm(Body):
    day: NearDay | None = None


class ShiftNoteForm(Body):
    headline: _line(60, 1)
    text: _line(2000) = ""


class TurnForm(Body):
    """One person on one shift of one day."""

    day: NearDay
    shift: Shift
    name: NeededWord
    extension: _line(20) = ""


class RosterTableForm(Body):
    table: Text


class AfterForm(Body):
    """From where on a list is shown: the id of the last row of the page before."""

    after: int = Field(0, ge=0, le=LAST_CURSOR)


class PastListForm(Body):
    """A department's old list: whose, what its columns mean, and whether only to check it."""

    unit: NeededWord
    map: _line(2000) = ""
    act: Literal["check", "bring_in"]


OptionalLevel = Annotated[OpinionLevel | None, BeforeValidator(lambda typed: typed or None)]


class OpinionForm(Body):
    """Public opinion as it is reported, on its own or about a ticket."""

    title: _line(100, 1)
    place: _line(100, 1)
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
