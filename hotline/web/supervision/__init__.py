"""For supervisors, and for whoever counts: what burns now, tallies to the last ticket, reports."""

from flask import Blueprint

from hotline.web.supervision import burning, ordering, reporting, rostering, tallying

supervision = Blueprint("supervision", __name__)
for part in (ordering, rostering, burning, tallying, reporting):
    part.add_routes(supervision)
