"""That a list was shown is on record, for each ticket of which it shows what the matter is."""

from collections.abc import Iterable

from hotline.people.access_log import note_look
from hotline.tickets.rows import Row
from hotline.web.current import actor, current, now


def note_listed(rows: Iterable[Row]) -> None:
    """One look a page view and ticket."""
    numbers = list(dict.fromkeys(row.number for row in rows))
    if numbers:
        with current().database.work() as session:
            note_look(session, actor(), numbers, "list", now())
