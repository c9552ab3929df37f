"""Phrases that corrections propose: an editor adds one to a duty, or refuses it."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from hotline.db import Session
from hotline.errors import HotlineError, Invalid
from hotline.people import users
from hotline.registry import editing, refusals, versions
from hotline.routing.mining import Proposal, mine
from hotline.routing.types import UnitKind
from hotline.tickets.corrections import newest_corrections
from hotline.web.administration import page_forms
from hotline.web.administration.preview import directory_of, newest_cases
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.languages import said

HERE = "/administration/proposals"
DUTIES = "duties.csv"
# Tickets against which the words of corrected ones must stand out.
COMPARED = 1000
# Numbers that the note of a new version names.
CITED = 6


def add_routes(administration: Blueprint) -> None:
    administration.get("/proposals", endpoint="proposals")(page)
    administration.post("/proposals", endpoint="accept_proposal")(accept)
    administration.post("/proposals/refuse", endpoint="refuse_proposal")(refuse)
    administration.post("/proposals/take-back", endpoint="take_back_refusal")(take_back)


def page() -> Any:
    return _page(Form())


def accept() -> Any:
    given = filled(page_forms.ProposalForm)
    if given.body is None:
        return _page(given, 422)
    body = given.body
    try:
        proposal = _proposal(body.unit, body.phrase)
        with current().database.work() as session:
            _add(session, proposal, body.duty)
    except HotlineError as refused:
        given.errors[""] = said(refused)
        return _page(given, refused.status)
    flash(
        _(
            "「%(phrase)s」已加入%(unit)s的「%(duty)s」，各处一秒内生效。",
            phrase=body.phrase, unit=body.unit, duty=body.duty,
        ),
        "good",
    )  # fmt: skip
    return redirect(HERE)


def refuse() -> Any:
    return _told(_refuse)


def take_back() -> Any:
    return _told(_take_back)


def _refuse(body: page_forms.PhraseForm) -> str:
    tickets = len(_proposal(body.unit, body.phrase).tickets)
    with current().database.work() as session:
        refusals.refuse(session, body.unit, body.phrase, tickets=tickets, by=actor().id, now=now())
    return _("「%(phrase)s」不采纳，记下了；工单翻一番之前不再提出。", phrase=body.phrase)


def _take_back(body: page_forms.PhraseForm) -> str:
    with current().database.work() as session:
        refusals.take_back(session, body.unit, body.phrase, by=actor().id, now=now())
    return _("已撤回，「%(phrase)s」可以再提出。", phrase=body.phrase)


def _told(do: Callable[[page_forms.PhraseForm], str]) -> Any:
    """Does it to the phrase that was sent, and says what was done."""
    given = filled(page_forms.PhraseForm)
    if given.body is None:
        return _page(given, 422)
    try:
        flash(do(given.body), "good")
    except HotlineError as refused:
        given.errors[""] = said(refused)
        return _page(given, refused.status)
    return redirect(HERE)


def _proposal(unit: str, phrase: str) -> Proposal:
    for proposal in _mined():
        if (proposal.unit, proposal.phrase) == (unit, phrase):
            return proposal
    raise Invalid("这条建议已不在，可能刚有人加入；请看新的列表。", field="phrase")


def _add(session: Session, proposal: Proposal, duty: str) -> None:
    content = editing.newest(session, DUTIES).content
    for index, row in enumerate(editing.records(content)):
        if row["duty"] == duty and city().find_unit(row["unit"]) == proposal.unit:
            row["phrases"] += f"|{proposal.phrase}"
            fresh = editing.with_record(content, index, row)
            note, who = _note(proposal), actor().id
            versions.publish(session, DUTIES, fresh, author=who, note=note, now=now())
            return
    raise Invalid("请从这个单位的职责中选一条。", field="duty")


def _note(proposal: Proposal) -> str:
    tickets = proposal.tickets
    cited = "、".join(tickets[:CITED]) + (f" 等 {len(tickets)} 件" if len(tickets) > CITED else "")
    return f"据更正工单 {cited}，加入「{proposal.phrase}」"


def _mined() -> list[Proposal]:
    """By the directory as it is in the database: what was added a moment ago is not proposed."""
    with current().database.read() as session:
        contents = versions.contents(session)
        corrections = newest_corrections(session)
        refused = {key: row.tickets for key, row in refusals.refusals(session).items()}
    units = city().directory.units
    territories = frozenset(unit.name for unit in units if unit.kind is UnitKind.TERRITORY)
    others = newest_cases(COMPARED, left_out=territories)
    return mine(corrections, others, directory_of(contents), refused)


def _page(form: Form[Any], status: int = 200) -> Any:
    with current().database.read() as session:
        refused = list(refusals.refusals(session).values())
        titles = users.titles(session, {row.by for row in refused})
    page = render_template(
        "administration/proposals.html", form=form, proposals=_mined(), duties=_duties(),
        refused=refused, titles=titles,
    )  # fmt: skip
    return page, status


def _duties() -> dict[str, list[str]]:
    """The duties of each unit valid today, by name."""
    with current().database.read() as session:
        rows = editing.records(editing.newest(session, DUTIES).content)
    duties: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        duties[city().find_unit(row["unit"]) or ""].append(row["duty"])
    return duties
