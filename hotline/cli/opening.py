"""What every command begins with: the data folder made ready, refusals shown as sentences."""

from typing import TYPE_CHECKING, Any

import click

from hotline.errors import HotlineError
from hotline.people.rights import Actor, Role
from hotline.settings import Settings, load

if TYPE_CHECKING:
    from hotline.db import Database


# Whoever may use the command line may do what an administrator may.
OPERATOR = Actor("命令行", Role.ADMINISTRATOR)


class Group(click.Group):
    """Shows a refusal of ours as its sentence, without a stack of calls."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except HotlineError as error:
            raise click.ClickException(error.sentence) from error


def opened() -> "tuple[Settings, Database]":
    """The data folder, made ready if it is new or old."""
    from hotline.app import prepare

    settings = load()
    return settings, prepare(settings)


def known_city() -> Any:
    """The city as this data folder knows it."""
    from hotline.city import load_city

    settings, database = opened()
    with database.read() as session:
        return load_city(session, settings)
