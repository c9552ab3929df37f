"""`hotline prepare`, `process` and `workflow`: what the Makefile and the Procfile call."""

import click

from hotline import clock
from hotline.cli.opening import opened
from hotline.settings import load


@click.command()
@click.option("--demo", is_flag=True, help="Make demo users and keys, print where all is.")
def prepare(demo: bool) -> None:
    """Brings the data folder up to date: secrets, database, registry."""
    from hotline.cli import welcome

    settings, database = opened()
    if demo:
        welcome.make_demo(settings, database, clock.now())
        click.echo(welcome.text(settings))


@click.command()
@click.argument("name", type=click.Choice(["queue", "line", "web", "worker", "clock"]))
def process(name: str) -> None:
    """Runs one process of the Procfile in the foreground."""
    from hotline.cli import processes

    processes.run(name, load())


@click.command()
def workflow() -> None:
    """Prints docs/workflow.md, drawn from the tables."""
    from hotline.tickets.drawing import draw

    click.echo(draw(), nl=False)
