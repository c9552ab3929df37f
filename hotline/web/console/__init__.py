"""The agent's desk: one screen from the ring to the number read out."""

from flask import Blueprint

from hotline.web.console import calls, views

console = Blueprint("console", __name__, url_prefix="/desk")
views.add_routes(console)
calls.add_routes(console)
