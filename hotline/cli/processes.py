"""Starts one process of the Procfile in the foreground."""

import os
import sys
from collections.abc import Callable

from hotline.jobs import clock as clock_process
from hotline.jobs import queue as queue_process
from hotline.jobs import worker as worker_process
from hotline.settings import Settings

# Two cores: two web processes; a line process answers from memory and needs no second.
WEB_WORKERS = 2


def run(name: str, settings: Settings) -> None:
    PROCESSES[name](settings)


def _web(settings: Settings) -> None:
    _gunicorn("hotline.app:create_app()", settings.host, settings.port, WEB_WORKERS)


def _line(settings: Settings) -> None:
    _gunicorn("hotline.web.line.app:create_line()", settings.host, settings.line_port, 1)


def _gunicorn(app: str, host: str, port: int, workers: int) -> None:
    command = [sys.executable, "-m", "gunicorn", app]
    command += ["--config", "python:hotline.web.serving"]
    command += ["--bind", f"{host}:{port}", "--workers", str(workers)]
    os.execv(sys.executable, command)


PROCESSES: dict[str, Callable[[Settings], None]] = {
    "queue": queue_process.main,
    "line": _line,
    "web": _web,
    "worker": worker_process.main,
    "clock": clock_process.main,
}
