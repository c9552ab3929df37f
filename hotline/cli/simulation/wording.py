"""What simulated citizens and units say: seeded sentences around the directory's own phrases."""

from dataclasses import dataclass
from random import Random

from hotline.routing.router import Router
from hotline.routing.types import Directory, Disposition, Line, LineCategory, Place, Suggestion
from hotline.tickets.intake import Requester

# Shares of matters that 12345 does not handle, and of those that sound like an emergency. Custom.
GUIDED, ALARMING = 0.04, 0.004
# Of the others, how many name a place, and how many come by the department's own old number.
PLACED, DIALLED = 0.65, 0.2

# Said around the matter; they hold no phrase of the directory, so that the matter alone decides.
OPENINGS = (
    "你好，",
    "您好，",
    "您好，我想反映一下，",
    "请问一下，",
    "我来说个事，",
    "麻烦记录一下，",
)
FRAMES = (
    "{place}{phrase}的事情，一直没有说法。",
    "关于{place}{phrase}，想问清楚该怎么办。",
    "{place}这边{phrase}，希望有人来看看。",
    "我要说的是{place}{phrase}这件事。",
    "{place}{phrase}，大家都很着急。",
)
FILLERS = (
    "这种情况已经有{n}天了。",
    "前后找过{few}次，每次都说再等等。",
    "我们这里一共有{n}户人家，都是一样的情况。",
    "家里事情也多，实在等不起。",
    "之前打过一次电话，说是{few}天之内回话，到现在没有消息。",
    "希望能给一个明确的时间。",
    "如果需要，我可以把照片发过来。",
    "我愿意到现场给你们指具体的位置。",
    "麻烦尽快安排人来看一下。",
    "谢谢你们，辛苦了。",
    "听说去年也有人说过，后来就没有下文了。",
    "具体在第{n}号附近，对面有一块大石头。",
    "最好在{few}号以前给个答复。",
    "白天不方便接听，请在晚上{few}点以后回话。",
    "邻居们也都愿意作证。",
    "不知道该找哪里，所以才打过来问。",
    "上次来的人看了一眼就走了。",
    "我说的句句属实，请你们核实。",
    "不求别的，只求有个结果。",
    "请把结果告诉我本人。",
)
REPLIES = (
    "您好！您反映的情况已安排工作人员到现场核实，情况属实，当日已处理完毕。感谢您的支持。",
    "您好！经核实，已责成有关单位在三日内整改，并将跟踪落实。感谢您的监督。",
    "您好！经查，有关情况正在按程序办理，预计十个工作日内办结，届时再告知您。",
    "您好！相关政策已向您作了说明，如还有不明白的地方，欢迎再次来电。",
    "您好！经现场查看，已列入近期计划，完成后将及时告知。感谢您的理解。",
    "您好！您的建议很有价值，已转有关科室研究，采纳情况会另行告知。",
)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
TITLES = ("先生", "女士")
PHRASE_LENGTHS = range(3, 13)
# After the matter itself; a whole text has about 200 characters.
SENTENCES = range(8, 18)


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to ask about, whose it really is, and what the router says to it."""

    number: int
    title: str
    text: str
    unit: str
    line: Line | None  # the legacy line dialled; None: 12345, or in writing
    given: Suggestion


@dataclass(frozen=True, slots=True)
class Story:
    """How somebody goes on after saying what it is about."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who does not exist."""

    name: str
    phone: str
    email: str

    @classmethod
    def numbered(cls, n: int) -> "Citizen":
        # No network gives out numbers that begin with four zeros; example.invalid: RFC 2606.
        name = SURNAMES[n % len(SURNAMES)] + TITLES[n // len(SURNAMES) % 2]
        return cls(name, f"0000{n:07d}", f"citizen{n}@example.invalid")

    @property
    def requester(self) -> Requester:
        return Requester(name=self.name, phone=self.phone, email=self.email)


class Phrasebook:
    """The subjects that a directory knows, ready to be spoken of."""

    def __init__(self, directory: Directory, router: Router) -> None:
        self._router = router
        self._places = directory.places
        self._duties = [
            (duty.unit, phrases)
            for duty in directory.duties
            if (phrases := [each for each in duty.phrases if len(each) in PHRASE_LENGTHS])
        ]
        self._guided = [phrase for each in directory.guidance for phrase in each.phrases]
        self._alarming = [
            (line.department, word)
            for line in directory.lines
            if line.category is LineCategory.EMERGENCY
            for word in line.words
        ]
        self._lines = {
            line.department: line
            for line in directory.lines
            if line.number and line.category is LineCategory.MERGED
        }

    def matters(self, pick: Random, n: int) -> list[Matter]:
        """So many; tip-offs are left out, since those they accuse are excluded."""
        found: list[Matter] = []
        while len(found) < n:
            matter = self._matter(len(found), pick)
            if matter and not matter.given.excluded:
                found.append(matter)
        return found

    def _matter(self, number: int, pick: Random) -> Matter | None:
        wanted, unit, phrase, place = self._subject(pick)
        text = pick.choice(OPENINGS) + pick.choice(FRAMES).format(place=place, phrase=phrase)
        line = self._lines.get(unit) if pick.random() < DIALLED else None
        given = self._router.suggest(text, title=phrase, dialled=line)
        # A phrase that is understood otherwise than it was meant would spoil the shares.
        if given.disposition is not wanted:
            return None
        return Matter(number, phrase, text, unit, line, given)

    def _subject(self, pick: Random) -> tuple[Disposition, str, str, str]:
        chance = pick.random()
        if chance < GUIDED:
            return Disposition.GUIDANCE, "", pick.choice(self._guided), ""
        if chance < GUIDED + ALARMING:
            return Disposition.EMERGENCY, *pick.choice(self._alarming), ""
        unit, phrases = pick.choice(self._duties)
        place = _spoken(pick.choice(self._places)) if pick.random() < PLACED else ""
        return Disposition.TICKET, unit, pick.choice(phrases), place


def stories(pick: Random, n: int) -> list[Story]:
    return [Story(number, _story(pick)) for number in range(n)]


def _story(pick: Random) -> str:
    said = pick.sample(FILLERS, pick.choice(SENTENCES))
    return "".join(each.format(n=pick.randint(2, 98), few=pick.randint(2, 9)) for each in said)


def _spoken(place: Place) -> str:
    return place.name if place.level == "county" else f"{place.territory}{place.names[-1]}"
