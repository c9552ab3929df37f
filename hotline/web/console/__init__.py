"""The agent's desk: one screen from the ring to the number read out."""

from flask import Blueprint

from hotline.web.console import calls, duty, follow_ups, knowledge, return_calls, views

console = Blueprint("console", __name__, url_prefix="/desk")
views.add_routes(console)
calls.add_routes(console)
knowledge.add_routes(console)
duty.add_routes(console)
follow_ups.add_routes(console)
return_calls.add_routes(console)
