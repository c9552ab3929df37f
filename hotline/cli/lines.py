"""`hotline lines`: the registry of lines."""

import click

from hotline.cli.opening import Group, opened


@click.group(cls=Group)
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
