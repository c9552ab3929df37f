"""The piles of the dispatch desk: their names, and how much lies in each."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import lazy_gettext as _

from hotline.db import Session
from hotline.delivery import settling
from hotline.people.rights import Actor
from hotline.tickets import lists
from hotline.tickets.lists import DeskPile


class Pile(StrEnum):
    """In the order in which they press; all but the last hold tickets."""

    ALARMS = DeskPile.ALARMS
    TO_ACCEPT = DeskPile.TO_ACCEPT
    TO_DISPATCH = DeskPile.TO_DISPATCH
    TO_RULE = DeskPile.TO_RULE
    TO_REVIEW = DeskPile.TO_REVIEW
    UNSOLVED = DeskPile.UNSOLVED
    DELIVERIES = "deliveries"


NAMES = {
    Pile.ALARMS: _("紧急告警"),
    Pile.TO_ACCEPT: _("待受理"),
    Pile.TO_DISPATCH: _("待派单"),
    Pile.TO_RULE: _("退单待裁"),
    Pile.TO_REVIEW: _("待审核"),
    Pile.UNSOLVED: _("未解决"),
    Pile.DELIVERIES: _("待人工反馈"),
}
EMPTY = {
    Pile.ALARMS: _("没有紧急告警。有新的会马上出现在这里。"),
    Pile.TO_ACCEPT: _("网上来的诉求都已受理。"),
    Pile.TO_DISPATCH: _("没有等着派的工单。"),
    Pile.TO_RULE: _("没有等着裁定的退单。"),
    Pile.TO_REVIEW: _("没有等着审核的答复。"),
    Pile.UNSOLVED: _("没有诉求人说未解决的。已解决的和长期无异议的，系统会自动办结。"),
    Pile.DELIVERIES: _("答复都已送到，没有要人处理的反馈。"),
}


def counts(session: Session, actor: Actor) -> Mapping[Pile, int]:
    waiting = lists.desk_counts(session, actor)
    tickets = {pile: waiting[DeskPile(pile)] for pile in Pile if pile is not Pile.DELIVERIES}
    return tickets | {Pile.DELIVERIES: settling.count_needing_person(session)}


def most_pressing(waiting: Mapping[Pile, int]) -> Pile:
    """The first pile with anything in it."""
    return next((pile for pile in Pile if waiting[pile]), Pile.ALARMS)
