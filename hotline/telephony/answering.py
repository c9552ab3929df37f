"""Answers a call: from memory, on record, and an emergency whatever happens to the record."""

from collections.abc import Callable
from datetime import datetime

import structlog

from hotline.registry.numbers import Lines
from hotline.telephony.dialplan import CallAction, CallAnswer, answer
from hotline.telephony.journal import CallRecord, Journal, JournalFailed

log = structlog.get_logger()


class Answerer:
    """The dial plan with a memory: every answer is in the journal before it is given."""

    def __init__(self, lines: Callable[[], Lines], journal: Journal) -> None:
        self._lines, self.journal = lines, journal

    def __call__(self, *, call_id: str, caller: str, dialled: str, at: datetime) -> CallAnswer:
        """Raises JournalFailed when the call could not be recorded, unless it is an emergency."""
        given = answer(self._lines(), dialled)
        record = CallRecord(
            call_id=call_id,
            caller=caller,
            dialled=dialled,
            action=given.action,
            to=given.to,
            line=given.line or "",
            at=at,
        )
        try:
            self.journal.append(record)
        except JournalFailed as error:
            log.error("call not recorded", call_id=call_id, cause=repr(error.__cause__))
            if given.action is not CallAction.PASS_THROUGH:
                raise
        return given
