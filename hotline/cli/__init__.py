"""The `hotline` command: its parts, each in the module that is named here."""

import gc

import click

from hotline import logs
from hotline.cli import (
    importing,
    keys,
    learning,
    lines,
    people,
    playing,
    reporting,
    routing,
    running,
    supervising,
)
from hotline.cli.opening import Group
from hotline.settings import load

# A start leaves little rubbish: looked for as often as by default, it takes a sixth of the time.
SELDOM = (50_000, 20, 20)


@click.group(cls=Group)
def main() -> None:
    """12345: one intake, one unit, one reply."""
    gc.set_threshold(*SELDOM)
    logs.configure(load())


COMMANDS = (
    running.prepare, running.process, running.workflow,
    people.users, keys.keys, lines.lines,
    routing.route, routing.evaluate, learning.train, learning.models,
    playing.replay, playing.simulate, playing.ring,
    reporting.report, supervising.supervise, importing.bring_in, importing.bring_in_board,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)
