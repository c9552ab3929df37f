"""Who may use which route: one row a route, checked before anything is parsed."""

from collections.abc import Callable
from enum import StrEnum

from flask import abort, current_app, g, request
from flask_login import current_user

from hotline import clock
from hotline.errors import HotlineError, Invalid, NotAllowed, NotSignedIn, PasswordStale
from hotline.people import sign_ins
from hotline.people.keys import actor_of
from hotline.people.rights import RIGHTS, STAFF, Action, Actor, Role, scope_of
from hotline.repeats import RequestKey
from hotline.web.current import actor, current


class Anyone(StrEnum):
    """Who may use a route that asks for no action of the table of rights."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


PUBLIC, SIGNED_IN = Anyone.PUBLIC, Anyone.SIGNED_IN
# Steps on a ticket (<blueprint>.step_<action>) name their action in the route itself.
GUARDS: dict[str, Action | Anyone] = {
    # Its answer holds what the router says, which is for the desk alone.
    "api.log": Action.ACCEPT,
    "api.hand_in": Action.LOG,
    "api.ticket": Action.READ,
    "api.search": Action.READ,
    "api.route": Action.ROUTE,
    "api.claim_next": Action.CLAIM,
    "api.inbox": Action.READ,
    "api.alarms": Action.TAKE_ALARM,
    "api.take_alarm": Action.TAKE_ALARM,
    "api.deliveries": Action.SETTLE_DELIVERY,
    "api.receipt": Action.SETTLE_DELIVERY,
    "api.tally": Action.TALLY,
    "api.tally_listing": Action.TALLY,
    # Number and query code stand in for a key.
    "api.progress": PUBLIC,
    "api.citizen_follow_up": PUBLIC,
    "api.citizen_reopen": PUBLIC,
    "api.citizen_withdraw": PUBLIC,
    "api.citizen_remind": PUBLIC,
    # Guarded by the switch's own secret, so that no database is needed to answer a call.
    "calls.post_call": PUBLIC,
    "calls.post_event": PUBLIC,
    "calls.list_seats": PUBLIC,
    "live.stream": SIGNED_IN,
    "live.poll": SIGNED_IN,
    "live.take_seat": Action.TAKE_CALLS,
    "live.set_state": Action.TAKE_CALLS,
    "live.leave_seat": Action.TAKE_CALLS,
    # Guarded by a secret of its own, so that it can be watched when the database is away.
    "metrics.show": PUBLIC,
    "pages.status": PUBLIC,
    "pages.healthz": PUBLIC,
    "pages.readyz": PUBLIC,
    "signing.form": PUBLIC,
    "signing.sign_in": PUBLIC,
    "signing.sign_out": SIGNED_IN,
    "signing.account": SIGNED_IN,
    "signing.change_password": SIGNED_IN,
    "signing.home": SIGNED_IN,
    "signing.language": PUBLIC,
    "portal.home": PUBLIC,
    "portal.questions": PUBLIC,
    "portal.ask": PUBLIC,
    "portal.send": PUBLIC,
    "portal.mailboxes": PUBLIC,
    "portal.mailbox": PUBLIC,
    "portal.check": PUBLIC,
    # Number and query code stand in for signing in.
    "portal.progress": PUBLIC,
    "portal.look": PUBLIC,
    "portal.own_follow_up": PUBLIC,
    "portal.own_reopen": PUBLIC,
    "portal.own_withdraw": PUBLIC,
    "portal.own_remind": PUBLIC,
    "tickets.search": Action.READ,
    # Whoever takes requests down at the desk; a gateway may log as well, but not there.
    "console.page": Action.ACCEPT,
    "console.log": Action.ACCEPT,
    "console.suggest": Action.ROUTE,
    "console.nearby": Action.ACCEPT,
    "console.person": Action.ACCEPT,
    "console.save_draft": Action.ACCEPT,
    "console.discard_draft": Action.ACCEPT,
    "console.today": Action.ACCEPT,
    "console.take_call": Action.TAKE_CALLS,
    "console.call_line": Action.TAKE_CALLS,
    "console.waiting_line": Action.TAKE_CALLS,
    "console.number": Action.TAKE_CALLS,
    "tickets.ticket": Action.READ,
    "inbox.pile": Action.CLAIM,
    "inbox.news": Action.CLAIM,
    "inbox.claim_chosen": Action.CLAIM,
    "dispatching.desk": Action.RULE,
    "dispatching.pile": Action.RULE,
    "dispatching.take_alarm": Action.TAKE_ALARM,
    "dispatching.deliveries": Action.SETTLE_DELIVERY,
    "dispatching.receipt": Action.SETTLE_DELIVERY,
    "supervision.burning": Action.SUPERVISE,
    "supervision.heap": Action.SUPERVISE,
    "supervision.orders": Action.RULE_EXTENSION,
    "supervision.bounces": Action.RULE_EXTENSION,
    "supervision.sanctions": Action.SUPERVISE,
    "supervision.sanction": Action.SUPERVISE,
    "supervision.tallies_page": Action.TALLY,
    "supervision.tally_list": Action.TALLY,
    "supervision.tally_table": Action.TALLY,
    "supervision.reports": Action.TALLY,
    "supervision.report": Action.TALLY,
    "supervision.report_file": Action.TALLY,
    "supervision.publish": Action.PUBLISH,
    "administration.overview": Action.ADMINISTER,
    "administration.users": Action.ADMINISTER,
    "administration.add_user": Action.ADMINISTER,
    "administration.disable_user": Action.ADMINISTER,
    "administration.enable_user": Action.ADMINISTER,
    "administration.reset_user": Action.ADMINISTER,
    "administration.keys": Action.ADMINISTER,
    "administration.make_key": Action.ADMINISTER,
    "administration.revoke_key": Action.ADMINISTER,
    "administration.looks": Action.ADMINISTER,
    "administration.file": Action.ADMINISTER,
    "administration.row": Action.ADMINISTER,
    "administration.new_row": Action.ADMINISTER,
    "administration.change_row": Action.ADMINISTER,
    "administration.add_row": Action.ADMINISTER,
    "administration.remove_row": Action.ADMINISTER,
    "administration.history": Action.ADMINISTER,
    "administration.restore": Action.ADMINISTER,
    "administration.download": Action.ADMINISTER,
    "administration.upload": Action.ADMINISTER,
    "administration.learning": Action.ADMINISTER,
    "administration.choose_model": Action.ADMINISTER,
    "administration.switch_auto": Action.ADMINISTER,
    "administration.proposals": Action.ADMINISTER,
    "administration.accept_proposal": Action.ADMINISTER,
    "administration.refuse_proposal": Action.ADMINISTER,
    "administration.take_back_refusal": Action.ADMINISTER,
    "api.attach": Action.ATTACH,
    "api.attached": Action.READ,
    "api.attachment": Action.READ,
    "attachments.add": Action.ATTACH,
    "attachments.file": Action.READ,
    "attachments.erase": Action.ERASE,
    # Number and query code stand in for signing in.
    "portal.own_attach": PUBLIC,
    "portal.own_file": PUBLIC,
    # Published articles are for everybody; what else a page shows of one, it asks by itself.
    "knowledge.listing": SIGNED_IN,
    "knowledge.article": SIGNED_IN,
    "knowledge.new": Action.EDIT_KNOWLEDGE,
    "knowledge.add": Action.EDIT_KNOWLEDGE,
    "knowledge.edit": Action.EDIT_KNOWLEDGE,
    "knowledge.change": Action.EDIT_KNOWLEDGE,
    "knowledge.restore": Action.EDIT_KNOWLEDGE,
    "knowledge.mark": Action.EDIT_KNOWLEDGE,
    "knowledge.publish": Action.PUBLISH_KNOWLEDGE,
    "knowledge.send_back": Action.PUBLISH_KNOWLEDGE,
    "knowledge.take_down": Action.PUBLISH_KNOWLEDGE,
    "knowledge.unmark": Action.PUBLISH_KNOWLEDGE,
    "api.knowledge": PUBLIC,
    "console.knowledge": Action.ANSWER,
    "console.no_answer": Action.ANSWER,
    "console.notes": Action.NOTE_SHIFT,
    "console.write_note": Action.NOTE_SHIFT,
    "console.read_note": Action.NOTE_SHIFT,
    "supervision.roster": Action.KEEP_ROSTER,
    "supervision.enter_turn": Action.KEEP_ROSTER,
    "supervision.enter_table": Action.KEEP_ROSTER,
    "supervision.take_off": Action.KEEP_ROSTER,
    "console.follow_up_list": Action.FOLLOW_UP,
    "console.follow_up_call": Action.FOLLOW_UP,
    "console.take_follow_up": Action.FOLLOW_UP,
    "console.follow_up_not_reached": Action.FOLLOW_UP,
    "supervision.ratings_page": Action.REVIEW_RATING,
    "console.return_call_list": Action.TAKE_CALLS,
    "console.take_return_call": Action.TAKE_CALLS,
    "console.end_return_call": Action.TAKE_CALLS,
    "administration.past": Action.ADMINISTER,
    "administration.bring_in": Action.ADMINISTER,
    "administration.board": Action.ADMINISTER,
    "administration.bring_in_board": Action.ADMINISTER,
    "supervision.opinion_list": Action.KEEP_OPINION,
    "supervision.opinion": Action.KEEP_OPINION,
    "supervision.act_on_opinion": Action.KEEP_OPINION,
    "supervision.new_opinion": Action.REPORT_OPINION,
    "supervision.report_opinion": Action.REPORT_OPINION,
    "supervision.topic": Action.SUPERVISE,
    "static": PUBLIC,
    "bootstrap.static": PUBLIC,
    "htmx.static": PUBLIC,
    "openapi.doc_url": PUBLIC,
    "openapi.openapi": PUBLIC,
    "openapi.static": PUBLIC,
    "swagger.swagger": PUBLIC,
    "swagger.static": PUBLIC,
    "swagger.oauth2-redirect": PUBLIC,
}
STEP = ".step_"
# Programs show a key or a query code with each request, so no page can make them act unawares.
KEYED = ("api", "calls")
# Whoever chose too large a file is told so on the page with all that was typed: an upload is read
# to its end, but no more of a file is kept than shows that it is too large.
MOST_READ = 256 * 2**20
# Bytes of a body, where more than the usual limit is sent.
LARGER = {
    "administration.upload": 4 * 2**20,
    "administration.bring_in": 12 * 2**20,
    "administration.bring_in_board": 12 * 2**20,
    **dict.fromkeys(
        ("api.attach", "attachments.add", "portal.own_attach", "portal.send", "tickets.step_reply"),
        MOST_READ,
    ),
}
NUL = "\x00"
SAFE = ("GET", "HEAD", "OPTIONS")
# Where a user whose password somebody else has seen may go before it is changed. They are about
# that very sign-in, so that a key leads nowhere there.
BEFORE_CHANGE = ("signing.account", "signing.change_password", "signing.sign_out")


def guard_of(endpoint: str) -> Action | Anyone:
    """The action a route asks for; a route without a row is a mistake of ours, not open."""
    _, is_step, action = endpoint.partition(STEP)
    if is_step:
        return Action(action)
    if endpoint not in GUARDS:
        raise HotlineError("%(endpoint)s 未登记使用权限。", endpoint=endpoint)
    return GUARDS[endpoint]


def check() -> None:
    """Signs the caller in and refuses what its role may not do at all."""
    if request.endpoint is None:
        return  # no such address; says so by itself
    _refuse_nul()
    request.max_content_length = LARGER.get(request.endpoint)
    guard = guard_of(request.endpoint)
    if guard is not PUBLIC:
        g.actor = _signed_in()
        if guard is not SIGNED_IN:
            scope_of(g.actor, guard)
        elif g.actor.role not in STAFF:
            raise NotAllowed
    _refuse_forged(guard)


def _refuse_nul() -> None:
    """Nobody types one in an address, and PostgreSQL holds no text that has one."""
    try:
        texts = (request.path, *request.args.values())
    except UnicodeDecodeError:  # bytes that are no text, as no browser of ours sends them
        abort(400)
    if any(NUL in text for text in texts):
        abort(400)


def _refuse_forged(guard: Action | Anyone) -> None:
    """A change asked for by a browser must carry the token that our own page gave it."""
    by_program = request.blueprint in KEYED and guard is PUBLIC
    if request.method not in SAFE and not by_program and not _bearer():
        current_app.extensions["csrf"].protect()


def may(action: Action) -> bool:
    """Whether a page offers this to its reader; the route asks again."""
    who = g.get("actor")
    return who is not None and (who.role, action) in RIGHTS


def citizen(number: str) -> Actor:
    """A requester who gave the number and query code of one ticket."""
    return Actor("citizen", Role.CITIZEN, ticket=number)


def request_key() -> RequestKey | None:
    """The caller's `Idempotency-Key` for this very request; a page sends it as `once`."""
    key = request.headers.get("Idempotency-Key", "") or request.form.get("once", "")
    if not key:
        return None
    if len(key) > 200 or not key.isprintable():
        raise Invalid("Idempotency-Key 须为 200 字以内的可见字符。", field="Idempotency-Key")
    # Citizens are one actor: the number of the ticket keeps their keys apart.
    who = actor().id + actor().ticket
    return RequestKey(who, f"{request.method} {request.path}", key, _sent())


def _sent() -> bytes:
    return repr(sorted(request.form.items(multi=True))).encode() if request.form else request.data


def still_known() -> Callable[[], bool]:
    """Asks later, without this request, whether the sign-in or key holds and is the same actor."""
    who, key, database = actor(), _bearer(), current().database
    token = "" if key else current_user.id

    def asked() -> bool:
        try:
            if not key:
                return sign_ins.user_of(database, token, clock.now(), active=False).actor == who
            with database.glance() as session:
                return actor_of(session, key) == who
        except NotSignedIn:
            return False

    return asked


def _signed_in() -> Actor:
    text = _bearer()
    if not text or request.endpoint in BEFORE_CHANGE:
        return _signed_in_page()
    with current().database.glance() as session:
        return actor_of(session, text)


def _signed_in_page() -> Actor:
    if not current_user.is_authenticated:
        raise NotSignedIn
    if current_user.user.must_change and request.endpoint not in BEFORE_CHANGE:
        raise PasswordStale
    return current_user.user.actor


def _bearer() -> str:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""
