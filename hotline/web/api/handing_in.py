"""From other systems, each by a key of its own: 110, WeChat, an app, the message board."""

from typing import Any

from flask import jsonify
from flask_openapi3 import APIBlueprint
from pydantic import Field

from hotline.errors import NotAllowed
from hotline.tickets import sources
from hotline.tickets.sources import AlreadyLogged
from hotline.tickets.words import Channel, MatterKind
from hotline.web import bodies, intake
from hotline.web.api import presenters
from hotline.web.bodies import RequesterBody
from hotline.web.current import actor, current
from hotline.web.fields import Body, Plate, Word, line


class HandInBody(Body):
    """A request under the number that it has in the other system."""

    reference: line(60, 1) = Field(
        description="对方系统里的编号，如 110 警情编号；重复提交同一编号，答复相同，不另立工单"
    )
    text: line(19_700, 1)  # with the place behind it no longer than any other
    title: line(200) = ""
    kind: MatterKind = MatterKind.HELP
    place: line(200) = Field("", description="事发地点")
    addressee: Word = Field("", description="写给哪个单位的领导")
    told: bool | None = Field(None, description="110 转入：是否已告知报警人转 12345")
    plate: Plate = Field("", description="挪车：挡路车的车牌")
    confidential: bool = False
    requester: RequesterBody = Field(default_factory=RequesterBody)

    def ticket(self, channel: Channel) -> bodies.TicketBody:
        """Logged only: the desk accepts what comes in writing."""
        facts = dict(self)
        place = facts.pop("place")
        if place and place not in self.text:
            facts["text"] = f"{self.text}\n地点：{place}"
        return bodies.TicketBody(**facts, channel=channel, accept=False)


def add_routes(api: APIBlueprint) -> None:
    summary = "Hand in a request by the channel of one's key, once for each reference"
    api.post("/intake", summary=summary)(hand_in)


def hand_in(body: HandInBody):  # noqa: ANN201 (flask-openapi3 reads the signature)
    channel = actor().channel
    if not channel:
        raise NotAllowed("此密钥没有指定渠道，请用接入平台的密钥。")
    try:
        if again := _known(channel, body.reference):
            return jsonify(again)
        done = intake.log(body.ticket(Channel(channel)), lambda row, _: presenters.handed_in(row))
    except AlreadyLogged:
        # The other system asked twice at once.
        return jsonify(_known(channel, body.reference))
    return jsonify(done), 201


def _known(channel: str, reference: str) -> dict[str, Any] | None:
    with current().database.read() as session:
        row = sources.find(session, channel, reference)
        return row and presenters.handed_in(row, repeated=True)
