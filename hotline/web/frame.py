"""The frame of every page: signed-in reader, forged-form check, headers, navigation, language."""

from collections.abc import Sequence
from importlib.resources import files
from os.path import commonprefix
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager, UserMixin
from flask_wtf import CSRFProtect

from hotline.errors import HotlineError
from hotline.people import sign_ins
from hotline.people.privacy import secret
from hotline.people.rights import Action, Role
from hotline.people.users import User
from hotline.web import languages, saying
from hotline.web.current import current, now
from hotline.web.guards import may

# Own origin only, and nothing inline: injected markup can neither run nor restyle.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# The API's reader comes from a package that writes its script into the page.
READER_POLICY = POLICY + "; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# What a page asks for by itself keeps nobody signed in.
BY_ITSELF = ("live", "inbox.news")

# The doors of each role, in the order of its work; the first is where it lands after signing in.
NAVIGATION: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.AGENT: (("/desk", "接话"), ("/tickets", "查工单"), ("/knowledge", "知识库")),
    Role.DISPATCHER: (
        ("/dispatching", "派单台"),
        ("/supervision/orders", "延期与督办"),
        ("/desk", "接话"),
        ("/tickets", "查工单"),
        ("/knowledge", "知识库"),
        ("/tallies", "统计"),
        ("/reports", "报告"),
    ),
    Role.HANDLER: (
        ("/inbox", "收件箱"),
        ("/tickets", "查工单"),
        ("/knowledge", "知识库"),
        ("/tallies", "统计"),
    ),
    Role.SUPERVISOR: (
        ("/supervision", "督办台"),
        ("/supervision/roster", "值守"),
        ("/tickets", "查工单"),
        ("/knowledge", "知识库"),
        ("/tallies", "统计"),
        ("/reports", "报告"),
    ),
    Role.ADMINISTRATOR: (
        ("/administration", "管理"),
        ("/knowledge", "知识库"),
        ("/tallies", "统计"),
        ("/reports", "报告"),
    ),
}


class Reader(UserMixin):
    """The user behind a browser, known by the token of the sign-in."""

    def __init__(self, user: User, token: str) -> None:
        self.user, self.id = user, token


class Cookies(SecureCookieSessionInterface):
    """The cookie travels by https alone wherever the page itself came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def install(app: Flask) -> None:
    """Gives the app everything that pages lean on."""
    app.secret_key = secret(app.extensions["hotline"].settings.data_dir, "cookies")
    app.session_interface = Cookies()
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="hotline",
        BOOTSTRAP_SERVE_LOCAL=True,
        # The guards decide which requests need a token; a page may stay open for a whole shift.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    CSRFProtect(app)
    Bootstrap5(app)
    app.register_blueprint(_htmx())
    _signing_in(app)
    languages.install(app)
    saying.install(app)
    app.jinja_env.globals["forms"] = app.jinja_env.get_template("forms.html").module
    app.after_request(_headed)
    app.context_processor(_framed)


def _htmx() -> Blueprint:
    folder = files("js_lib_htmx") / "static" / "htmx"
    return Blueprint("htmx", __name__, static_folder=str(folder), static_url_path="/static/htmx")


def _signing_in(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the token ends at the server; addresses of phones change

    @manager.user_loader
    def reader(token: str) -> Reader | None:
        active = not {request.blueprint, request.endpoint} & set(BY_ITSELF)
        try:
            return Reader(sign_ins.user_of(current().database, token, now(), active=active), token)
        except HotlineError as error:
            if error.status >= 500:
                raise
            session.pop("_user_id", None)
            return None


def _headed(response: Response) -> Response:
    response.headers.update(HEADERS)
    reader = request.blueprint in ("openapi", "swagger")
    # A route may be stricter, as that of citizens' files is.
    response.headers.setdefault("Content-Security-Policy", READER_POLICY if reader else POLICY)
    if "actor" in g or request.method == "POST":
        # Nobody finds a ticket in the cache of a shared computer; citizens get theirs by a form.
        response.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _door(doors: Sequence[str], here: str) -> str:
    """Behind which of the doors this page lies; blank when behind none."""

    def shared(door: str) -> int:
        return len(commonprefix([door.split("/"), here.split("/")]))

    nearest = max(doors, key=shared, default="")
    # Every address shares what stands before its first stroke.
    return nearest if nearest and shared(nearest) > 1 else ""


def ticket_at(number: str) -> str:
    """The page of a ticket, from which one comes back to this very list at this very place."""
    return f"/tickets/{number}?next={quote(_asked())}"


def _asked() -> str:
    """The address of this page with all that it was asked."""
    # What is no text at all must not keep the page from being shown.
    question = request.query_string.decode(errors="replace")
    return f"{request.path}?{question}" if question else request.path


def _framed() -> dict[str, Any]:
    """What base.html needs: the reader, the doors, and whether an action is offered."""
    who = g.get("actor")
    doors = NAVIGATION[who.role] if who and who.role in NAVIGATION else ()
    return {
        "reader": who,
        "doors": doors,
        "door": _door([address for address, _ in doors], request.path),
        "here": request.path,
        "asked_here": _asked(),
        "ticket_at": ticket_at,
        "may": may,
        "Action": Action,
        "at": now(),
    }
