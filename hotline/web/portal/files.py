"""Files of the requester: added later, and those of the answer taken home."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from hotline.errors import HotlineError, Invalid
from hotline.people.access_log import note_look
from hotline.tickets import attachments
from hotline.tickets.attachments import Place
from hotline.web import bodies, uploads
from hotline.web.current import current, now
from hotline.web.forms import Form, filled
from hotline.web.guards import citizen
from hotline.web.limits import guesses
from hotline.web.portal.progress import own, shown


def add_routes(portal: Blueprint) -> None:
    portal.post("/progress/attachments", endpoint="own_attach")(guesses(attach))
    portal.post("/progress/attachments/<int:id>", endpoint="own_file")(guesses(file))


def attach() -> Any:
    given = filled(bodies.CitizenBody)
    if given.body is None:
        return shown(given, status=422)
    try:
        count = _attached(given)
    except HotlineError as refused:
        given.refuse(refused)
        return shown(given, status=refused.status)
    return shown(given, done=_("已收下 %(n)d 个附件。", n=count))


def _attached(given: Form[bodies.CitizenBody]) -> int:
    """Files are kept for whoever knows the code, and for nobody else."""
    with current().database.read() as session:
        number = own(session, given).number
    files = uploads.received()
    if not files:
        raise Invalid("请先选择文件。", field="attachments")
    with current().database.work() as session:
        row = own(session, given, lock=True)
        who = citizen(number)
        attachments.add(session, row, files, place=Place.MATTER, actor=who, now=now())
    return len(files)


def file(id: int) -> Any:
    """A form leads here and not a link, so that the code stands in no address."""
    given = filled(bodies.CitizenBody)
    if given.body is None:
        return shown(given, status=422)
    try:
        with current().database.work() as session:
            ticket = own(session, given)
            who = citizen(ticket.number)
            row = attachments.one_of_requester(session, ticket, id)
            note_look(session, who, [ticket.number], f"file:{id}", now())
        return uploads.answered(row, ticket, who)
    except HotlineError as refused:
        given.refuse(refused)
        return shown(given, status=refused.status)
