"""签收 of several tickets at once: each that can be claimed is, and the others say why not."""

from typing import Any

from hotline.errors import HotlineError, Invalid
from hotline.people.rights import Action
from hotline.repeats import keep_reply
from hotline.tickets import dispatch, queries
from hotline.web.current import actor, city, current, now
from hotline.web.inbox import page_forms
from hotline.web.languages import said
from hotline.web.request_keys import request_key


def claim(body: page_forms.ClaimForm) -> dict[str, Any]:
    """The numbers that were claimed, and a sentence for each that was not."""
    if not body.numbers:
        raise Invalid("请先勾选要签收的工单。", field="numbers")
    claimed, refused = [], []
    with current().database.work(key=request_key(), now=now()) as session:
        # In one order for everybody, so that two who claim the same tickets never lock each other.
        for number in sorted(set(body.numbers)):
            try:
                row = queries.ticket(session, number, actor=actor(), action=Action.CLAIM, lock=True)
                dispatch.claim(
                    session,
                    row,
                    calendar=city().calendar,
                    handler=body.handler,
                    actor=actor(),
                    now=now(),
                )
                claimed.append(number)
            except HotlineError as error:
                refused.append(said(error))
        return keep_reply(session, {"claimed": claimed, "refused": refused})
