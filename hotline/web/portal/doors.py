"""By which doors one writes in: a row a column of the portal, each with what it asks for."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from hotline.routing.types import Unit
from hotline.tickets.words import Channel, MatterKind, Path
from hotline.web.current import city
from hotline.web.portal.ask_form import AskForm, CarForm, ComplaintForm, MistakeForm


@dataclass(frozen=True, slots=True)
class Door:
    """`about` asks for the matter; where it can be of one kind alone, the kind is not asked for."""

    channel: Channel
    title: LazyString
    heading: LazyString
    about: LazyString
    kinds: tuple[MatterKind, ...] = tuple(MatterKind)
    hint: LazyString | str = ""
    form: type[AskForm] = AskForm

    @property
    def narrow(self) -> bool:
        """Whether some kinds have no business here."""
        return len(self.kinds) < len(MatterKind)


# Plan 2018, items 20 and 31; by what stands in the address.
DOORS: dict[str, Door] = {
    Channel.WEB: Door(
        Channel.WEB,
        _("我要反映"),
        _("我要反映"),
        _("什么事？在哪里？什么时候？"),
        hint=_("请写明具体地点（区县、街道、小区），方便找到承办单位。"),
    ),
    Channel.MAYORS_MAILBOX: Door(
        Channel.MAYORS_MAILBOX,
        _("市长信箱"),
        _("给市长写信"),
        _("信的内容"),
        hint=_("请写明具体地点（区县、街道、小区），方便找到承办单位。"),
    ),
    Channel.LEADER_MAILBOX: Door(
        Channel.LEADER_MAILBOX,
        _("领导信箱"),
        _("给%(unit)s领导写信"),
        _("信的内容"),
        hint=_(
            "由 12345 登记，交给有职责的单位办理并答复您；不归这个单位管的，也会转到该管的单位。"
        ),
    ),
    Channel.PORTAL_CONSULTATION: Door(
        Channel.PORTAL_CONSULTATION,
        _("政务咨询"),
        _("政务咨询"),
        _("您想问什么？"),
        kinds=(MatterKind.CONSULTATION,),
        hint=_("写明办什么事、在哪个区县，答复会更准。"),
    ),
    Channel.PORTAL_COMPLAINT: Door(
        Channel.PORTAL_COMPLAINT,
        _("投诉举报"),
        _("投诉举报"),
        _("投诉或举报谁？什么事？在哪里？什么时候？"),
        kinds=(MatterKind.COMPLAINT, MatterKind.REPORT),
        hint=_("写得越具体越好查：时间、地点、经过；照片可以附在下面。"),
        form=ComplaintForm,
    ),
    Channel.PORTAL_MISTAKE: Door(
        Channel.PORTAL_MISTAKE,
        _("我为政府网站找错"),
        _("我为政府网站找错"),
        _("错在哪里？应该是什么？"),
        kinds=(MatterKind.SUGGESTION,),
        hint=_("打不开、内容过时、错别字、表格下载不了，都可以告诉我们。"),
        form=MistakeForm,
    ),
    Path.MOVE_CAR: Door(
        Channel.WEB,
        _("请人挪车"),
        _("请人挪车"),
        _("车停在哪里？挡住了什么？"),
        kinds=(MatterKind.HELP,),
        hint=_("我们请交警联系车主；为保护隐私，不会把车主的信息告诉您。着急请直接打 12345。"),
        form=CarForm,
    ),
}


def asked_for() -> str:
    """By which door the reader has come; who names none of ours writes by the first."""
    asked = request.values.get("channel", "")
    return asked if asked in DOORS else Channel.WEB


def mailbox() -> Unit | None:
    """To whose leader the letter goes, where the door is a mailbox and its address one of ours."""
    return city().mailbox(request.values.get("to", ""))


def words(door: Door, unit: Unit | None) -> dict[str, Any]:
    """What the page is called."""
    to = unit.name if unit else ""
    title = _("%(unit)s领导信箱", unit=to) if unit else door.title
    return {"title": title, "heading": str(door.heading) % {"unit": to}}
