"""What citizens see: one column, no JavaScript needed, no name of any colleague."""

from flask import Blueprint, render_template

from hotline.registry import versions
from hotline.tickets.deadlines import DAYS_FOR
from hotline.web.current import current
from hotline.web.portal import asking, progress

portal = Blueprint("portal", __name__)
asking.add_routes(portal)
progress.add_routes(portal)


@portal.get("/")
def home() -> str:
    return render_template("portal/home.html")


@portal.get("/questions")
def questions() -> str:
    """常见问题: by when, who else to ask, what is an emergency; from the tables in force."""
    with current().database.read() as session:
        tables = versions.load(session)
    return render_template(
        "portal/questions.html",
        days=DAYS_FOR,
        guidance=tables["guidance.csv"].rows,
        kept=[row for row in tables["legacy_lines.csv"].rows if row["category"] != "merged"],
    )
