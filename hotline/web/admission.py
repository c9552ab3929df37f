"""What every request passes before anything is parsed: who asks, and may they."""

from collections.abc import Callable

from flask import abort, current_app, g, request
from flask_login import current_user

from hotline import clock
from hotline.errors import NotAllowed, NotSignedIn, PasswordStale
from hotline.people import sign_ins
from hotline.people.keys import actor_of
from hotline.people.rights import STAFF, Action, Actor, scope_of
from hotline.web.current import actor, current
from hotline.web.guards import PUBLIC, SIGNED_IN, Anyone, guard_of

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
