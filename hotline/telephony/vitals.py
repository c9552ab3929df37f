"""What whoever runs the system watches of calls."""

from pathlib import Path

from sqlmodel import Session, select

from hotline.telephony.calls import JournalFile
from hotline.telephony.reading import segments


def unloaded_bytes(session: Session, folder: Path) -> int:
    """How much of this host's journal is not in the database yet."""
    loaded = {row.name: row.offset for row in session.exec(select(JournalFile))}
    return sum(_size(path) - loaded.get(path.name, 0) for path in segments(folder))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # loaded and removed a moment ago
        return 0
