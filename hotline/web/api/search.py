"""Tickets by number, caller, place and words, narrowed as a list may be."""

from typing import Any

from flask import jsonify
from flask_openapi3 import APIBlueprint

from hotline.tickets.lists import Row
from hotline.tickets.search import Found
from hotline.tickets.words import CHINESE, Status
from hotline.web import bodies
from hotline.web.api.presenters import moment
from hotline.web.tickets.searching import find

SINCE = "一、两个字的词只查 {since} 以来登记的工单；要查更早的，请用三个字以上的词。"


def add_routes(api: APIBlueprint) -> None:
    api.get("/tickets", summary="The newest tickets that meet what is asked")(search)


def search(query: bodies.SearchForm):  # noqa: ANN201 (flask-openapi3 reads the signature)
    _, found = find(query)
    return jsonify(_found(found))


def _found(found: Found) -> dict[str, Any]:
    """A page; `cursor` is what to ask `after` next, `count` comes with the first page only."""
    more = f"超过 {found.count:,} 件" if found.more else None
    return {
        "count": found.count,
        "more": found.more,
        "since": str(found.since) if found.since else None,
        "notes": [*filter(None, (more, found.since and SINCE.format(since=found.since)))],
        "cursor": found.after,
        "entries": [_row(row) for row in found.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "number": row.number,
        "heading": row.heading,
        "status": row.status,
        "status_name": CHINESE[Status(row.status)],
        "kind": row.kind,
        "channel": row.channel,
        "urgency": row.urgency,
        "territory": row.territory or None,
        "place": row.place or None,
        "unit": row.unit or None,
        "handler": row.handler or None,
        "logged_at": moment(row.logged_at),
        "promised_at": moment(row.promised_at),
        "warn_at": moment(row.warn_at),
        "due_at": moment(row.due_at),
    }
