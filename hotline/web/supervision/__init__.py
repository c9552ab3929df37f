"""For supervisors, and for whoever counts: what burns now, tallies to the last ticket, reports."""

from flask import Blueprint

from hotline.web.supervision import (
    burning,
    ordering,
    rating,
    reporting,
    rostering,
    tallying,
    topics,
    voicing,
)

supervision = Blueprint("supervision", __name__)
for part in (ordering, rostering, rating, voicing, topics, burning, tallying, reporting):
    part.add_routes(supervision)
