"""`hotline route` and `hotline evaluate`: what the router says, and how often it is right."""

import json
import sys
from pathlib import Path

import click

from hotline.cli.opening import known_city

NOISES = ("typos", "homophones", "oral", "traditional", "short")


@click.command()
@click.argument("text", required=False)
@click.option("--dialled", default="", help="The number the citizen dialled.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--stdin", "from_stdin", is_flag=True, help="One JSON object a line in and out.")
def route(text: str | None, dialled: str, as_json: bool, from_stdin: bool) -> None:
    """Whose is it? Nothing is stored."""
    from hotline.cli import printing

    city = known_city()
    if from_stdin:
        for answer in printing.route_lines(city, sys.stdin.buffer):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
        return
    if text is None:
        raise click.UsageError("Give the text, or --stdin.")
    suggestion = city.router.suggest(text, dialled=city.find_line(dialled))
    click.echo(printing.as_json(suggestion) if as_json else printing.as_text(suggestion))


@click.command()
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--train",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Learns from these first; the same file means cross-validation.",
)
@click.option("--noise", type=click.Choice(NOISES), help="Put on what is asked.")
@click.option(
    "--kind",
    type=click.Choice(["emergency", "territory"]),
    help="Of a file with columns text and emergency (a service, 0 or 1) or territory.",
)
@click.option("--json", "as_json", is_flag=True)
def evaluate(
    cases: Path, train: Path | None, noise: str | None, kind: str | None, as_json: bool
) -> None:
    """Tells the accuracy on labelled cases.

    Columns: id, title, body, unit, kind, source.
    """
    if kind:
        _evaluate_kind(cases, kind, as_json)
        return
    from hotline.cli.judging import judge

    judged = judge(known_city, cases, train=train, noise=noise or "")
    if as_json:
        click.echo(json.dumps(judged.as_json(), ensure_ascii=False))
        return
    for line in judged.as_text():
        click.echo(line)


def _evaluate_kind(cases: Path, kind: str, as_json: bool) -> None:
    from hotline.cli import kinds

    found = kinds.figures(known_city().router, cases, kind)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in kinds.as_text(found):
        click.echo(line)
