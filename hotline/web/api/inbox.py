"""Pull: a unit's own system claims tickets and follows what happens to them."""

from flask import jsonify
from flask_openapi3 import APIBlueprint

from hotline.people.access_log import note_look
from hotline.repeats import keep_reply
from hotline.tickets import dispatch, feed, queries
from hotline.web import bodies
from hotline.web.api import presenters
from hotline.web.current import actor, city, current, now
from hotline.web.request_keys import request_key


def add_routes(api: APIBlueprint) -> None:
    api.post("/inbox/claim", summary="Claim the unit's most pressing tickets")(claim_next)
    api.get("/inbox", summary="What happened on the reader's tickets, in order")(inbox)


def claim_next(body: bodies.ClaimBody):  # noqa: ANN201
    who, at = actor(), now()
    with current().database.work(key=request_key(), now=at) as session:
        rows = queries.claimable(session, who.unit, limit=body.limit)
        matters = queries.matters(session, rows)
        for row in rows:
            dispatch.claim(
                session, row, calendar=city().calendar, handler=body.handler, actor=who, now=at
            )
        note_look(session, who, [row.number for row in rows], "claim", at)
        claimed = [presenters.ticket(row) | {"text": matters[row.id].text} for row in rows]
        return jsonify(keep_reply(session, {"claimed": claimed}))


def inbox(query: bodies.FeedQuery):  # noqa: ANN201
    # Placing first means a reader sees what was committed a moment ago, clock process or not.
    with current().database.work() as session:
        feed.place(session)
    with current().database.read() as session:
        rows = feed.after(session, query.after, actor=actor(), limit=query.limit)
        return jsonify(presenters.feed(rows, query.after))
