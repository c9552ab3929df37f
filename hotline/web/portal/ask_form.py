"""What the public forms send: one for most doors, and those that ask for more."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from hotline.tickets.words import Channel, MatterKind
from hotline.web.bodies import RequesterBody, TicketBody
from hotline.web.fields import Body, Plate, Text, Word, line


def _address(typed: str) -> str:
    if " " in typed or "." not in typed:
        raise ValueError("不像网址，请从浏览器的地址栏复制")
    return typed


Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_address),
]


class AskForm(Body):
    """A message or a letter; `channel` and `addressee` are what the door says."""

    text: Text
    title: line(200) = ""
    kind: MatterKind
    channel: Channel
    to: Word = ""  # the code of the unit, which names the addressee
    addressee: Word = ""
    confidential: bool = False
    requester: RequesterBody = Field(default_factory=RequesterBody)

    def ticket(self) -> TicketBody:
        """Logged only: the desk accepts what comes in writing."""
        facts = {name: value for name, value in self if name in TicketBody.model_fields}
        return TicketBody(**facts | self.meant(), accept=False)

    def meant(self) -> dict[str, Any]:
        """What follows from the fields of this door."""
        return {}


class ComplaintForm(AskForm):
    """投诉举报: who wants to be nobody leaves nothing behind."""

    identity: Literal["named", "confidential", "anonymous"] = "named"

    def meant(self) -> dict[str, Any]:
        if self.identity == "anonymous":
            return {"requester": RequesterBody()}
        return {"confidential": self.identity == "confidential"}


class MistakeForm(AskForm):
    """找错: begins with the page on which the mistake stands."""

    page: Address
    # With the page before it, no longer than any other.
    text: line(19_400, 1)

    def meant(self) -> dict[str, Any]:
        return {"text": f"政府网站有错，网页：{self.page} 。\n{self.text}"}


class CarForm(AskForm):
    plate: Annotated[Plate, Field(min_length=1)]
