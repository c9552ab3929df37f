"""What needs a person now: four counts, and below them names and tickets instead of averages."""

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _

from hotline.registry import article_lists
from hotline.tickets import lists, opinions, ratings, topics
from hotline.tickets.lists import Burn
from hotline.web.addresses import one_of
from hotline.web.current import actor, current, now
from hotline.web.looks import note_listed
from hotline.web.supervision.topics import hours

NAMES = {
    Burn.OVERDUE: _("超期"),
    Burn.DUE_TODAY: _("今日到期"),
    Burn.CRITICAL: _("特急"),
    Burn.TO_RULE: _("待裁定"),
}
# What exactly a count counts, in the order in which its list stands.
MEANINGS = {
    Burn.OVERDUE: _("办理时限已过、单位还没有答复的，超得最久的在前。"),
    Burn.DUE_TODAY: _("今天到期、还没有超期的，先到期的在前。"),
    Burn.CRITICAL: _("特急、答复还没有送到诉求人的，登记最早的在前。"),
    Burn.TO_RULE: _("单位退单、等着派单员裁定的，紧急的在前。"),
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.get("/supervision")(burning)
    blueprint.get("/supervision/<burn>")(heap)


def burning() -> str:
    with current().database.read() as session:
        heaps = lists.burning(session, actor(), now())
        units = lists.burning_units(session, actor(), now())
        knowledge = article_lists.pressing(session, now())
        opinion = opinions.pressing(session, now())
        hot = topics.open_topics(session)
        rated = ratings.count_undecided(session)
    note_listed(row for heap in heaps.values() for row in heap.rows)
    return render_template(
        "supervision/burning.html", heaps=heaps, units=units, names=NAMES, meanings=MEANINGS,
        knowledge=knowledge, opinion=opinion, Burn=Burn, topics=hot, hours=hours(), rated=rated,
        calm=not any(heap.count for heap in heaps.values()),
    )  # fmt: skip


def heap(burn: str) -> str:
    """All that one of the counts counts, of one unit where one is named."""
    unit, after = request.args.get("unit", ""), request.args.get("after") or None
    which = one_of(Burn, burn)
    with current().database.read() as session:
        found = lists.burning_pile(session, actor(), which, now(), unit=unit, after=after)
    note_listed(found.rows)
    return render_template(
        "supervision/heap.html", heap=found, burn=which, name=NAMES[which],
        meaning=MEANINGS[which], unit=unit, after=after,
    )  # fmt: skip
