"""What the forms of a unit's inbox send."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from hotline.clock import city_moment
from hotline.tickets.lists import Pile
from hotline.web.bodies import HandlerBody
from hotline.web.fields import FIRST_DAY, LAST_DAY, Body, NeededWord, line


class InboxForm(Body):
    """Which pile of the unit, from where on, and which ticket beside it."""

    pile: Pile | None = None
    after: line(60) = ""
    ticket: line(24) = ""


class NewsForm(Body):
    since: Annotated[AwareDatetime, Field(ge=city_moment(FIRST_DAY), le=city_moment(LAST_DAY))]


class ClaimForm(HandlerBody):
    """Several tickets of the unit, by one handler."""

    numbers: list[NeededWord] = Field(max_length=50)
