"""The piles of an inbox: their names, and what is said where one is empty."""

from flask_babel import lazy_gettext as _

from hotline.tickets.lists import Pile

NAMES = {
    Pile.TO_CLAIM: _("待签收"),
    Pile.IN_PROGRESS: _("办理中"),
    Pile.DUE_SOON: _("将到期"),
    Pile.OVERDUE: _("已超期"),
}
EMPTY = {
    Pile.TO_CLAIM: _("都签收了。有新工单派来，这里会提示。"),
    Pile.IN_PROGRESS: _("手上没有在办的工单。"),
    Pile.DUE_SOON: _("没有将到期的工单。"),
    Pile.OVERDUE: _("没有超期的工单，继续保持。"),
}


def most_pressing(counts: dict[Pile, int]) -> Pile:
    """Where an inbox opens: at what waits to be claimed, else at what is in hand."""
    return next((pile for pile in (Pile.TO_CLAIM, Pile.IN_PROGRESS) if counts[pile]), Pile.TO_CLAIM)
