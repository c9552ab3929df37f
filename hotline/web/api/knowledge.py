"""The knowledge base for programs: the same published articles as the public page shows."""

from typing import Any

from flask import jsonify
from flask_openapi3 import APIBlueprint

from hotline.clock import city_day
from hotline.registry.article_lists import InForce
from hotline.web import bodies
from hotline.web.current import current, now
from hotline.web.limits import CHECK, limiter


def add_routes(api: APIBlueprint) -> None:
    api.get("/knowledge", summary="Published articles that may answer a question")(
        limiter.limit(CHECK)(knowledge)
    )


def knowledge(query: bodies.KnowledgeQuery):  # noqa: ANN201 (flask-openapi3 reads the signature)
    day = city_day(now())
    found = current().knowledge().told(query.q, day, territory=query.territory)
    return jsonify({"articles": [_article(each) for each in found[: query.limit]]})


def _article(article: InForce) -> dict[str, Any]:
    return {
        "id": article.id,
        "version": article.version,
        "question": article.question,
        "answer": article.answer,
        "basis": article.basis,
        "unit": article.unit,
        "territory": article.territory or None,
        "valid_from": article.valid_from and article.valid_from.isoformat(),
        "valid_to": article.valid_to and article.valid_to.isoformat(),
    }
