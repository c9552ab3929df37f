"""`hotline keys`: API keys, made and revoked."""

import click

from hotline import clock
from hotline.cli.opening import Group, known_city, opened
from hotline.errors import Invalid


@click.group(cls=Group)
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
    facts = {"unit": unit and known_city().unit(unit), "channel": channel, "now": clock.now()}
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
