"""热点: the tickets behind one hot topic."""

from flask import Blueprint, abort, render_template

from hotline.tickets import rows, topics
from hotline.web.current import actor, city, current
from hotline.web.looks import note_listed


def add_routes(blueprint: Blueprint) -> None:
    blueprint.get("/supervision/topics/<int:id>")(topic)


def topic(id: int) -> str:
    with current().database.read() as session:
        row = topics.topic(session, id, actor=actor())
        if row is None:
            abort(404)
        tickets = rows.newest(session, row.tickets)
    note_listed(tickets)
    return render_template("supervision/topic.html", row=row, tickets=tickets, hours=hours())


def hours() -> int:
    """Over how many hours a topic is counted."""
    return int(city().calendar.limits.span("topic_window").total_seconds()) // 3600
