"""What needs a person now: counts, and below them names and tickets instead of averages."""

from collections.abc import Iterable
from datetime import datetime

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _

from hotline.db import Session
from hotline.registry import article_lists
from hotline.tickets import held_up, lists, opinions, ratings, topics
from hotline.tickets.deadlines import dispatch_by
from hotline.tickets.held_up import Behind, Joint
from hotline.tickets.lists import Burn, Heap, Row
from hotline.tickets.words import Status
from hotline.web.addresses import one_of
from hotline.web.current import actor, city, current, now
from hotline.web.looks import note_listed
from hotline.web.supervision.topics import hours

NAMES = {
    Burn.OVERDUE: _("超期"),
    Burn.DUE_TODAY: _("今日到期"),
    Burn.CRITICAL: _("特急"),
    Burn.TO_RULE: _("待裁定"),
    Behind.DISPATCH: _("派单超时"),
    Behind.RULING: _("会商超时"),
}
# What exactly a count counts, in the order in which its list stands.
MEANINGS = {
    Burn.OVERDUE: _("办理时限已过、单位还没有答复的，超得最久的在前。"),
    Burn.DUE_TODAY: _("今天到期、还没有超期的，先到期的在前。"),
    Burn.CRITICAL: _("特急、答复还没有送到诉求人的，登记最早的在前。"),
    Burn.TO_RULE: _("单位退单、等着派单员裁定的，紧急的在前。"),
    Behind.DISPATCH: _("已受理，过了话务台派单时限还没有派出去的，紧急的在前。"),
    Behind.RULING: _("再次退单，过了会商裁定时限还没有裁定的，紧急的在前。"),
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.get("/supervision")(burning)
    blueprint.get("/supervision/<burn>")(heap)


def burning() -> str:
    with current().database.read() as session:
        heaps = lists.burning(session, actor(), now())
        desk = held_up.behind(session, actor(), city().calendar, now())
        joint = _joint(session, (*heaps.values(), *desk.values()))
        units = lists.burning_units(session, actor(), now())
        knowledge = article_lists.pressing(session, now())
        opinion = opinions.pressing(session, now())
        hot = topics.open_topics(session)
        rated = ratings.count_undecided(session)
    note_listed(row for heap in (*heaps.values(), *desk.values()) for row in heap.rows)
    return render_template(
        "supervision/burning.html", heaps=heaps, units=units, names=NAMES, meanings=MEANINGS,
        knowledge=knowledge, opinion=opinion, Burn=Burn, topics=hot, hours=hours(), rated=rated,
        desk=desk, joint=joint, clocks=_clocks(desk[Behind.DISPATCH].rows),
        calm=not any(heap.count for heap in (*heaps.values(), *desk.values())),
    )  # fmt: skip


def _joint(session: Session, heaps: Iterable[Heap]) -> dict[int, Joint]:
    """Which of what is shown waits for a joint ruling."""
    objected = {row.id for heap in heaps for row in heap.rows if row.status == Status.OBJECTED}
    return held_up.joint(session, sorted(objected))


def _clocks(rows: Iterable[Row]) -> dict[str, datetime]:
    """By when the desk should have dispatched each."""
    return {row.number: dispatch_by(row.urgency, row.since, city().calendar) for row in rows}


def heap(burn: str) -> str:
    """All that one of the counts counts, of one unit where one is named."""
    unit, after = request.args.get("unit", ""), request.args.get("after") or None
    which = one_of({str(name): name for name in NAMES}.__getitem__, burn)
    with current().database.read() as session:
        found = _pile(session, which, unit=unit, after=after)
        joint = _joint(session, [found])
    note_listed(found.rows)
    return render_template(
        "supervision/heap.html", heap=found, burn=which, name=NAMES[which],
        meaning=MEANINGS[which], unit=unit, after=after, joint=joint,
        clocks=_clocks(found.rows) if which is Behind.DISPATCH else {},
    )  # fmt: skip


def _pile(session: Session, which: Burn | Behind, *, unit: str, after: str | None) -> Heap:
    if isinstance(which, Burn):
        return lists.burning_pile(session, actor(), which, now(), unit=unit, after=after)
    return held_up.behind_pile(session, actor(), which, city().calendar, now(), after=after)
