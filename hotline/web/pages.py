"""Pages for operators and probes: the status page, /healthz, /readyz."""

from typing import Any

from flask import Blueprint, jsonify, render_template

from hotline.errors import Unavailable
from hotline.registry import versions
from hotline.web.current import city, current, now

pages = Blueprint("pages", __name__)


@pages.get("/status")
def status() -> str:
    return render_template("status.html", parts=_parts(), directory=city().directory, at=now())


@pages.get("/healthz")
def healthz() -> Any:
    """This process is alive; says nothing about what it leans on."""
    return jsonify({"status": "ok"})


@pages.get("/readyz")
def readyz() -> Any:
    """Ready when the database answers; a queue that is away only delays replies."""
    parts = _parts()
    return jsonify(parts), 200 if parts["database"] else 503


def _parts() -> dict[str, bool]:
    return {"database": _database_answers(), "queue": current().queue_answers()}


def _database_answers() -> bool:
    try:
        with current().database.read() as session:
            return versions.current_version(session) > 0
    except Unavailable:
        return False
