"""One call by its id: the number in full for those alone to whom it came."""

from builders import AGENT, DISPATCHER, NOON
from rings import KEY, a_talk, ring, tell

from hotline.db import Database
from hotline.people.access_log import note_pop
from hotline.telephony.calls import add_calls
from hotline.telephony.shown import shown_call


def test_the_number_is_shown_in_full_to_whom_the_call_has_come(database: Database):
    with database.work() as session:
        add_calls(session, [ring("a", caller="13800000832")], key=KEY)
        note_pop(session, AGENT, ["a"], NOON)
        session.flush()
        own = shown_call(session, "a", actor=AGENT)
        other = shown_call(session, "a", actor=DISPATCHER)
    assert (own.number, own.masked) == ("13800000832", "138****0832")
    assert own.caller_hash
    assert (other.number, other.masked, other.caller_hash) == ("", "138****0832", "")


def test_a_call_says_how_it_stands(database: Database):
    with database.work() as session:
        add_calls(session, [ring("a"), ring("b", caller="")], key=KEY)
        tell(session, *a_talk("a")[:3])
        talking, fresh = (shown_call(session, each, actor=AGENT) for each in "ab")
        assert (talking.state, talking.over_at) == ("talking", None)
        assert talking.answered_at > NOON
        assert (fresh.state, fresh.masked, fresh.number) == ("", "", "")
        assert shown_call(session, "unknown", actor=AGENT) is None
