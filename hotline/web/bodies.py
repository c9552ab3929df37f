"""What programs may send: each field with its limits."""

from datetime import date
from typing import Annotated

from flask_openapi3 import FileStorage
from pydantic import BaseModel, BeforeValidator, Field

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
from hotline.web.fields import (
    LAST_CURSOR,
    Body,
    Email,
    NearDay,
    NeededWord,
    Phone,
    Plate,
    Sentence,
    Text,
    Word,
    line,
)

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
