"""The line: HTTP for the telephone switch, on a process that needs no database and no queue."""

from hotline.web.line.app import create_line
from hotline.web.line.calls import calls_blueprint

__all__ = ["calls_blueprint", "create_line"]
