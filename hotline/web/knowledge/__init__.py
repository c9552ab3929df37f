"""The knowledge base for everybody who signs in: looked up, written, published, kept fresh."""

from flask import Blueprint

from hotline.web.knowledge import deciding, reading, writing

knowledge = Blueprint("knowledge", __name__, url_prefix="/knowledge")
for part in (reading, writing, deciding):
    part.add_routes(knowledge)
