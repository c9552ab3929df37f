"""`hotline replay`, `simulate` and `ring`: requests, a city and calls, played through."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from hotline import clock
from hotline.cli.cases import read_cases
from hotline.cli.opening import known_city, opened
from hotline.settings import load


@click.command()
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--limit", type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True)
def replay(cases: Path, limit: int | None, as_json: bool) -> None:
    """Real requests through the whole life, objections included."""
    from hotline.cli import rehearsal

    settings, database = opened()
    rows = list(read_cases(cases))[:limit]
    totals = rehearsal.replay(settings, database, known_city(), rows)
    shown = asdict(totals)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        for name, value in shown.items():
            click.echo(f"{name:15} {value}")
    if totals.lost or totals.disagreements:
        sys.exit(1)


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), required=True, help="Up to yesterday.")
@click.option("--per-day", type=click.IntRange(1, 100_000), required=True)
@click.option("--seed", type=int, required=True, help="The same seed makes the same city.")
@click.option("--bulk", is_flag=True, help="Sets of rows, for size, instead of the real steps.")
def simulate(days: int, per_day: int, seed: int, bulk: bool) -> None:
    """Adds a believable city to whatever is there.

    In bulk, nobody else can use it meanwhile.
    """
    from hotline.cli import simulation

    settings, database = opened()
    plan = simulation.plan_of(seed, days, per_day, clock.now())
    figures = simulation.simulate(settings, database, known_city(), plan, in_bulk=bulk)
    for name, value in asdict(figures).items():
        click.echo(f"{name:15} {value}")


@click.command()
@click.option("--number", default="", help="Who calls; blank when the number is withheld.")
@click.option("--dialled", required=True, help="The number the citizen dials.")
@click.option("--extension", default="", help="Where it rings; a free seat when not given.")
@click.option("--talk", type=click.FloatRange(0, 3600), default=10.0, help="Seconds of talk.")
@click.option("--abandon", is_flag=True, help="The caller hangs up before anybody answers.")
def ring(number: str, dialled: str, extension: str, talk: float, abandon: bool) -> None:
    """Plays a switch: one call through the processes that run."""
    from hotline.cli.ring import Call, Switch

    call = Call(Switch(load()), number, dialled)
    for step in call.run(extension=extension, talk=talk, abandon=abandon):
        click.echo(step)
