"""One ticket as a page shows it: loaded and logged as a look, then thought about and presented."""

from typing import Any

from flask_login import current_user

from hotline.delivery import letters
from hotline.desk import knowledge
from hotline.people import users
from hotline.people.access_log import note_look
from hotline.people.rights import Action
from hotline.routing.types import Line, Suggestion
from hotline.tickets import attachments, queries, stories
from hotline.tickets.models import Ticket
from hotline.tickets.rows import HEADING_LENGTH
from hotline.tickets.stories import Story
from hotline.tickets.words import Part, Status
from hotline.web import uploads
from hotline.web.api import presenters
from hotline.web.current import actor, city, current, now
from hotline.web.tickets import marking, step_forms, telling
from hotline.web.tickets.open_steps import lead_unit, undecided
from hotline.web.tickets.step_forms import Refused

# The code opens the citizen's own page, where a unit must never rate itself.
HIDDEN_CODE = "······"
# Where the typed words go in the letter that the page shows.
HERE = "\x1a"
REPLY_SHOWN = (
    Status.REPLIED, Status.APPROVED, Status.DELIVERED, Status.CLOSED, Status.MERGED,
)  # fmt: skip


def ticket_page(number: str, refused: Refused | None = None) -> dict[str, Any]:
    """What the ticket's template needs."""
    with current().database.work() as session:
        row = queries.ticket(session, number, actor=actor(), action=Action.READ)
        story = stories.story(session, row)
        source = knowledge.source(session, row.id)
        files = attachments.of_ticket(session, row)
        titles = users.titles(session, {event.actor for event in story.events})
        note_look(session, actor(), [row.number], "view", now())
    return _presented(story, titles, refused) | {
        "files": uploads.shown(files, row, actor()),
        "source": source,
        **uploads.LIMITS,
    }


def _presented(story: Story, titles: dict[str, str], refused: Refused | None) -> dict[str, Any]:
    row, line = story.ticket, _line(story.ticket)
    requester = presenters.contact(story.requester, row, actor())
    given = _suggested(story, line)
    meant = step_forms.likely(story, _title(), given)
    offers = step_forms.offers(story, actor(), city=city(), meant=meant, refused=refused)
    return {
        "ticket": row,
        "heading": story.matter.title or story.matter.text[:HEADING_LENGTH],
        "story": story,
        "solved_words": telling.SOLVED,
        "satisfied_words": telling.SATISFIED,
        "line": line,
        "lines": telling.told(story, titles),
        "matter": marking.marked(story.matter.text, given, row.lead_unit),
        "requester": requester,
        "origin": presenters.origin(story.source, row, actor()),
        "standing": [each for each in row.assignments if each.ended_at is None],
        "Part": Part,
        "extension_waits": undecided(story),
        "letter": _letter(story, requester["name"]),
        "blank_letter": _worded(story, requester["name"], HERE, lead_unit(row)).split(HERE),
        "offers": offers,
        "refused": refused,
        "still_offered": refused and refused.action in [offer.action for offer in offers],
        "units": step_forms.units(row, actor(), city()),
        "sentences": {each.code: each.sentence for each in city().directory.guidance},
    }


def _line(row: Ticket) -> Line | None:
    return next((line for line in city().directory.lines if line.key == row.line), None)


def _suggested(story: Story, line: Line | None) -> Suggestion:
    """What the router thinks of the matter today; what it decided then is in the row."""
    matter, to = story.matter, story.ticket.addressee
    return city().suggest(matter.text, title=matter.title, dialled=line, addressee=to)


def _letter(story: Story, name: str) -> str:
    """市民将看到: the newest reply as the letter that its requester gets."""
    if story.reply is None or story.ticket.status not in REPLY_SHOWN:
        return ""
    return _worded(story, name, story.reply_text, story.reply.unit)


def _worded(story: Story, name: str, text: str, unit: str) -> str:
    notice = letters.Notice(
        id="", number=story.ticket.number, query_code=HIDDEN_CODE, name=name, phone="", email="",
        unit=unit, text=text, merged=bool(story.merged_into),
    )  # fmt: skip
    return letters.body(notice)


def _title() -> str:
    return current_user.user.title if current_user.is_authenticated else ""
