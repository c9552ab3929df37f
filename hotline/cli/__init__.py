"""The `hotline` command: reads arguments and files, calls the rooms, prints."""

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from hotline import clock, logs
from hotline.cli.cases import read_cases
from hotline.cli.importing import bring_in, bring_in_board
from hotline.cli.learning import models, train
from hotline.cli.opening import Group, opened
from hotline.cli.people import users
from hotline.cli.supervising import supervise
from hotline.errors import Invalid
from hotline.settings import load

NOISES = ("typos", "homophones", "oral", "traditional", "short")


@click.group(cls=Group)
def main() -> None:
    """12345: one intake, one unit, one reply."""
    logs.configure(load())


main.add_command(users)
main.add_command(supervise)
main.add_command(train)
main.add_command(bring_in)
main.add_command(bring_in_board)
main.add_command(models)


@main.command()
@click.option("--demo", is_flag=True, help="Make demo users and keys, print where all is.")
def prepare(demo: bool) -> None:
    """Brings the data folder up to date: secrets, database, registry."""
    from hotline.cli import welcome

    settings, database = opened()
    if demo:
        welcome.make_demo(settings, database, clock.now())
        click.echo(welcome.text(settings))


@main.group()
def lines() -> None:
    """The registry of lines."""


@lines.command()
def check() -> None:
    """Checks the shipped reference files, row by row."""
    from hotline.registry.directory import summary
    from hotline.registry.loading import read_shipped, read_tables

    click.echo(summary(read_tables(read_shipped())))


@lines.command("list")
def list_lines() -> None:
    """The lines in force."""
    from hotline.registry import versions

    _, database = opened()
    with database.read() as session:
        for row in versions.load(session)["legacy_lines.csv"].rows:
            number = row["number"] or "（号码未知）"
            click.echo(f"{number}\t{row['category']}\t{row['department']}\t{row['name']}")


@main.command()
@click.argument("text", required=False)
@click.option("--dialled", default="", help="The number the citizen dialled.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--stdin", "from_stdin", is_flag=True, help="One JSON object a line in and out.")
def route(text: str | None, dialled: str, as_json: bool, from_stdin: bool) -> None:
    """Whose is it? Nothing is stored."""
    from hotline.cli import printing

    city = _city()
    if from_stdin:
        for answer in printing.route_lines(city, sys.stdin.buffer):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
        return
    if text is None:
        raise click.UsageError("Give the text, or --stdin.")
    suggestion = city.router.suggest(text, dialled=city.find_line(dialled))
    click.echo(printing.as_json(suggestion) if as_json else printing.as_text(suggestion))


@main.command()
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

    judged = judge(_city, cases, train=train, noise=noise or "")
    if as_json:
        click.echo(json.dumps(judged.as_json(), ensure_ascii=False))
        return
    for line in judged.as_text():
        click.echo(line)


def _evaluate_kind(cases: Path, kind: str, as_json: bool) -> None:
    from hotline.cli import kinds

    found = kinds.figures(_city().router, cases, kind)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in kinds.as_text(found):
        click.echo(line)


@main.command()
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--limit", type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True)
def replay(cases: Path, limit: int | None, as_json: bool) -> None:
    """Real requests through the whole life, objections included."""
    from hotline.cli import rehearsal

    settings, database = opened()
    rows = list(read_cases(cases))[:limit]
    totals = rehearsal.replay(settings, database, _city(), rows)
    shown = asdict(totals)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        for name, value in shown.items():
            click.echo(f"{name:15} {value}")
    if totals.lost or totals.disagreements:
        sys.exit(1)


@main.command()
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
    figures = simulation.simulate(settings, database, _city(), plan, in_bulk=bulk)
    for name, value in asdict(figures).items():
        click.echo(f"{name:15} {value}")


@main.command()
@click.argument("kind", type=click.Choice(["day", "month", "quarter"]))
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), required=False, metavar="[DATE]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "xlsx"]),
    default="text",
    help="xlsx needs -o.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="Freeze the figures of a period that is over.")
@click.option("--reason", default="", help="Why published figures are corrected.")
def report(kind: str, day: Any, form: str, output: Path | None, publish: bool, reason: str) -> None:
    """The day list, the month summary, the quarter bulletin.

    Of the period that DATE lies in: a day such as 2018-07-25, today when not given.
    """
    from hotline.cli import printing
    from hotline.reports import publishing
    from hotline.reports.rendering import RENDERERS

    if form == "xlsx" and not output:
        raise Invalid("xlsx 须用 -o 指定文件。", field="output")
    _, database = opened()
    now = clock.now()
    when: date = day.date() if day else clock.city_day(now)
    written = printing.report(database, _city(), kind, when, now=now)
    if publish:
        with database.work() as session:
            publishing.publish(session, written, by="hotline report", now=now, reason=reason)
    content = RENDERERS[form](written)
    if output:
        _write(output, content)
    else:
        click.echo(content.decode(), nl=False)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Invalid(
            f"不能写文件 {path}（{error.strerror}），请换一个位置。", field="output"
        ) from error


@main.group()
def keys() -> None:
    """API keys of staff and units."""


@keys.command("add")
@click.argument("holder")
@click.option(
    "--role",
    required=True,
    help="agent, dispatcher, handler, supervisor, administrator, or gateway.",
)
@click.option("--unit", default="", help="For handlers: whose tickets they work on.")
@click.option("--channel", default="", help="For gateways: by what they hand in, e.g. wechat.")
def add_key(holder: str, role: str, unit: str, channel: str) -> None:
    """Makes a key and prints it; it cannot be shown again."""
    from hotline.people import keys as table
    from hotline.people.rights import Role
    from hotline.tickets.sources import CHANNELS

    _, database = opened()
    if role not in list(Role):
        raise Invalid(f"没有角色「{role}」，可选：{'、'.join(table.HOLDERS)}。", field="role")
    if channel and channel not in CHANNELS:
        raise Invalid(f"没有渠道「{channel}」，可选：{'、'.join(CHANNELS)}。", field="channel")
    facts = {"unit": unit and _city().unit(unit), "channel": channel, "now": clock.now()}
    with database.work() as session:
        click.echo(table.make(session, holder, Role(role), **facts))


@keys.command("revoke")
@click.argument("holder")
def revoke_key(holder: str) -> None:
    """Takes a key out of use at once."""
    from hotline.people import keys as table

    _, database = opened()
    with database.work() as session:
        table.revoke(session, holder, now=clock.now())


@main.command()
@click.argument("name", type=click.Choice(["queue", "line", "web", "worker", "clock"]))
def process(name: str) -> None:
    """Runs one process of the Procfile in the foreground."""
    from hotline.cli import processes

    processes.run(name, load())


@main.command()
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


@main.command()
def workflow() -> None:
    """Prints docs/workflow.md, drawn from the tables."""
    from hotline.tickets.drawing import draw

    click.echo(draw(), nl=False)


def _city() -> Any:
    from hotline.city import load_city

    settings, database = opened()
    with database.read() as session:
        return load_city(session, settings)
