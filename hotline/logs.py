"""Structured logs: one line an event, as text for people or JSON for machines."""

import logging
import sys
from contextlib import suppress

import structlog

from hotline.settings import Settings


class _Unfailing(structlog.PrintLogger):
    """Loses a line rather than the work that it tells of, when the disk under the log is full."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warning = error = critical = exception = msg


def configure(settings: Settings) -> None:
    """Sends everything, ours and the libraries', to standard error in one form."""
    shared = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    as_json = settings.log_format == "json"
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, last],
        logger_factory=lambda *_: _Unfailing(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
