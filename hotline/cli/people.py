"""`hotline users`: the first administrator, and what to do when nobody can sign in."""

import click

from hotline import clock
from hotline.cli.opening import Group, opened
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
    from hotline.city import load_city
    from hotline.people import passwords
    from hotline.people import users as table

    settings, database = opened()
    with database.read() as session:
        unit = unit and load_city(session, settings).unit(unit)
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
