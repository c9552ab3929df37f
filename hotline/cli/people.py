"""`hotline users`: the first administrator, and what to do when nobody can sign in."""

import click

from hotline import clock
from hotline.cli.opening import OPERATOR, Group, known_city, opened
from hotline.people.rights import STAFF, Role


@click.group(cls=Group)
def users() -> None:
    """People who sign in."""


@users.command()
@click.argument("name")
@click.option("--title", default="", help="What pages call the user, such as 坐席07.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in STAFF]))
@click.option("--unit", default="", help="For handlers: whose tickets they work on.")
def add(name: str, title: str, role: str, unit: str) -> None:
    """Makes a user and prints a first password.

    It is to be changed at the first sign-in, at /sign-in.
    """
    from hotline.people import passwords
    from hotline.people import users as table

    _, database = opened()
    unit = unit and known_city().unit(unit)
    password = passwords.temporary()
    password_hash = passwords.hashed(password)
    with database.work() as session:
        table.add(
            session, name, title, Role(role), unit=unit, password_hash=password_hash,
            now=clock.now(),
        )  # fmt: skip
    click.echo(f"{name}\t{password}")


@users.command()
@click.argument("name")
@click.option("--title", help="What pages call the user.")
@click.option("--role", type=click.Choice([str(role) for role in STAFF]))
@click.option("--unit", help="For handlers: whose tickets they work on.")
def change(name: str, title: str | None, role: str | None, unit: str | None) -> None:
    """Corrects a user; what is not given stays.

    Another role or unit ends every sign-in.
    """
    from hotline.people import sign_ins
    from hotline.people import users as table
    from hotline.telephony import seats

    _, database = opened()
    unit = unit and known_city().unit(unit)
    with database.work() as session:
        user = table.named(session, name)
        to = Role(role or user.role)
        if unit is None:
            unit = user.unit if to is Role.HANDLER else ""
        title = user.title if title is None else title
        user, before = table.change(session, name, title, to, unit, by=OPERATOR)
        if user.actor != before:
            sign_ins.end_all(session, user, clock.now())
            seats.leave_seat(session, user.actor)
        click.echo(f"{user.name}\t{user.title}\t{user.role}\t{user.unit}")


@users.command()
@click.argument("name")
def reset(name: str) -> None:
    """Gives the user a new first password.

    Lifts a lock as well, and ends every sign-in.
    """
    from hotline.people import passwords, sign_ins
    from hotline.people import users as table

    _, database = opened()
    password = passwords.temporary()
    password_hash = passwords.hashed(password)
    with database.work() as session:
        user = table.set_password(session, name, password_hash, must_change=True)
        sign_ins.end_all(session, user, clock.now())
    click.echo(f"{name}\t{password}")


@users.command("list")
def list_users() -> None:
    """Everybody, those out of use included."""
    from hotline.people import users as table

    _, database = opened()
    with database.read() as session:
        for user in table.everyone(session):
            state = "停用" if user.disabled_at else "在用"
            click.echo(f"{user.name}\t{user.title}\t{user.role}\t{user.unit}\t{state}")
