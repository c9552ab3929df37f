"""Asks the router, with what the asker may know of the caller and the town; nothing is stored."""

from dataclasses import replace

from hotline.people.rights import RIGHTS, Action, Scope
from hotline.routing.types import (
    Candidate,
    Decision,
    Disposition,
    Earlier,
    Line,
    Reason,
    Suggestion,
)
from hotline.tickets import precedents, queries
from hotline.tickets.earlier import Whence, earlier
from hotline.web.current import actor, city, current, now


def suggested(
    text: str,
    *,
    title: str = "",
    dialled: Line | None = None,
    addressee: str = "",
    phone_hash: str = "",
    but: int = 0,
) -> Suggestion:
    """What the router says; one short statement where a caller or a town is known, else none.

    Never within a transaction. `but` is the id of the ticket that is asked about.
    """
    where = city().router.locate(text, title=title)
    whence = Whence(phone_hash, where.territory or "", where.town or "")
    known = _earlier(whence, but)
    return city().suggest(text, title=title, dialled=dialled, earlier=known, addressee=addressee)


def by_rule(given: Suggestion, unit: str) -> Suggestion:
    """With this unit first, because a rule says so; but a tip-off about it goes its own way."""
    if unit in given.excluded:
        return given
    others = [each for each in given.candidates if each.unit != unit]
    ticket = given.disposition in (Disposition.TICKET, Disposition.EMERGENCY)
    return replace(
        given,
        disposition=given.disposition if ticket else Disposition.TICKET,
        service=given.service if ticket else None,
        guidance=None,
        decision=Decision.CHOOSE,
        candidates=(Candidate(unit, 1.0), *others[:2]),
        lead=None,
    )


def guide_of(given: Suggestion, unit: str) -> str:
    """The department that guides where this territory leads by rule; else blank."""
    return (given.lead and given.lead.unit == unit and given.lead.assist) or ""


def guide_for(number: str, unit: str) -> str:
    """The same for a ticket that is stored, by what its requester said."""
    if not city().is_territory(unit):
        return ""
    with current().database.read() as session:
        row = queries.ticket(session, number, actor=actor(), action=Action.DISPATCH)
        matter = queries.matter(session, row)
    return guide_of(suggested(matter.text, title=matter.title), unit)


def with_ruling(given: Suggestion, text: str, title: str = "") -> Suggestion:
    """For whoever decides by it: the nearest ruling between the first two units and the one that
    leads, in one statement; it weighs nothing."""
    units = [each.unit for each in given.candidates[:2]] + [given.lead.unit if given.lead else ""]
    if not _may_know():
        return given
    with current().database.glance() as session:
        cited = precedents.nearest(session, units, f"{title}。{text}")
    if cited is None:
        return given
    reason = Reason("ruling", cited.number, 0.0)
    if cited.unit not in units[:2]:
        return replace(given, reasons=(*given.reasons, reason))
    return replace(given, candidates=tuple(_told(c, cited, reason) for c in given.candidates))


def _told(candidate: Candidate, cited: precedents.Cited, reason: Reason) -> Candidate:
    known = any((each.kind, each.text) == ("ruling", cited.number) for each in candidate.reasons)
    if candidate.unit != cited.unit or known:
        return candidate
    return replace(candidate, reasons=(reason, *candidate.reasons))


def _may_know() -> bool:
    """Whoever has no business with other people's tickets learns nothing of them by asking."""
    return RIGHTS.get((actor().role, Action.ROUTE)) is Scope.ALL


def _earlier(whence: Whence, but: int) -> tuple[Earlier, ...]:
    if not _may_know() or not (whence.phone_hash or whence.town):
        return ()
    with current().database.glance() as session:
        return earlier(session, whence, actor=actor(), now=now(), but=but)
