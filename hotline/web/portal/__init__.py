"""What citizens see: one column, no JavaScript needed, no name of any colleague."""

from typing import Any

from flask import Blueprint, render_template

from hotline.clock import city_day
from hotline.registry import article_lists, versions
from hotline.web import page_forms
from hotline.web.current import current, now
from hotline.web.forms import asked
from hotline.web.portal import asking, files, mailboxes, progress

SHOWN = 30

portal = Blueprint("portal", __name__)
asking.add_routes(portal)
mailboxes.add_routes(portal)
progress.add_routes(portal)
files.add_routes(portal)


@portal.get("/")
def home() -> str:
    return render_template("portal/home.html")


@portal.get("/questions")
def questions() -> Any:
    """常见问题: the same articles as at the desk, who else to ask, which numbers to dial."""
    form, day = asked(page_forms.KnowledgeForm), city_day(now())
    wanted = form.body.q if form.body else ""
    with current().database.read() as session:
        tables = versions.load(session)
        used = article_lists.most_used(session, SHOWN)
    knowledge = current().knowledge()
    articles = knowledge.told(wanted, day) if wanted else knowledge.reliable(used, day)
    return render_template(
        "portal/questions.html",
        form=form,
        q=wanted,
        articles=articles[:SHOWN],
        guidance=tables["guidance.csv"].rows,
        kept=[row for row in tables["legacy_lines.csv"].rows if row["category"] != "merged"],
    )
