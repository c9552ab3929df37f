"""`hotline import` and `hotline board`: lists from elsewhere, checked row by row, brought once."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from hotline import clock
from hotline.cli.opening import OPERATOR, opened

# Wrong rows that are shown; how many there are is always said.
SHOWN = 20
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_COLUMNS = click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="列=字段",
    help="What a column means; may be given again.",
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Checks every row and stores nothing.")


@click.command("import")
@_FILE
@click.option("--unit", required=True, help="Whose list it is, where a row names no unit.")
@_COLUMNS
@_DRY_RUN
def bring_in(file: Path, unit: str, pairs: tuple[str, ...], dry_run: bool) -> None:
    """Brings in old requests (csv, xlsx).

    The same list again changes nothing.
    """
    from hotline.web.lists import PastList

    def kind(city, key, found):  # noqa: ANN001, ANN202 (loading the types takes a second)
        return PastList(city, key, found, city.unit(unit), OPERATOR, clock.now())

    _run(file, kind, pairs, dry=dry_run)


@click.command("board")
@_FILE
@_COLUMNS
@_DRY_RUN
def bring_in_board(file: Path, pairs: tuple[str, ...], dry_run: bool) -> None:
    """Takes in an export (csv, xlsx) of the 领导留言板.

    Each message becomes an open ticket, once by its own number.
    """
    from hotline.web.lists import Board

    def kind(city, key, found):  # noqa: ANN001, ANN202 (loading the types takes a second)
        return Board(city, key, found, OPERATOR, clock.now())

    _run(file, kind, pairs, dry=dry_run)


def _run(file: Path, kind_of: Callable[..., Any], pairs: tuple[str, ...], *, dry: bool) -> None:
    from hotline.city import load_city
    from hotline.people.privacy import secret
    from hotline.tickets.past_files import columns_said, read_file
    from hotline.web.importing import Import

    settings, database = opened()
    with database.read() as session:
        city = load_city(session, settings)
    found = read_file(file.read_bytes())
    kind = kind_of(city, secret(settings.data_dir, "contact"), found)
    done = Import(database, found, kind, OPERATOR).run(columns_said(pairs), dry=dry)
    for line in told(done, kind.fields, dry=dry):
        click.echo(line)
    if done.errors:
        raise click.exceptions.Exit(1)


def told(
    done: "Brought",  # noqa: F821 (loading it takes a second)
    fields: Mapping[str, Sequence[str]],
    *,
    dry: bool,
) -> list[str]:
    """What was done, in lines."""
    read = "、".join(f"{column}→{fields[field][0]}" for field, column in done.columns.items())
    lines = [f"列：{read}"]
    if done.unused:
        lines.append(f"未用的列：{'、'.join(done.unused)}")
    verb = "可导入" if dry else "已导入"
    lines.append(
        f"{verb} {done.brought} 件，早已导入 {done.known} 件，有错 {len(done.errors)} 行。"
    )
    lines += [f"第 {each.row} 行「{each.column}」：{each.sentence}" for each in done.errors[:SHOWN]]
    if len(done.errors) > SHOWN:
        lines.append(f"……其余 {len(done.errors) - SHOWN} 行有错，改好后再导入一次即可。")
    return lines
