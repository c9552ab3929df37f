"""Every word that a page shows has its English twin."""

from importlib.resources import files
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from hotline.delivery import states
from hotline.people import roster
from hotline.registry.columns import SCHEMAS
from hotline.reports import standing
from hotline.reports.measures import MEASURES
from hotline.routing.types import OF_TICKETS
from hotline.telephony.words import SEATS, STATES
from hotline.tickets.words import CHINESE
from hotline.web import frame, saying
from hotline.web.administration.words import COLUMNS, FILES, LOOKS, VALUES
from hotline.web.console.advice import SURENESS
from hotline.web.console.screen import FIELD_NAMES
from hotline.web.knowledge import words as knowledge
from hotline.web.portal.progress import DONE, STANDING, TOLD

WEB = files("hotline") / "web"
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
reasons = {kind: words for kind, words in OF_TICKETS.items() if words != "{}"}
# Words that stand in tables and reach a page by a name.
TABLES = (
    CHINESE, saying.ROLES, saying.NEAR_DAYS, COLUMNS, FILES, VALUES, LOOKS, DONE, STANDING, TOLD,
    SEATS, STATES, FIELD_NAMES, states.CHINESE, roster.WORDS, knowledge.PILES, knowledge.MEANINGS,
    knowledge.EMPTY, knowledge.ACTS, knowledge.DONE, knowledge.FIELDS, reasons,
)  # fmt: skip


def shown() -> set[str]:
    """Every Chinese sentence or word that a page may ask the catalog for."""
    found = {message for _, _, message, _, _ in extract_from_dir(str(WEB), METHODS, {"_": None})}
    found |= {words for table in TABLES for words in table.values()}
    found |= {words for doors in frame.NAVIGATION.values() for _, words in doors}
    found |= {
        words for measure in MEASURES.values() for words in (measure.words, measure.definition)
    }
    found |= {words for _, words, _ in SURENESS} | {standing.WORDS, standing.DEFINITION}
    found |= set(saying.WEEKDAYS)
    # What a field of the reference data takes; a choice shows its values instead.
    readers = [column.reader for schema in SCHEMAS.values() for column in schema.columns]
    found |= {each.expected for each in readers if not each.choices}
    return found


class Anything(dict):
    """A value for every placeholder."""

    def __missing__(self, name: str) -> int:
        return 1


def english() -> Catalog:
    return read_po(BytesIO((files("hotline") / "translations/en/messages.po").read_bytes()))


def test_every_word_of_the_pages_has_its_english():
    catalog = english()
    missing = sorted(
        message for message in shown() if not getattr(catalog.get(message), "string", "")
    )
    assert missing == []


def test_no_word_breaks_the_page_that_shows_it():
    # A template fills in every word it asks for, so a bare percent sign would end the page.
    known = english()
    for words in (*shown(), *(message.string for message in known if message.id)):
        words % Anything()
