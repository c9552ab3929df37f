"""What programs may send: each field with its limits; unknown fields are refused."""

import re
from datetime import date
from typing import Annotated, Any

from flask_openapi3 import FileStorage
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from hotline.tickets import cars
from hotline.tickets.attachments import Place
from hotline.tickets.filters import Due
from hotline.tickets.words import (
    Channel,
    Colour,
    Fault,
    Grievance,
    Ground,
    MatterKind,
    Status,
    Urgency,
)

# The calendar must not end before what is reckoned from a day: its moment, its page of days.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
NearDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
ALLOWED_CONTROLS = "\t\n\r"
# Signs that print nothing, and hide words from search or turn the direction of reading; telephones
# put them around copied numbers. Those that join emoji are none of them.
_UNSEEN = re.compile("[\x80-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# Ids and positions are 32 bits wide in PostgreSQL, which refuses to compare with more.
LAST_CURSOR = 2**31 - 1


def _seen(typed: Any) -> Any:
    return _UNSEEN.sub("", typed) if isinstance(typed, str) else typed


# Stands behind the limits of a text, which then see what is left of it.
Seen = BeforeValidator(_seen)


def _printable(text: str) -> str:
    if any(ord(sign) < 32 and sign not in ALLOWED_CONTROLS for sign in text):
        raise ValueError("含有不可见的控制字符，请删去")
    return text


def line(max_length: int, min_length: int = 0) -> object:
    """Text of one field: stripped, of this length, without control characters."""
    rules = StringConstraints(strip_whitespace=True, max_length=max_length, min_length=min_length)
    return Annotated[str, rules, Seen, AfterValidator(_printable)]


Word = line(40)
NeededWord = line(40, 1)
Sentence = line(2000, 1)
Text = line(20_000, 1)
# Digits with the usual signs between them, as people write numbers.
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+() -]{0,32}$"), Seen
]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^([^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+)?$",
    ),
    Seen,
]


def _plate(typed: str) -> str:
    found = cars.plate(typed) if typed.strip() else ""
    if found is None:
        raise ValueError("不像车牌，应如 川K12345，新能源车牌如 川KD12345")
    return found


# As people write it; kept without spaces and points.
Plate = Annotated[str, StringConstraints(max_length=20), AfterValidator(_plate)]


class Body(BaseModel):
    # What went wrong is logged; what a citizen wrote is not.
    model_config = ConfigDict(extra="forbid", use_enum_values=False, hide_input_in_errors=True)


# Where a territory leads, the department that guides it helps as an assistant (协办).
Guide = Annotated[
    Word | None,
    Field(
        description="指导单位：派给属地时一并协办；不写为规则所列的部门，空为不请。"
        "派给部门时不起作用。",
    ),
]


class RequesterBody(Body):
    name: Word = ""
    phone: Phone = ""
    email: Email = ""
    address: line(200) = ""


class TicketBody(Body):
    """A request as the desk takes it down; `unit` dispatches it in the same step."""

    text: Text
    title: line(200) = ""
    kind: MatterKind
    channel: Channel
    dialled: line(40) = ""
    addressee: Word = Field("", description="领导信箱、留言板：写给哪个单位的领导")
    reference: line(60) = Field("", description="对方的编号，如 110 警情编号；同一渠道不重复登记")
    told: bool | None = Field(None, description="110 转入：是否已告知报警人转 12345")
    plate: Plate = Field("", description="挪车：挡路车的车牌；写了即按挪车办理，派给交警")
    call_id: line(64) = ""
    urgency: Urgency = Urgency.NORMAL
    confidential: bool = False
    requester: RequesterBody = Field(default_factory=RequesterBody)
    accept: bool = True
    unit: Word = ""
    guide: Guide = None


class RouteBody(Body):
    text: line(20_000)
    title: line(200) = ""
    dialled: line(40) = ""
    addressee: Word = ""


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
    without: line(500) = ""


class ApproveBody(Body):
    """What the reviewer looked for; pages always ask."""

    answers_matter: bool | None = None
    contact_proved: bool | None = None


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
    basis: line(2000) = ""


class ExtensionBody(Body):
    days: int = Field(ge=1, le=30, description="working days more")
    reason: Sentence


class GrantBody(Body):
    granted: bool


class OrderBody(Body):
    colour: Colour
    text: line(2000) = ""


# A field of a form left blank chooses nothing.
OptionalGrievance = Annotated[Grievance | None, BeforeValidator(lambda typed: typed or None)]


class FollowUpBody(Body):
    """Who is not satisfied (1 or 2) gives a `grievance`."""

    solved: bool
    satisfied: int = Field(ge=1, le=5, description="5 very satisfied .. 1 very dissatisfied")
    grievance: OptionalGrievance = None
    remark: line(500) = ""


class FaultBody(Body):
    fault: Fault
    remark: line(500) = ""


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
    outcome: line(12, 1)


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


class SearchForm(Body):
    """What tickets are looked for by; each blank field asks nothing."""

    q: line(200) = ""
    status: Status | None = None
    unit: Word = ""
    kind: MatterKind | None = None
    channel: Channel | None = None
    addressee: Word = ""
    territory: Word = ""
    urgency: Urgency | None = None
    due: Due | None = None
    first: NearDay | None = None
    last: NearDay | None = None
    after: line(20) = ""


class AttachmentPath(TicketPath):
    id: int = Field(ge=1, le=LAST_CURSOR)


class AttachmentForm(Body):
    """Files as multipart/form-data; without a place, the usual one of the sender's role."""

    files: list[FileStorage] = Field(default_factory=list)
    place: Place | None = None
    proof: bool = Field(False, description="shows that the requester was spoken to")


class KnowledgeQuery(Body):
    q: line(200, 1)
    territory: Word = Field("", description="one of the seven; articles of others are left out")
    limit: int = Field(5, ge=1, le=20)
