"""`hotline import`: a department's old list, checked row by row and brought in once."""

from pathlib import Path

import click

from hotline import clock
from hotline.cli.opening import opened
from hotline.people.rights import Actor, Role

OPERATOR = Actor("命令行", Role.ADMINISTRATOR)
# Wrong rows that are shown; how many there are is always said.
SHOWN = 20


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", required=True, help="Whose list it is, where a row names no unit.")
@click.option("--map", "pairs", multiple=True, metavar="列=字段", help="What a column means.")
@click.option("--dry-run", is_flag=True, help="Checks every row and stores nothing.")
def bring_in(file: Path, unit: str, pairs: tuple[str, ...], dry_run: bool) -> None:
    """Brings in old requests (csv, xlsx); the same list again changes nothing."""
    from hotline.city import load_city
    from hotline.people.privacy import secret
    from hotline.tickets.past_files import columns_said, read_file
    from hotline.web.importing import Import

    settings, database = opened()
    with database.read() as session:
        city = load_city(session, settings)
    found = read_file(file.read_bytes())
    run = Import(
        database, city, secret(settings.data_dir, "contact"), found, city.unit(unit), OPERATOR,
        clock.now(),
    )  # fmt: skip
    done = run.run(columns_said(pairs), dry=dry_run)
    for line in told(done, dry=dry_run):
        click.echo(line)
    if done.errors:
        raise click.exceptions.Exit(1)


def told(done: "Brought", *, dry: bool) -> list[str]:  # noqa: F821 (loading it takes a second)
    """What was done, in lines."""
    from hotline.tickets.past import FIELDS

    read = "、".join(f"{column}→{FIELDS[field][0]}" for field, column in done.columns.items())
    lines = [f"列:{read}"]
    if done.unused:
        lines.append(f"未用的列:{'、'.join(done.unused)}")
    verb = "可导入" if dry else "已导入"
    lines.append(f"{verb} {done.brought} 件,早已导入 {done.known} 件,有错 {len(done.errors)} 行。")
    lines += [f"第 {each.row} 行「{each.column}」:{each.sentence}" for each in done.errors[:SHOWN]]
    if len(done.errors) > SHOWN:
        lines.append(f"……其余 {len(done.errors) - SHOWN} 行有错,改好后再导入一次即可。")
    return lines
