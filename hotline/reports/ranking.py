"""Units set in order by how much they finish on time, in two groups, none by too few tickets."""

from hotline.reports import sections
from hotline.reports.documents import Cell, Section, Table
from hotline.reports.material import Material
from hotline.reports.rates import FORMULAS

# Tickets a month under which a unit is shown without a rank: one late ticket of five would decide.
# Proposal (domain.md 6), after the small-unit effect in the Lianyungang bulletins.
FEWEST_A_MONTH = 10
UNRANKED = "—"

COLUMNS = {
    "dispatched": "派单",
    "claimed": "签收",
    "objected": "退单",
    "replied": "答复",
    "replied_on_time": "按时答复",
    "overdue": "超期",
    "on_time_rate": "按时办结率",
    "objected_rate": "退单率",
    "reworked": "重办",
    "closed": "办结",
    "followed_up": "回访",
    "solved_rate": "解决率",
    "satisfied_rate": "满意率",
}


def fewest(material: Material) -> int:
    """Dispatches in this period under which a unit has no rank."""
    return FEWEST_A_MONTH * material.period.months


def ranked(material: Material) -> Section:
    """单位办理情况: counties and zones apart from departments, the most punctual first."""
    names = sections.units(material)
    groups = {
        "县（市、区）和园区": [name for name in names if name in material.territories],
        "市级部门": [name for name in names if name not in material.territories],
    }
    tables = tuple(_table(material, title, units) for title, units in groups.items() if units)
    rule = f"派单不足 {fewest(material)} 件的单位只列数字，不排名次。"
    return Section("单位办理情况", (rule,) if tables else sections.NONE, tables)


def _table(material: Material, title: str, units: list[str]) -> Table:
    shares = {unit: _share(material, unit) for unit in units}
    rows = [
        (_rank(shares, unit), unit, *_figures(material, unit))
        for unit in sorted(units, key=lambda unit: -_or_last(shares[unit]))
    ]
    return Table(title, ("名次", "单位", *COLUMNS.values()), tuple(rows))


def _share(material: Material, unit: str) -> float | None:
    """What the unit is ranked by; None for one with too few tickets, or none fallen due."""
    if material.tally.total("dispatched", unit) < fewest(material):
        return None
    return FORMULAS["on_time_rate"].of(material.tally, unit).share


def _or_last(share: float | None) -> float:
    return -1 if share is None else share


def _rank(shares: dict[str, float | None], unit: str) -> Cell:
    """1 for the best; units of equal share have one rank."""
    mine = shares[unit]
    if mine is None:
        return UNRANKED
    return 1 + sum(share > mine for share in shares.values() if share is not None)


def _figures(material: Material, unit: str) -> tuple[Cell, ...]:
    return tuple(sections.figure(material.tally, name, unit) for name in COLUMNS)
