"""`hotline supervise`: what the clock would say to units now, and saying it."""

import click

from hotline import clock
from hotline.cli.opening import opened


@click.command()
@click.option("--dry-run", is_flag=True, help="Tell what would be said, and say nothing.")
def supervise(dry_run: bool) -> None:
    """Reminds leads and assistants, issues supervision orders, notes joint rulings that are late.

    The clock process does the same each minute.
    """
    from hotline.registry import versions
    from hotline.reports.material import NO_UNIT
    from hotline.tickets import ladder
    from hotline.tickets.words import CHINESE

    _, database = opened()
    now = clock.now()
    with database.read() as session:
        calendar = versions.load_calendar(session)
        steps = ladder.due(session, calendar, now)
    done = 0
    for step in steps:
        if not dry_run:
            with database.work() as session:
                # Who has claimed, replied or was given more time meanwhile is told nothing.
                if not ladder.climb(session, step, calendar, now):
                    continue
        done += 1
        whose = step.standing.unit or NO_UNIT
        click.echo(f"{step.standing.number}  {whose}  {CHINESE[step.what]}")
    click.echo(f"{done} 件" + ("（未执行）" if dry_run else ""))
