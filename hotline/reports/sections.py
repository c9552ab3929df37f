"""The parts that the day list, the month summary and the quarter bulletin share."""

from collections.abc import Iterable, Mapping

from hotline.clock import CITY_TIME
from hotline.reports.documents import Cell, Section, Table
from hotline.reports.material import NO_UNIT, Material
from hotline.reports.rates import FORMULAS, Rate
from hotline.reports.tallies import Tally

# 上期 and 去年同期 cannot be compared where nothing was recorded then.
NOTHING_TO_COMPARE = "无可比数据"
NONE = ("无。",)


def counts_by(material: Material, measure: str, dimension: str, title: str) -> Table:
    """A measure apart by one dimension, the largest first, with shares of the whole."""
    counts = material.tally.by(measure, dimension)
    whole = sum(counts.values())
    rows = [
        (material.words(dimension, value), count, Rate(count, whole))
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return Table(title, ("项目", "件数", "占比"), (*rows, ("合计", whole, Rate(whole, whole))))


def received(material: Material) -> tuple[Table, ...]:
    """收到 by channel, kind, territory and dialled line."""
    return tuple(
        counts_by(material, "received", dimension, title)
        for dimension, title in (
            ("channel", "来源渠道"),
            ("kind", "诉求类别"),
            ("territory", "属地"),
            ("line", "所拨号码"),
        )
    )


def letters(material: Material) -> tuple[Table, ...]:
    """领导来信 by whom they were written to, where there are any; plan 2018, item 20."""
    if not material.tally.total("letters"):
        return ()
    return (counts_by(material, "letters", "unit", "领导来信（写给谁）"),)


def changes(material: Material, measure: str) -> str:
    """环比 and 同比 of a measure, in one clause; over as many days when the period is not over."""
    now = material.tally.total(measure)
    return "，".join(
        f"{words}{_change(now, then and then.total(measure))}"
        for words, then in (("环比", material.previous), ("同比", material.year_before))
    )


def _change(now: int, then: int | None) -> str:
    if then is None:
        return NOTHING_TO_COMPARE
    grown = f"{now / then - 1:+.2%}" if then else "—"
    return f" {grown}（当时 {then} 件）"


def rates(material: Material, *more: tuple[Cell, ...]) -> Table:
    """Every rate with what stands above and below its line, and what it was before."""
    rows = []
    for formula in FORMULAS.values():
        rate = formula.of(material.tally)
        before = (
            formula.of(then) if then else NOTHING_TO_COMPARE
            for then in (material.previous, material.year_before)
        )
        rows.append((formula.words, rate, rate.numerator, rate.denominator, *before))
    header = ("指标", "本期", "分子", "分母", "上期", "去年同期")
    return Table("主要指标", header, (*rows, *more))


def units(material: Material) -> list[str]:
    """Units that anything was counted for, in the order of the registry, others behind."""
    found = {
        unit
        for (_, dimension), counts in material.tally.counts.items()
        if dimension == "unit"
        for unit in counts
        if unit
    }
    order = {unit.name: place for place, unit in enumerate(material.directory.units)}
    return sorted(found, key=lambda unit: (order.get(unit, len(order)), unit))


def unit_counts(material: Material, title: str, columns: Mapping[str, str]) -> Table:
    """A row a unit: counts (or rates) of these names under these headings."""
    rows = (
        (unit, *(figure(material.tally, name, unit) for name in columns))
        for unit in units(material)
    )
    return Table(title, ("单位", *columns.values()), tuple(rows))


def figure(tally: Tally, name: str, unit: str) -> Cell:
    """One unit's count of a measure, or its rate by a formula."""
    return FORMULAS[name].of(tally, unit) if name in FORMULAS else tally.total(name, unit)


def overdue(material: Material) -> Section:
    """Who stands overdue at the close of the period, by name, the longest first."""
    stock = material.backlog
    count = stock.total("overdue")
    if not count:
        return Section("超期未办", NONE)
    rows = tuple(
        (late.number, late.unit, f"{late.due_at.astimezone(CITY_TIME):%Y-%m-%d}", late.working_days)
        for late in stock.overdue
    )
    rest = count - len(rows)
    more = (f"超期共 {count} 件，只列超期最久的 {len(rows)} 件。",) if rest else ()
    header = ("工单编号", "承办单位", "到期日", "超期工作日")
    return Section("超期未办", more, (Table("超期工单", header, rows),))


def stock(material: Material) -> str:
    """One sentence on what stands with the units at the close of the period."""
    when = "目前" if material.period.is_running(material.now) else "期末"
    total = material.backlog.total
    return (
        f"{when}单位在办 {total('open')} 件，其中待签收 {total('waiting')} 件、"
        f"超期 {total('overdue')} 件。"
    )


def desk_clock(material: Material) -> str:
    """One sentence on how the desk kept to its own limits: of dispatching, of joint rulings."""
    rate = FORMULAS["dispatched_in_time_rate"].of(material.tally)
    return (
        f"话务台迟派单 {material.tally.total('dispatched_late')} 件，及时派单率 {rate}"
        f"（{rate.numerator}/{rate.denominator}）；"
        f"会商裁定超时 {material.tally.total('ruled_late')} 件。"
    )


def promise(material: Material) -> str:
    """One sentence on whether requesters were told by when they had been promised."""
    rate = FORMULAS["promise_kept_rate"].of(material.tally)
    return (
        f"承诺逾期 {material.tally.total('promise_broken')} 件，承诺兑现率 {rate}"
        f"（{rate.numerator}/{rate.denominator}）。"
    )


def follow_ups(material: Material) -> Section:
    """回访: solved and satisfied, asked apart."""
    tally = material.tally
    asked = tally.total("followed_up")
    if not asked:
        return Section("群众反馈", NONE)
    solved, satisfied = (FORMULAS[name].of(tally) for name in ("solved_rate", "satisfied_rate"))
    reviewed = tally.total("rating_reviewed")
    return Section(
        "群众反馈",
        (
            f"回访 {asked} 次，已解决 {solved.numerator} 次，解决率 {solved}；"
            f"满意（含基本满意）{satisfied.numerator} 次，满意率 {satisfied}。",
            f"不满意 {tally.total('unsatisfied')} 次；期内核定原因 {reviewed} 次，"
            f"其中单位原因 {tally.total('unit_at_fault')} 次。",
        ),
    )


def named(counts: Iterable[tuple[str, int]]) -> str:
    """市公安局 3 件、市环保局 1 件."""
    return "、".join(f"{unit or NO_UNIT} {count} 件" for unit, count in counts)


def largest(material: Material, measure: str) -> list[tuple[str, int]]:
    counts = material.tally.by(measure, "unit")
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
