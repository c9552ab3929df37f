"""What becomes of a request at once: one row an act, each of steps that the table allows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hotline.db import Session
from hotline.desk import drafts, knowledge
from hotline.errors import Invalid
from hotline.people.rights import Action
from hotline.registry.numbers import canonical
from hotline.routing.types import Disposition, LineCategory, Suggestion
from hotline.telephony.shown import shown_call
from hotline.tickets.models import Ticket
from hotline.web import bodies, intake, steps
from hotline.web.console import page_forms
from hotline.web.current import actor, city, current, now
from hotline.web.fields import Body

Form = page_forms.ConsoleForm
Sequel = Callable[[Session, Ticket, Form], Any]
# Read out to the caller, and kept with the ticket.
TRANSFERRED = "正在为您转接 {service}，请不要挂机。"


@dataclass(frozen=True, slots=True)
class Act:
    """Whether it accepts the request first, what must be filled in, and the step that follows.

    `needs` names a field and what to say when it is blank.
    """

    accepts: bool
    needs: tuple[str, str] | None = None
    sequel: Sequel | None = None


def _take(session: Session, row: Ticket, action: Action, body: Body) -> None:
    steps.STEPS[action][1](session, row, body)


def _answer(session: Session, row: Ticket, form: Form) -> None:
    _take(session, row, Action.ANSWER, bodies.TextBody(text=form.answer))
    if form.article:
        knowledge.note_use(session, row, form.article, now=now())


def _redirect(session: Session, row: Ticket, form: Form) -> None:
    guidance = {each.code: each.sentence for each in city().directory.guidance}
    if form.code not in guidance:
        raise Invalid("没有这一类引导事项，请从列表中选。", field="code")
    _lead(session, row, form.code, form.sentence or guidance[form.code])


def _transfer_call(session: Session, row: Ticket, form: Form) -> None:
    if form.service not in transfers():
        raise Invalid("这个号码不是保留专线，请从列表中选。", field="service")
    row.service = form.service  # the agent's word goes before the router's
    _lead(session, row, form.act, TRANSFERRED.format(service=form.service))


def _hand_over(session: Session, row: Ticket, form: Form) -> None:
    if row.disposition != Disposition.EMERGENCY:
        raise Invalid("没有看到紧急情形的字词，请先记下对方的话，或用 F6 转接。", field="text")
    _lead(session, row, form.act, TRANSFERRED.format(service=row.service))


def _lead(session: Session, row: Ticket, code: str, sentence: str) -> None:
    _take(session, row, Action.REDIRECT, bodies.RedirectBody(code=code, sentence=sentence))


def _merge(session: Session, row: Ticket, form: Form) -> None:
    _take(session, row, Action.MERGE, bodies.MergeBody(parent=form.parent))


def _check_car(form: Form) -> None:
    if not form.plate:
        raise Invalid("请写挡路车的车牌；没有车牌的按一般诉求登记。", field="plate")
    if form.text == page_forms.NOT_SAID:
        raise Invalid("请写车停在哪里、挡住了什么。", field="parked")


def _move_car(session: Session, row: Ticket, form: Form) -> None:
    """挪车: to the traffic police at once, or answered where it was settled on the spot."""
    if form.moved:
        _take(session, row, Action.ANSWER, bodies.TextBody(text=form.moved))
    elif city().towing:
        _take(session, row, Action.DISPATCH, bodies.DispatchBody(unit=city().towing, guide=""))
    else:
        raise Invalid("派单目录里没有单位管挪车，请按一般诉求受理。", field="plate")


ACTS = {
    "dispatch": Act(True, ("unit", "请选派给哪个单位；拿不准请按 F7 受理交派单员。")),
    "accept": Act(True),
    "answer": Act(True, ("answer", "请写下答复内容。"), _answer),
    "redirect": Act(False, ("code", "请选引导到哪里。"), _redirect),
    "transfer_call": Act(False, ("service", "请选要转接的专线。"), _transfer_call),
    "hand_over": Act(False, None, _hand_over),
    "move_car": Act(True, None, _move_car),
    "merge": Act(True, ("parent", "请在「此人」或「附近相似」中选并入哪一单。"), _merge),
}


def transfers() -> dict[str, str]:
    """The lines a call may be put through to, by number: those that stayed, and emergencies."""
    return {
        line.number: line.name
        for line in city().directory.lines
        if line.number and line.category is not LineCategory.MERGED
    }


def log(form: Form, *, draft: str) -> dict[str, Any]:
    """Logs the request and what becomes of it in one transaction, which drops the draft."""
    act = ACTS[form.act]
    unit = (form.other or form.unit) if form.act == "dispatch" else ""
    if form.act == "move_car":
        _check_car(form)
    if act.needs and not (unit or getattr(form, act.needs[0])):
        raise Invalid(act.needs[1], field=act.needs[0])

    def sequel(session: Session, row: Ticket) -> None:
        if act.sequel:
            act.sequel(session, row, form)
        drafts.drop(session, draft, actor=actor())

    facts = {"accept": act.accepts, "unit": unit, "requester": _requester(form)}
    done = intake.log(form.model_copy(update=facts), _result(form.act), sequel)
    current().wake()
    return done


def _requester(form: Form) -> bodies.RequesterBody:
    """As typed; whoever calls and hides nothing is known by the number that rang."""
    if form.anonymous:
        return bodies.RequesterBody()
    if form.requester.phone or not form.call_id:
        return form.requester
    with current().database.read() as session:
        call = shown_call(session, form.call_id, actor=actor())
    number = canonical(call.number) if call else None
    return form.requester.model_copy(update={"phone": number or ""})


def _result(act: str) -> Callable[[Ticket, Suggestion], dict[str, Any]]:
    """What the agent reads out; kept for a form that is sent twice."""

    def present(row: Ticket, suggestion: Suggestion) -> dict[str, Any]:
        return {
            "act": "answer" if act == "move_car" and not row.lead_unit else act,
            "emergency": suggestion.emergency.service if suggestion.emergency else "",
            "number": row.number,
            "query_code": row.query_code,
            "unit": row.lead_unit,
            "service": row.service,
            "promised_at": row.promised_at and row.promised_at.isoformat(),
            "call_id": row.call_id,
            "at": now().isoformat(),
        }

    return present
