"""Who may use which route: one row a route, those of a room together; admission.py asks here."""

from enum import StrEnum

from flask import g

from hotline.errors import HotlineError
from hotline.people.rights import RIGHTS, Action, Actor, Role


class Anyone(StrEnum):
    """Who may use a route that asks for no action of the table of rights."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


PUBLIC, SIGNED_IN = Anyone.PUBLIC, Anyone.SIGNED_IN
# Steps on a ticket (<blueprint>.step_<action>) name their action in the route itself.
STEP = ".step_"
GUARDS: dict[str, Action | Anyone] = {
    "pages.status": PUBLIC,
    "pages.healthz": PUBLIC,
    "pages.readyz": PUBLIC,
    # Guarded by a secret of its own, so that it can be watched when the database is away.
    "metrics.show": PUBLIC,
    "static": PUBLIC,
    "signing.form": PUBLIC,
    "signing.sign_in": PUBLIC,
    "signing.sign_out": SIGNED_IN,
    "signing.account": SIGNED_IN,
    "signing.change_password": SIGNED_IN,
    "signing.home": SIGNED_IN,
    "signing.language": PUBLIC,
    "live.stream": SIGNED_IN,
    "live.poll": SIGNED_IN,
    "live.take_seat": Action.TAKE_CALLS,
    "live.set_state": Action.TAKE_CALLS,
    "live.leave_seat": Action.TAKE_CALLS,
    # Guarded by the switch's own secret, so that no database is needed to answer a call.
    "calls.post_call": PUBLIC,
    "calls.post_event": PUBLIC,
    "calls.list_seats": PUBLIC,
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
    "api.attach": Action.ATTACH,
    "api.attached": Action.READ,
    "api.attachment": Action.READ,
    "api.knowledge": PUBLIC,
    # Number and query code stand in for a key.
    "api.progress": PUBLIC,
    "api.citizen_follow_up": PUBLIC,
    "api.citizen_reopen": PUBLIC,
    "api.citizen_withdraw": PUBLIC,
    "api.citizen_remind": PUBLIC,
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
    "portal.own_attach": PUBLIC,
    "portal.own_file": PUBLIC,
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
    "console.knowledge": Action.ANSWER,
    "console.no_answer": Action.ANSWER,
    "console.notes": Action.NOTE_SHIFT,
    "console.write_note": Action.NOTE_SHIFT,
    "console.read_note": Action.NOTE_SHIFT,
    "console.follow_up_list": Action.FOLLOW_UP,
    "console.follow_up_call": Action.FOLLOW_UP,
    "console.take_follow_up": Action.FOLLOW_UP,
    "console.follow_up_not_reached": Action.FOLLOW_UP,
    "console.return_call_list": Action.TAKE_CALLS,
    "console.take_return_call": Action.TAKE_CALLS,
    "console.end_return_call": Action.TAKE_CALLS,
    "tickets.search": Action.READ,
    "tickets.ticket": Action.READ,
    "attachments.add": Action.ATTACH,
    "attachments.file": Action.READ,
    "attachments.erase": Action.ERASE,
    "dispatching.desk": Action.RULE,
    "dispatching.pile": Action.RULE,
    "dispatching.take_alarm": Action.TAKE_ALARM,
    "dispatching.deliveries": Action.SETTLE_DELIVERY,
    "dispatching.receipt": Action.SETTLE_DELIVERY,
    "inbox.pile": Action.CLAIM,
    "inbox.news": Action.CLAIM,
    "inbox.claim_chosen": Action.CLAIM,
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
    "supervision.roster": Action.KEEP_ROSTER,
    "supervision.enter_turn": Action.KEEP_ROSTER,
    "supervision.enter_table": Action.KEEP_ROSTER,
    "supervision.take_off": Action.KEEP_ROSTER,
    "supervision.ratings_page": Action.REVIEW_RATING,
    "supervision.opinion_list": Action.KEEP_OPINION,
    "supervision.opinion": Action.KEEP_OPINION,
    "supervision.act_on_opinion": Action.KEEP_OPINION,
    "supervision.new_opinion": Action.REPORT_OPINION,
    "supervision.report_opinion": Action.REPORT_OPINION,
    "supervision.topic": Action.SUPERVISE,
    "administration.overview": Action.ADMINISTER,
    "administration.users": Action.ADMINISTER,
    "administration.add_user": Action.ADMINISTER,
    "administration.user": Action.ADMINISTER,
    "administration.change_user": Action.ADMINISTER,
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
    "administration.past": Action.ADMINISTER,
    "administration.bring_in": Action.ADMINISTER,
    "administration.board": Action.ADMINISTER,
    "administration.bring_in_board": Action.ADMINISTER,
    "bootstrap.static": PUBLIC,
    "htmx.static": PUBLIC,
    "openapi.doc_url": PUBLIC,
    "openapi.openapi": PUBLIC,
    "openapi.static": PUBLIC,
    "swagger.swagger": PUBLIC,
    "swagger.static": PUBLIC,
    "swagger.oauth2-redirect": PUBLIC,
}


def guard_of(endpoint: str) -> Action | Anyone:
    """The action a route asks for; a route without a row is a mistake of ours, not open."""
    _, is_step, action = endpoint.partition(STEP)
    if is_step:
        return Action(action)
    if endpoint not in GUARDS:
        raise HotlineError("%(endpoint)s 未登记使用权限。", endpoint=endpoint)
    return GUARDS[endpoint]


def may(action: Action) -> bool:
    """Whether a page offers this to its reader; the route asks again."""
    who = g.get("actor")
    return who is not None and (who.role, action) in RIGHTS


def citizen(number: str) -> Actor:
    """A requester who gave the number and query code of one ticket."""
    return Actor("citizen", Role.CITIZEN, ticket=number)
