"""Who may use which route: one row a route, checked before anything is parsed."""

from flask import g, request

from hotline.db import RequestKey
from hotline.errors import HotlineError, Invalid, NotSignedIn
from hotline.people.keys import actor_of
from hotline.people.rights import Action, Actor, Role, scope_of
from hotline.web.current import actor, current

PUBLIC = None
# Steps on a ticket (api.step_<action>) name their action in the route itself.
GUARDS: dict[str, Action | None] = {
    "api.log": Action.LOG,
    "api.ticket": Action.READ,
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
    # Guarded by the switch's own secret, so that no database is needed to answer a call.
    "calls.post_call": PUBLIC,
    "pages.status": PUBLIC,
    "pages.healthz": PUBLIC,
    "pages.readyz": PUBLIC,
    "static": PUBLIC,
    "openapi.doc_url": PUBLIC,
    "openapi.openapi": PUBLIC,
    "openapi.static": PUBLIC,
    "swagger.swagger": PUBLIC,
    "swagger.static": PUBLIC,
    "swagger.oauth2-redirect": PUBLIC,
}
STEP_PREFIX = "api.step_"


def guard_of(endpoint: str) -> Action | None:
    """The action a route asks for; a route without a row is a mistake of ours, not open."""
    if endpoint.startswith(STEP_PREFIX):
        return Action(endpoint.removeprefix(STEP_PREFIX))
    if endpoint not in GUARDS:
        raise HotlineError(f"{endpoint} 未登记使用权限。")
    return GUARDS[endpoint]


def check() -> None:
    """Signs the caller in and refuses what its role may not do at all."""
    if request.endpoint is None:
        return  # no such address; says so by itself
    action = guard_of(request.endpoint)
    if action is PUBLIC:
        return
    g.actor = _signed_in()
    scope_of(g.actor, action)


def citizen(number: str) -> Actor:
    """A requester who gave the number and query code of one ticket."""
    return Actor("citizen", Role.CITIZEN, ticket=number)


def request_key() -> RequestKey | None:
    """The caller's `Idempotency-Key` for this very request, if it sent one."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return None
    if len(key) > 200 or not key.isprintable():
        raise Invalid("Idempotency-Key 须为 200 字以内的可见字符。", field="Idempotency-Key")
    return RequestKey(actor().id, f"{request.method} {request.path}", key, request.get_data())


def _signed_in() -> Actor:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text:
        raise NotSignedIn
    with current().database.read() as session:
        return actor_of(session, text.strip())
