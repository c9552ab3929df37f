"""`hotline report`: the three reports, shown, written to a file or published."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from hotline import clock
from hotline.cli.opening import known_city, opened
from hotline.errors import Invalid


@click.command()
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
    written = printing.report(database, known_city(), kind, when, now=now)
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
