"""Who looked at whose data, when."""

from typing import Any

from flask import Blueprint, render_template, request

from hotline.people import access_log
from hotline.web.administration.page_forms import LooksForm
from hotline.web.administration.words import LOOKS
from hotline.web.current import current
from hotline.web.forms import asked

PAGE = 100


def add_routes(administration: Blueprint) -> None:
    administration.get("/looks", endpoint="looks")(page)


def page() -> Any:
    who, ticket = (request.args.get(name, "").strip()[:60] for name in ("actor", "ticket"))
    before = (asked(LooksForm).body or LooksForm()).before
    with current().database.read() as session:
        rows = access_log.looks(session, actor=who, ticket=ticket, before=before, limit=PAGE)
    return render_template(
        "administration/looks.html",
        rows=rows,
        looks=LOOKS,
        who=who,
        ticket=ticket,
        more=len(rows) == PAGE,
    )
