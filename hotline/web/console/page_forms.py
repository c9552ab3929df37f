"""What the forms of the agent's desk send."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from hotline.tickets.words import Channel, MatterKind
from hotline.web.bodies import TicketBody
from hotline.web.fields import LAST_CURSOR, Body, Word, line

# A field of a form left blank names nothing.
OptionalId = Annotated[int | None, BeforeValidator(lambda typed: typed or None)]

# Where the car stands, before anybody has said it.
NOT_SAID = "（没有说停在哪里）"


class ConsoleForm(TicketBody):
    """A request as an agent takes it down, and what becomes of it at once.

    Which of the last ones is needed, the act says; `other` is any unit a dispatcher names,
    `guide` ticked where a territory leads, and
    `article` the one that the answer was taken from.
    """

    act: Literal[
        "dispatch",
        "accept",
        "answer",
        "redirect",
        "transfer_call",
        "hand_over",
        "merge",
        "move_car",
    ]
    anonymous: bool = False
    picked: Word = ""
    other: Word = ""
    guide: Word = ""
    answer: line(20_000) = ""
    code: Word = ""
    sentence: line(2000) = ""
    service: Word = ""
    parent: Word = ""
    article: OptionalId = Field(None, ge=1, le=LAST_CURSOR)
    parked: line(200) = ""
    moved: line(500) = ""

    @model_validator(mode="before")
    @classmethod
    def _handed_over_in_haste(cls, given: dict[str, Any]) -> dict[str, Any]:
        """An emergency never waits for a field that nobody has filled in."""
        if given.get("act") != "hand_over":
            return given
        said = {name: value for name, value in given.items() if str(value).strip()}
        return {"text": "应急转接，未及记录。", "kind": MatterKind.HELP} | said

    @model_validator(mode="before")
    @classmethod
    def _in_the_way(cls, given: dict[str, Any]) -> dict[str, Any]:
        """挪车 is asked for by plate and place; a plate typed for another act is none of it."""
        if given.get("act") != "move_car":
            return given | {"plate": ""}
        parked = str(given.get("parked", "")).strip()
        told = [parked and f"停在{parked}。", str(given.get("text", "")).strip()]
        return given | {"text": "".join(told) or NOT_SAID, "kind": MatterKind.HELP}

    @model_validator(mode="before")
    @classmethod
    def _of_the_police(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Whoever gives a case number of 110 hands over, by telephone as well."""
        handed = bool(str(given.get("reference", "")).strip())
        return given | ({"channel": Channel.POLICE_HANDOVER} if handed else {})


class ShiftNoteForm(Body):
    headline: line(60, 1)
    text: line(2000) = ""
