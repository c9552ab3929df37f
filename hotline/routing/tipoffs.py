"""Tip-offs about officials and police: never to the accused (routing: point 10)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.scan import Scanner
from hotline.routing.types import Mark, Reason, Unit, UnitKind

DISCIPLINE, PROSECUTION, PETITION = "市纪委监委", "市人民检察院", "市政府信访局"
POLICE = "市公安局"
DISCIPLINE_LINE, POLICE_LINE = "12388", "12389"

# Breaches that only someone in office can commit; they need no further word.
OF_OFFICE = (
    r"公款(?:吃喝|旅游|消费|送礼)|吃拿卡要|优亲厚友|权钱交易|买官卖官|以权谋私|滥用职权|徇私(?:舞弊|枉法)|利益输送"
    r"|八项规定|四风问题|贪污|受贿|索贿|行贿|侵吞|中饱私囊|贪腐|腐败|玩忽职守|失职渎职|渎职|保护伞|官官相护|官商勾结"
    r"|(?:骗取|套取|冒领|克扣|截留|私分|挪用)[^,。!?;]{0,6}(?:补助|补贴|低保|资金|专款|扶贫款|救助金|公款)"
)
# Breaches that are a tip-off when an official is said to have committed them.
BY_OFFICIALS = (
    r"收(?:了|受|取)?(?:我|他|人家|老板|别人|企业)?[^,。!?;]{0,6}(?:红包|好处费?|贿赂|回扣|钱财|礼金|黑钱)|索要|收黑钱|违规(?:提拔|任用|经商)"
    r"|包庇|吃空饷|作风(?:败坏|霸道)|打击报复|假公济私|中饱|敲诈|勒索|安排(?:自己|亲戚|亲属)"
)
OFFICIAL = (
    r"干部|书记|镇长|乡长|村长|村主任|社区主任|县长|区长|市长|局长|科长|处长|所长|站长|主任|院长|校长|队长|领导|公务员"
    r"|村官|村委|村支|执法人员|政府工作人员|管委会|纪委|监委|国企[^,。]{0,4}(?:经理|负责人)"
)
POLICEMEN = r"民警|警察|辅警|协警|交警|警官|派出所|公安局?|刑警|特警|看守所|巡警"
POLICE_BREACH = (
    r"态度(?:恶劣|很差|极差|差|蛮横|不好)|骂人|辱骂|打人|殴打|打了|不出警|拒不?出警|出警慢|不(?:予)?立案|刁难|收(?:了)?(?:黑)?钱|收红包|受贿|索要|敲诈|勒索"
    r"|违法办案|违规办案|违法违纪|违纪|暴力执法|粗暴执法|野蛮执法|执法不公|徇私|包庇|枉法|渎职|失职|警车私用|公车私用|吃拿卡要|贪污|保护伞|勾结|刑讯|逼供|滥用|乱罚款|压案不查|通风报信|泄露"
)
# Asked, alleged of business people, or already punished: nobody in office is accused.
HARMLESS = r"防(?:止|范)?腐败|反腐(?:倡廉)?(?:宣传|教育|电影|电视)|廉政(?:教育|宣传)|预防职务犯罪|腐败变质|腐烂"
ACCUSED_DISCIPLINE = re.compile(
    r"(?:举报|投诉|控告|反映)[^,。!?;]{0,6}(?:纪委|监委)|(?:纪委|监委)[^,。!?;]{0,8}(?:干部|领导|工作人员|书记|主任)[^,。!?;]{0,12}(?:"
    + OF_OFFICE + "|" + BY_OFFICIALS + ")"
)  # fmt: skip
LOCAL = re.compile(
    r"(?:村|镇|乡|街道|社区|县|区|管委会)[^,。!?;]{0,8}(?:" + OFFICIAL + ")|村委|村支|村干部"
)
WINDOW = 30
# A long letter that mentions such a deed in passing is still about its own matter.
LETTER = 150
REPORTS = re.compile(r"举报|检举|控告|揭发|告发")

_of_office, _by_officials = re.compile(OF_OFFICE), re.compile(BY_OFFICIALS)
_official, _policemen = re.compile(OFFICIAL), re.compile(POLICEMEN)
_police_breach, _harmless = re.compile(POLICE_BREACH), re.compile(HARMLESS)


@dataclass(frozen=True, slots=True)
class TipOff:
    """Where it goes first, the line that may take it, and who may not have it."""

    units: tuple[str, ...]
    service: str
    excluded: tuple[str, ...]
    reason: Reason


class TipOffs:
    """Knows the names by which a unit may be accused."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._names: dict[str, str] = {}
        for unit in units:
            for name in (unit.name, unit.short, *unit.names):
                self._names.setdefault(fold_phrase(name), unit.name)
            if unit.kind is UnitKind.TERRITORY:
                self._names.setdefault(fold_phrase(f"{unit.name}政府"), unit.name)
        self._scanner = Scanner(self._names)

    def find(self, folded: Folded, territory: str | None) -> TipOff | None:
        """None for the ordinary complaint, which is by far the most."""
        text = folded.text
        if _harmless.search(text) or (len(text) > LETTER and not REPORTS.search(text)):
            return None
        if match := _near(_policemen, _police_breach, text):
            reason = _reason("举报民警", folded, match)
            accused = (POLICE, *self._accused(text, None))
            return TipOff((DISCIPLINE, PETITION), POLICE_LINE, _unique(accused), reason)
        match = _of_office.search(text) or _near(_official, _by_officials, text)
        if match is None:
            return None
        units = (DISCIPLINE, PROSECUTION, PETITION)
        accused = self._accused(text, territory)
        if ACCUSED_DISCIPLINE.search(text):
            units, accused = (PROSECUTION, PETITION), (DISCIPLINE, *accused)
        return TipOff(units, DISCIPLINE_LINE, accused, _reason("举报公职人员", folded, match))

    def _accused(self, text: str, territory: str | None) -> tuple[str, ...]:
        """Every unit that is named, for who is accused and who is asked cannot be told safely."""
        named = [self._names[hit.phrase] for hit in self._scanner.hits(text)]
        local = [territory] if territory and LOCAL.search(text) else []
        safe = (DISCIPLINE, PROSECUTION, PETITION)
        return _unique(unit for unit in (*named, *local) if unit not in safe)


def _near(who: re.Pattern[str], what: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The deed, where one who may be accused of it stands close by."""
    for match in what.finditer(text):
        if who.search(text, max(0, match.start() - WINDOW), match.end() + WINDOW // 3):
            return match
    return None


def _reason(words: str, folded: Folded, match: re.Match[str]) -> Reason:
    mark: Mark = folded.mark(*match.span())
    return Reason("rule", f"{words}:{match.group()}", marks=(mark,))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
