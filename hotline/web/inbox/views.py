"""The routes of a unit's inbox."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from hotline.errors import HotlineError, NotFound
from hotline.registry import article_lists
from hotline.repeats import Replayed
from hotline.tickets import held_up, lists
from hotline.tickets.lists import Pile
from hotline.web.current import actor, current, now
from hotline.web.forms import Form, asked, filled
from hotline.web.inbox import page_forms, piles
from hotline.web.inbox.claiming import claim
from hotline.web.languages import said
from hotline.web.looks import note_listed
from hotline.web.tickets.page import ticket_page

inbox = Blueprint("inbox", __name__)

SHOWN = 50


@inbox.get("/inbox")
def pile() -> str:
    wanted = asked(page_forms.InboxForm).body or page_forms.InboxForm()
    return _page(wanted, Form())


@inbox.get("/inbox/news")
def news() -> str:
    """A line when tickets came after the page was loaded; asked by the page itself."""
    wanted = asked(page_forms.NewsForm).body
    with current().database.read() as session:
        count = lists.arrivals(session, actor(), wanted.since) if wanted else 0
    return render_template("inbox/news.html", count=count)


@inbox.post("/inbox/claim")
def claim_chosen() -> Any:
    given = filled(page_forms.ClaimForm, numbers=request.form.getlist("numbers"))
    if given.body is None:
        return _page(page_forms.InboxForm(pile=Pile.TO_CLAIM), given), 422
    try:
        done = claim(given.body)
    except Replayed as again:
        done = again.reply
    except HotlineError as refused:
        given.refuse(refused)
        return _page(page_forms.InboxForm(pile=Pile.TO_CLAIM), given), refused.status
    _tell(done, given.body.handler)
    return redirect("/inbox?pile=to_claim")


def _tell(done: dict[str, list[str]], handler: str) -> None:
    if done["claimed"]:
        count = len(done["claimed"])
        told = _("已签收 %(n)d 件，经办人 %(handler)s。", n=count, handler=handler)
        flash(_with_door(told, done["claimed"][0]) if count == 1 else told, "good")
    for sentence in done["refused"]:
        flash(sentence, "bad")


def _with_door(told: str, number: str) -> Markup:
    """Who claims one ticket mostly goes on with it."""
    door = Markup('{} <a href="{}" data-key="z">{}</a> <kbd>z</kbd>')
    return door.format(told, _address(Pile.IN_PROGRESS, ticket=number), _("现在就办"))


def _page(wanted: page_forms.InboxForm, form: Form[Any]) -> str:
    with current().database.read() as session:
        counts = lists.inbox_counts(session, actor(), now())
        pile = wanted.pile or piles.most_pressing(counts)
        rows = lists.inbox(session, actor(), pile, now(), wanted.after or None, SHOWN)
        awaited = held_up.awaited(session, [row.id for row in rows])
        knowledge = article_lists.pressing(session, now(), actor().unit)
    note_listed(rows)
    return render_template(
        "inbox/inbox.html",
        Pile=Pile,
        pile=pile,
        names=piles.NAMES,
        empty=piles.EMPTY[pile],
        counts=counts,
        knowledge=knowledge,
        rows=rows,
        awaited=awaited,
        unit=actor().unit,
        wanted=wanted,
        more=_address(pile, after=rows[-1].cursor) if len(rows) == SHOWN else "",
        address=_address,
        form=form,
        chosen=request.form.getlist("numbers"),
        title=current_user.user.title if current_user.is_authenticated else "",
        **_beside(wanted, pile),
    )


def _beside(wanted: page_forms.InboxForm, pile: Pile) -> dict[str, Any]:
    """The ticket that is open beside the list, if it is still the unit's."""
    if not wanted.ticket:
        return {}
    try:
        page = ticket_page(wanted.ticket)
    except NotFound as gone:
        flash(said(gone), "late")
        return {}
    return page | {"part": True, "back": _address(pile, after=wanted.after, ticket=wanted.ticket)}


def _address(pile: Pile, **more: str) -> str:
    given = {name: value for name, value in more.items() if value}
    return f"/inbox?{urlencode({'pile': pile} | given)}"
