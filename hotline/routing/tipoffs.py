"""Reports about officials and police: where they are safe, and who must never see them."""

import re
from collections import defaultdict
from dataclasses import dataclass

from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.types import Directory, Reason, UnitKind

DISCIPLINE_LINE, POLICE_LINE = "12388", "12389"
POLICE_UNIT, DISCIPLINE_UNIT = "市公安局", "市纪委监委"
# Where a report about officials may go; the first that is not itself accused leads.
SAFE = (DISCIPLINE_UNIT, "市人民检察院", "市政府信访局")

# Breaches of office, whoever tells of them; bad manners, delay and high fees are complaints.
BREACH = (
    r"贪污|贪腐|贪赃|受贿|行贿|索贿|贿赂|腐败|渎职|徇私|枉法|以权谋私|滥用职权|玩忽职守|权钱交易"
    r"|钱权交易"
    r"|官商勾结|利益输送|中饱私囊|保护伞|优亲厚友|吃拿卡要|买官|卖官|跑官要官|拉票|贿选"
    r"|(?<!考试)违纪违法|违法违纪|严重违纪|违反党纪|八项规定"
    r"|公款(?:吃喝|旅游|消费|送礼)|公车私用|大操大办|小金库|暗箱操作|打击报复"
    r"|(?:收|要|拿|吃|索要|索取)(?:了|过|受|取)?[^,。!?;]{0,6}"
    r"(?:黑钱|红包|回扣|好处|贿|礼金|礼品|保护费|茶水费|辛苦费|烟酒)"
    r"|(?:收|拿)(?:了|过)?[^,。!?;]{0,4}的?钱(?:才|不|就|办|放|帮|包庇|乱)"
    r"|(?:挪用|侵吞|侵占|截留|克扣|私吞|贪占|独吞|冒领|骗取|套取|虚报|瓜分|私分|吞了"
    r"|贪了)[^,。!?;]{0,8}"
    r"(?:公款|资金|补贴|补助|补偿|低保|集体|款|钱|粮|资产|五保|救济)"
    r"|(?:公款|资金|补贴|补助|补偿款|低保款|扶贫款|征地款|集体[资财]产)[^,。!?;]{0,6}"
    r"(?:贪|私吞|侵吞|挪用|截留|瓜分|私分)"
)
# Worth a report only where the citizen says so: 举报, 检举.
NEGLECT = (
    r"不作为|乱作为|慢作为|失职|包庇|袒护|欺压|打人|殴打|暴力执法|以权压人|利用职[权务]|勾结"
    r"|弄虚作假"
    r"|赌博|嫖娼|酒驾|经商|入股|作风"
)
HIGH = (
    r"(?:市|县|区|镇|乡|局|处|科|股|所|厅|部)长|书记|村长|村主任|支书|村官|镇干部|村干部|官员|贪官"
    r"|公务员|公职人员"
    r"|(?<!公司)(?<!企业)(?<!单位)(?<!厂)(?<!物业)领导|干部|法官|检察官|庭长"
)
OFFICIAL = (
    rf"{HIGH}|(?<!会)(?<!班)(?<!间)(?<!业)主任(?!医|护)|村委|村两委|社区两委|村会计|村文书|社长"
    rf"|组长"
    r"|执法人员|执法队|(?:队|校|院)长|(?:窗口|政府|局|中心|办|所|镇|乡|街道|民政|低保)的?(?:工作"
    r"|经办)人员"
    r"|政府(?!补|资金|采购|网|热线|投资|项目|工程|拨|信息)|纪委|监委|法院|检察院|管委会|街道办"
    r"|办事处"
)
LOCAL = (
    r"(?:村|镇|乡|街道|社区|县|(?<!小)区|管委会)[^,。!?;]{0,6}(?:长|书记|主任|干部|领导|政府|两委"
    r"|会计|人员)"
    r"|村委|村官|支书|社长|(?:镇|乡|县|区)政府|管委会|街道办|办事处"
)
POLICE = (
    r"民警|警察|警官|辅警|协警|交警|刑警|特警|巡警|派出所|公安局|公安分局|公安机关|公安|看守所"
    r"|拘留所|车管所"
)
POLICE_BREACH = (
    r"刑讯|逼供|暴力执法|违法办案|办假案|违法违纪|敲诈|勒索|私放|警车私用|通风报信|殴打"
    r"|收(?:了)?钱|打(?:我|人|伤|骂)|警匪|保护[^,。!?;]{0,4}(?:赌|黑|黄|毒)"
    # The words under which line 12389 itself is known.
    r"|态度[^,。!?;]{0,3}恶劣|不出警|刁难|辱骂|粗暴"
)
REPORT = r"举报|检举|揭发|控告"
ACCUSED = rf"(?:{REPORT})[^,。!?;]{{0,8}}(?:{HIGH})"
# The organ that is asked to act, or a made-up officer, is not the one accused.
ASKED = re.compile(
    r"(?:向|到|给|找|去|请求?|希望|恳请|要求|建议|交给?|移送|报告|求助|冒充|假)(?:了|过)?"
    r"(?:有关|相关|上级|当地|内江)?(?:市|县|区)?$"
)
ACTS = re.compile(
    r"(?:的?(?:领导|同志|部门|机关))?(?:来|去|能|可以|应该|尽快|马上|依法|严肃|认真)*"
    r"(?:查处|调查|介入|处理|严查|彻查|核查|查[一清办]|监督|管管|追究|报[案警])"
)
NICKNAMES = {"法官": "市中级人民法院", "检察官": "市人民检察院"}

# In a short text all belongs together; in a letter, a sentence.
SHORT = 150
SENTENCE = re.compile(r"[^。!?;]+")


@dataclass(frozen=True, slots=True)
class TipOff:
    """A report about officials: the line for it, the units that may know, and the accused.

    `about_locals`: the accused serve a county, town or village, so its unit must not see it either.
    """

    service: str
    safe: tuple[str, ...]
    accused: frozenset[str]
    about_locals: bool
    reason: Reason


class TipOffs:
    """Knows every unit by every name, to tell who is accused."""

    def __init__(self, directory: Directory) -> None:
        self._bearers: dict[str, set[str]] = defaultdict(set)
        for unit in directory.units:
            for name in (unit.name, unit.short, *unit.names):
                self._bearers[fold_phrase(name)].add(unit.name)
        for nickname, unit in NICKNAMES.items():
            self._bearers[nickname].add(unit)
        self._pattern = re.compile("|".join(map(re.escape, sorted(self._bearers, key=len)[::-1])))
        self._departments = [u.name for u in directory.units if u.kind is UnitKind.DEPARTMENT]

    def find(self, title: Folded, text: Folded) -> TipOff | None:
        """The report the text makes, or None where it is an ordinary matter."""
        whole = f"{title.text}。{text.text}"
        reported = bool(re.search(REPORT, whole))
        for scope in _scopes(whole, reported):
            if word := _police_breach(scope, reported):
                return self._tip_off(POLICE_LINE, scope, word, {POLICE_UNIT})
            if word := self._officials_breach(scope, reported):
                return self._tip_off(DISCIPLINE_LINE, scope, word, set())
        return None

    def _officials_breach(self, scope: str, reported: bool) -> str:
        if not (_subjects(OFFICIAL, scope) or self._units(scope)):
            return ""
        return _first(BREACH, scope) or (reported and _first(rf"{ACCUSED}|{NEGLECT}", scope)) or ""

    def _tip_off(self, service: str, scope: str, word: str, accused: set[str]) -> TipOff:
        accused = accused | self._units(scope)
        safe = [unit for unit in SAFE if unit in self._departments and unit not in accused]
        rest = (unit for unit in self._departments if unit not in accused)
        return TipOff(
            service,
            tuple(safe) or tuple(rest)[:1],
            frozenset(accused),
            bool(_subjects(LOCAL, scope)),
            Reason("rule", word),
        )

    def _units(self, scope: str) -> set[str]:
        """The units named other than as those who should act."""
        names = _subjects(self._pattern, scope)
        return set().union(*(self._bearers[name] for name in names))


def _scopes(whole: str, reported: bool) -> list[str]:
    if len(whole) <= SHORT:
        return [whole]
    # A letter on another matter may speak of corruption in passing; a report says that it is one.
    return SENTENCE.findall(whole) if reported else []


def _police_breach(scope: str, reported: bool) -> str:
    if not _subjects(POLICE, scope):
        return ""
    accused = rf"(?:{REPORT})[^,。!?;]{{0,8}}(?:{POLICE})"
    return _first(rf"{BREACH}|{POLICE_BREACH}", scope) or (
        reported and _first(rf"{accused}|{NEGLECT}", scope) or ""
    )


def _subjects(pattern: str | re.Pattern[str], scope: str) -> list[str]:
    """Words for officials, but for those whom the citizen asks to act."""
    return [
        match.group()
        for match in re.finditer(pattern, scope)
        if not ASKED.search(scope[max(0, match.start() - 8) : match.start()])
        and not ACTS.match(scope, match.end())
    ]


def _first(pattern: str, scope: str) -> str:
    match = re.search(pattern, scope)
    return match.group() if match else ""
