"""知识: articles beside what the agent types; one is taken into the answer, or none fits."""

from typing import Any

from flask import Blueprint, render_template, request

from hotline.clock import city_day
from hotline.desk import knowledge as desk
from hotline.web.console.advice import LONGEST, Advice, advise
from hotline.web.current import actor, current, now

SHOWN = 4


def add_routes(console: Blueprint) -> None:
    console.post("/knowledge", endpoint="knowledge")(knowledge)
    console.post("/knowledge/none", endpoint="no_answer")(no_answer)


def knowledge() -> str:
    """What may answer the words typed so far."""
    return render_template("console/knowledge.html", **beside(_text(), _advice()))


def no_answer() -> str:
    """Counted for the article shown first, and for the unit; what was asked is not kept."""
    advice = _advice()
    facts = beside(_text(), advice)
    unit = advice.choices[0].unit if advice else ""
    first = next((article.id for article in facts["articles"]), None)
    with current().database.work() as session:
        desk.note_gap(session, unit, first, actor=actor(), now=now())
    return render_template("console/knowledge.html", **facts, noted=True)


def beside(text: str, advice: Advice | None) -> dict[str, Any]:
    """The articles to show beside this text: those of its territory, once that is known."""
    territory = advice.suggestion.territory if advice else None
    found = current().knowledge().find(text, city_day(now()), territory=territory or "")
    return {"articles": found[:SHOWN], "asked": bool(text.strip())}


def _text() -> str:
    return request.form.get("text", "")[:LONGEST]


def _advice() -> Advice | None:
    return advise(_text(), dialled=request.form.get("dialled", "")[:40])
