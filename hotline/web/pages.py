"""Pages for people and probes: the status page, /healthz, /readyz."""

from flask import Blueprint, jsonify, render_template
from redis import Redis
from redis.exceptions import RedisError

from hotline.errors import Unavailable
from hotline.registry import versions
from hotline.web.current import city, current, now

pages = Blueprint("pages", __name__)


@pages.get("/")
def status():  # noqa: ANN201
    return render_template(
        "status.html", parts=_parts(), directory=city().directory, at=now(), settings=current().settings
    )  # fmt: skip


@pages.get("/healthz")
def healthz():  # noqa: ANN201
    """This process is alive; says nothing about what it leans on."""
    return jsonify({"status": "ok"})


@pages.get("/readyz")
def readyz():  # noqa: ANN201
    """Ready when the database answers; a queue that is away only delays replies."""
    parts = _parts()
    return jsonify(parts), 200 if parts["database"] == "ok" else 503
