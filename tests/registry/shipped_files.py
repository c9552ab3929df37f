"""The shipped files, read once, and a way to spoil one of them."""

from collections.abc import Callable

from hotline.registry.loading import read_shipped, read_tables

FILES = read_shipped()
TABLES = read_tables(FILES)


def spoiled(file: str, edit: Callable[[str], str]) -> dict[str, bytes]:
    """The shipped files with one of them edited; an edit that changes nothing is a mistake."""
    before = FILES[file].decode()
    after = edit(before)
    assert after != before
    return FILES | {file: after.encode()}
