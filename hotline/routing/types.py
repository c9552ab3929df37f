"""The frozen values that routing takes and gives; `registry` builds the first kind."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class UnitKind(StrEnum):
    DEPARTMENT = "department"
    TERRITORY = "territory"


class LineCategory(StrEnum):
    EMERGENCY = "emergency"
    RETAINED = "retained"
    MERGED = "merged"


class Disposition(StrEnum):
    """What to do with a request: 应急转接, 保留专线, 引导, 工单."""

    EMERGENCY = "emergency"
    RETAINED = "retained"
    GUIDANCE = "guidance"
    TICKET = "ticket"


class Decision(StrEnum):
    """How sure the router is: dispatch it, let a person choose from three, or ask a dispatcher."""

    AUTO = "auto"
    CHOOSE = "choose"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Unit:
    """A department or a territorial unit; `names` are all others it is known by, then and later."""

    code: str
    name: str
    short: str
    kind: UnitKind
    names: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One of the 74 lines; `number` is blank where it is not known, `key` never is."""

    key: str
    number: str
    name: str
    department: str
    category: LineCategory
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """A row of the dispatch directory; a phrase inside one of `look_alikes` does not count."""

    unit: str
    duty: str
    weight: float
    phrases: tuple[str, ...]
    look_alikes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A county, town, village or zone and the territorial unit it belongs to."""

    code: str
    level: str  # county | zone | town | village
    name: str
    names: tuple[str, ...]  # as people say them: 西林街道, 西林
    territory: str
    town: str = ""  # the town a village belongs to


@dataclass(frozen=True, slots=True)
class Guidance:
    """A matter that 12345 does not handle, where it goes, and what the agent says."""

    code: str
    matter: str
    phrases: tuple[str, ...]
    target: str
    sentence: str
    service: str = ""  # the number to dial, blank where there is none


@dataclass(frozen=True, slots=True)
class Example:
    """What someone says when something is happening now, or, without a service, when it is not."""

    text: str
    service: str = ""


class Leader(StrEnum):
    """属地, 职能, or by the address: the county in a county, the department elsewhere."""

    TERRITORY = "territory"
    DEPARTMENT = "department"
    BY_ADDRESS = "by_address"


@dataclass(frozen=True, slots=True)
class Boundary:
    """Who leads on a matter: the territory it lies in, or the department; and on what ground.

    Without phrases it is about everything that the department does.
    """

    matter: str
    lead: Leader
    department: str
    phrases: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Directory:
    """The city as one version of the registry knows it: all that routing needs."""

    version: int
    units: tuple[Unit, ...]
    lines: tuple[Line, ...]
    duties: tuple[Duty, ...]
    places: tuple[Place, ...]
    guidance: tuple[Guidance, ...]
    examples: tuple[Example, ...] = ()
    boundaries: tuple[Boundary, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a phrase stands in the original text: text[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the phrase or rule that counted, its points, and where it stands in the text."""

    # phrase | name | words | line | addressee | caller | place | rule | landmark | learned | case
    # | correction | ruling
    kind: str
    # of the last three the number of the ticket; of caller and place a sentence; of a landmark its
    # name and in how many tickets it stood
    text: str
    points: float = 0.0
    marks: tuple[Mark, ...] = ()

    @property
    def said(self) -> str:
        return OF_TICKETS.get(self.kind, "「{}」").format(self.text)


OF_TICKETS = {
    "case": "类似工单 {}",
    "correction": "有人改派过类似工单 {}",
    "ruling": "裁定先例 {}",
    "caller": "{}",
    "place": "{}",
    "landmark": "以往工单中的地名「{}」",
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """A ticket from before a request: of the same caller, else of the same town; whose it became.

    `days` lie between the two; `text` is its matter, or the beginning of it.
    """

    unit: str
    text: str
    days: float
    open: bool
    of_caller: bool


@dataclass(frozen=True, slots=True)
class PastCase:
    """A past ticket that resembles the text, what became of it, and how alike it is (0..1)."""

    id: str
    unit: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Candidate:
    unit: str
    confidence: float  # 0..1, calibrated: of those with .8, eight in ten are right
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Emergency:
    """Something may be happening now: which service, and the words that say so."""

    service: str
    words: tuple[str, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """Who should lead by the rules of 属地 and 职能, who guides, and the rule in a sentence."""

    unit: str
    assist: str | None  # the guiding department, where a territory leads
    sentence: str
    basis: str
    matter: str = field(default="", compare=False)  # of the rule, where a department leads


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The router's whole answer; `candidates` is always filled, best first, up to three."""

    disposition: Disposition
    decision: Decision
    candidates: tuple[Candidate, ...]
    service: str | None = None  # the emergency or retained number to transfer to
    territory: str | None = None
    place: str | None = None  # the town, where the text names one
    emergency: Emergency | None = None
    guidance: Guidance | None = None
    excluded: tuple[str, ...] = field(
        default=()
    )  # the accused of a tip-off: never lead, never assist
    reasons: tuple[Reason, ...] = ()  # of disposition, territory and exclusion
    past: tuple[PastCase, ...] = ()  # the most alike first; none before anything was learned
    lead: Lead | None = None  # where a rule of 属地 and 职能 speaks; candidates stay departments


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled request; `units` are all that would be right, `kind` is unit or territory."""

    id: str
    title: str
    body: str
    units: tuple[str, ...]
    kind: str
    source: str
    dialled: Line | None = None
    earlier: tuple[Earlier, ...] = ()
