"""What a change of the directory would do to the tickets of late, before it is published."""

import time
from collections.abc import Mapping

from hotline.registry import versions
from hotline.registry.directory import build_directory
from hotline.registry.loading import read_tables
from hotline.routing.changes import Preview, compare
from hotline.routing.types import Case, Directory, Line
from hotline.tickets.cases import standing_cases
from hotline.web.current import city, current

# The files that say where a matter goes.
PREVIEWED = (
    "duties.csv", "units.csv", "places.csv", "guidance.csv", "boundaries.csv", "legacy_lines.csv",
)  # fmt: skip
# Tickets asked about at most, and seconds to ask: an editor waits for the page.
NEWEST, SECONDS = 300, 2.0


def preview(file: str, content: bytes) -> Preview:
    """Raises what publishing would: BadData names the row and the column."""
    before, directory = city().router, directory_with(file, content)
    return compare(
        before, before.under(directory), newest_cases(NEWEST),
        lines=_by_key(directory), timer=time.monotonic, seconds=SECONDS,
    )  # fmt: skip


def directory_with(file: str, content: bytes) -> Directory:
    """The directory of the city's date, were this the file."""
    with current().database.read() as session:
        contents = versions.contents(session)
    return directory_of(contents | {file: content})


def directory_of(contents: Mapping[str, bytes]) -> Directory:
    """Raises BadData for rows that are not sound, and for units that nobody stands in for."""
    return build_directory(read_tables(contents), on=current().settings.registry_date, version=0)


def newest_cases(limit: int, *, left_out: frozenset[str] = frozenset()) -> list[Case]:
    """The newest tickets that units have or had, each with its unit, without those left out."""
    lines = _by_key(city().directory)
    with current().database.read() as session:
        return standing_cases(session, left_out, lines, limit=limit)


def _by_key(directory: Directory) -> dict[str, Line]:
    return {line.key: line for line in directory.lines}
