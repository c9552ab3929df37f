"""一季一通报: the quarter for the city's leaders, with the units named that fell overdue."""

from sqlmodel import Session

from hotline.clock import CITY_TIME, city_span
from hotline.reports import sections
from hotline.reports.documents import Section, Table
from hotline.reports.material import Material
from hotline.reports.ranking import ranked
from hotline.tickets import supervision
from hotline.tickets.words import CHINESE, SanctionKind

TITLE = "12345 一季一通报"
# 县区前五、部门前五, as the Yueyang bulletin of 2017 names them.
TOP = 5


def write(session: Session, material: Material) -> tuple[Section, ...]:
    return (
        _received(material),
        _handled(material),
        sections.follow_ups(material),
        ranked(material),
        _named_overdue(material),
        _held_against(session, material),
        sections.overdue(material),
    )


def _received(material: Material) -> Section:
    count = material.tally.total("received")
    line = f"收到市民诉求 {count} 件，{sections.changes(material, 'received')}。"
    return Section("市民诉求", (line,), sections.received(material))


def _handled(material: Material) -> Section:
    total = material.tally.total
    most = sections.largest(material, "dispatched")
    local = [one for one in most if one[0] in material.territories][:TOP]
    departments = [one for one in most if one[0] not in material.territories][:TOP]
    lines = [
        f"派到单位 {total('dispatched')} 次，答复 {total('replied')} 次，"
        f"办结 {total('closed')} 次（{sections.changes(material, 'closed')}）。",
        sections.desk_clock(material),
        sections.promise(material),
        sections.stock(material),
    ]
    if local:
        lines.append(f"派单最多的县（市、区）和园区：{sections.named(local)}。")
    if departments:
        lines.append(f"派单最多的市级部门：{sections.named(departments)}。")
    return Section("部门办理", tuple(lines), (sections.rates(material),))


def _named_overdue(material: Material) -> Section:
    late = sections.largest(material, "overdue")
    line = f"本季度办理超期的单位 {len(late)} 个：{sections.named(late)}。"
    return Section("超期单位", (line,) if late else sections.NONE)


def _held_against(session: Session, material: Material) -> Section:
    """督办和问责: whom the city had to press, and how; plan 2018, items 29 and 30.

    Never a word of the reasons: a bulletin cannot be erased.
    """
    total, period = material.tally.total, material.period
    rows = tuple(
        (each.unit, CHINESE[SanctionKind(each.kind)], f"{each.at.astimezone(CITY_TIME):%Y-%m-%d}")
        for each in supervision.sanctions_in(session, *city_span(period.first, period.last))
    )
    line = (
        f"催办 {total('reminded')} 次，下督办单 {total('supervised')} 次，"
        f"约谈和通报批评 {len(rows)} 次。"
    )
    table = Table("约谈和通报批评", ("单位", "方式", "日期"), rows)
    return Section("督办和问责", (line,), (table,) if rows else ())
