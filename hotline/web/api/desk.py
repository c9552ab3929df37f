"""For the desk's programs: suggestions, alarms, deliveries that need a person, tallies."""

from datetime import date

from flask import jsonify
from flask_openapi3 import APIBlueprint

from hotline.clock import city_day
from hotline.delivery import settling
from hotline.people.access_log import note_look
from hotline.repeats import keep_reply
from hotline.reports import tallies
from hotline.tickets import alarms as tickets_alarms
from hotline.web import bodies, intake
from hotline.web.api import presenters
from hotline.web.api.suggestions import suggested
from hotline.web.current import actor, current, now
from hotline.web.request_keys import request_key
from hotline.web.thinking import with_ruling


def add_routes(api: APIBlueprint) -> None:
    api.post("/route", summary="Whose is it? Nothing is stored")(route)
    api.get("/alarms", summary="Written messages with emergency words nobody has taken")(alarms)
    api.post("/alarms/<number>/take", summary="Take an alarm")(take_alarm)
    api.get("/deliveries", summary="Deliveries that need a person")(deliveries)
    api.post("/deliveries/<id>/receipt", summary="What became of a delivery")(receipt)
    api.get("/tallies", summary="Counts of a period")(tally)
    api.get("/tallies/list", summary="The rows behind one count")(tally_listing)


def route(body: bodies.RouteBody):  # noqa: ANN201
    given = with_ruling(intake.think(body), body.text, body.title)
    return jsonify(suggested(given))


def alarms():  # noqa: ANN201
    with current().database.read() as session:
        rows = tickets_alarms.open_alarms(session)
        return jsonify({"alarms": [presenters.alarm(*row) for row in rows]})


def take_alarm(path: bodies.TicketPath):  # noqa: ANN201
    with current().database.work(key=request_key(), now=now()) as session:
        taken = tickets_alarms.take(session, path.number, actor=actor(), now=now())
        return jsonify(keep_reply(session, presenters.alarm(*taken)))


def deliveries():  # noqa: ANN201
    with current().database.read() as session:
        rows = settling.needing_person(session)
        return jsonify({"deliveries": [presenters.trouble(row) for row in rows]})


def receipt(path: bodies.DeliveryPath, body: bodies.ReceiptBody):  # noqa: ANN201
    with current().database.work(key=request_key(), now=now()) as session:
        row = settling.settle(session, path.id, body.outcome, actor=actor(), now=now())
        answer = keep_reply(session, presenters.delivery(row))
    current().wake()
    return jsonify(answer)


def tally(query: bodies.PeriodQuery):  # noqa: ANN201
    first, last = _days(query)
    with current().database.read() as session:
        counted = tallies.tally(session, first, last, actor=actor())
        return jsonify(presenters.tally(counted))


def tally_listing(query: bodies.ListingQuery):  # noqa: ANN201
    first, last = _days(query)
    with current().database.work() as session:
        rows = tallies.listing(
            session, query.measure, first, last, actor=actor(), dimension=query.dimension,
            value=query.value, after=query.after, limit=query.limit,
        )  # fmt: skip
        note_look(session, actor(), [row.number for row in rows], "list", now())
        return jsonify(presenters.listing(rows, query.after))


def _days(query: bodies.PeriodQuery) -> tuple[date, date]:
    """The days asked for; today when none is named."""
    last = query.last or query.first or city_day(now())
    return query.first or last, last
