"""一月一汇总: the month against the one before and the same month a year ago, unit by unit."""

from sqlmodel import Session

from hotline.reports import cases, sections
from hotline.reports.documents import Section
from hotline.reports.material import Material
from hotline.reports.ranking import ranked
from hotline.reports.rates import Rate

TITLE = "12345 一月一汇总"


def write(session: Session, material: Material) -> tuple[Section, ...]:
    return (
        _received(material),
        _handled(material),
        _rates(session, material),
        ranked(material),
        sections.overdue(material),
        sections.follow_ups(material),
    )


def _received(material: Material) -> Section:
    count = material.tally.total("received")
    line = f"收到诉求 {count} 件，{sections.changes(material, 'received')}。"
    letters = sections.letters(material)
    return Section("受理情况", (line,), (*sections.received(material), *letters))


def _handled(material: Material) -> Section:
    total = material.tally.total
    by_unit = material.tally.by("dispatched", "unit")
    whole = sum(by_unit.values())
    local = sum(count for unit, count in by_unit.items() if unit in material.territories)
    return Section(
        "直办和派办",
        (
            f"受理 {total('accepted')} 件：直接答复 {total('answered_at_once')} 件，"
            f"首次派单 {total('first_dispatched')} 件；另引导 {total('redirected')} 件。",
            f"派到单位 {whole} 次：县（市、区）和园区 {local} 次，占 {Rate(local, whole)}；"
            f"市级部门 {whole - local} 次，占 {Rate(whole - local, whole)}。",
            sections.desk_clock(material),
            sections.promise(material),
            sections.stock(material),
        ),
    )


def _rates(session: Session, material: Material) -> Section:
    days = cases.mean_days(session, material.period, material.calendar)
    mean = "—" if days is None else f"{days:.2f} 个工作日"
    return Section(
        "主要指标", (f"平均办结用时 {mean}（自受理至办结）。",), (sections.rates(material),)
    )
