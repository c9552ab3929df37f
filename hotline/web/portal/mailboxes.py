"""领导信箱: one mailbox of every unit and district, and the list to choose one from."""

from typing import Any

from flask import Blueprint, abort, render_template, request

from hotline.routing.types import Unit, UnitKind
from hotline.tickets.words import Channel
from hotline.web.current import city
from hotline.web.forms import Form
from hotline.web.portal import asking


def add_routes(portal: Blueprint) -> None:
    portal.get("/mailboxes", endpoint="mailboxes")(mailboxes)
    portal.get("/mailboxes/<code>", endpoint="mailbox")(mailbox)


def mailboxes() -> str:
    """All of them, or those that go by the name looked for: 工商局 finds its successor as well."""
    wanted = request.args.get("q", "").strip()[:40]
    found = [unit for unit in city().directory.units if _goes_by(unit, wanted)]
    return render_template(
        "portal/mailboxes.html",
        q=wanted,
        form=Form({"q": wanted}),
        districts=[unit for unit in found if unit.kind is UnitKind.TERRITORY],
        departments=[unit for unit in found if unit.kind is UnitKind.DEPARTMENT],
    )


def mailbox(code: str) -> Any:
    unit = city().mailbox(code)
    if unit is None:
        abort(404)
    return asking.page(Form(), Channel.LEADER_MAILBOX, unit)


def _goes_by(unit: Unit, wanted: str) -> bool:
    return any(wanted in name for name in (unit.name, unit.short, *unit.names))
