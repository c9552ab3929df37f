"""What every command begins with: the data folder made ready, refusals shown as sentences."""

from typing import TYPE_CHECKING, Any

import click

from hotline.errors import HotlineError
from hotline.settings import Settings, load

if TYPE_CHECKING:
    from hotline.db import Database


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
