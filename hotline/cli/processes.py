"""Starts one process of the Procfile in the foreground."""

import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module

import click

from hotline.cli.listening import CannotListen, listen
from hotline.settings import Settings

# Two cores: two web processes; a line process answers from memory and needs no second.
WEB_WORKERS = 2
# Of processor time the line goes first: a call that rings cannot wait for pages.
WEB_NICENESS = 5
# Where the web processes add up what they count: a full disk would kill who maps a file there.
SHARED_MEMORY = "/dev/shm"


def run(name: str, settings: Settings) -> None:
    try:
        PROCESSES[name](settings)
    except CannotListen as refusal:
        # Tells the keeper that trying again will not help.
        click.echo(refusal.sentence, err=True)
        sys.exit(os.EX_CONFIG)


def _job(name: str) -> Callable[[Settings], None]:
    """Loaded when it runs: a queue needs no database."""
    return lambda settings: import_module(f"hotline.jobs.{name}").main(settings)


def _web(settings: Settings) -> None:
    os.nice(WEB_NICENESS)
    _gunicorn("hotline.app:create_app()", settings, settings.port, "HOTLINE_PORT", WEB_WORKERS)


def _line(settings: Settings) -> None:
    _gunicorn(
        "hotline.web.line.app:create_line()", settings, settings.line_port, "HOTLINE_LINE_PORT", 1
    )


def _gunicorn(app: str, settings: Settings, port: int, setting: str, workers: int) -> None:
    """Becomes gunicorn, which takes over the sockets."""
    command = [sys.executable, "-m", "gunicorn", app]
    command += ["--config", "python:hotline.web.serving", "--workers", str(workers)]
    for listener in listen(settings.host, port, setting=setting):
        os.set_inheritable(listener.fileno(), True)
        command += ["--bind", f"fd://{listener.detach()}"]
    if workers > 1:
        folder = tempfile.mkdtemp(prefix="hotline-", dir=SHARED_MEMORY)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    os.execv(sys.executable, command)


PROCESSES: dict[str, Callable[[Settings], None]] = {
    "queue": _job("queue"),
    "line": _line,
    "web": _web,
    "worker": _job("worker"),
    "clock": _job("clock"),
}
