"""The same POST again: an `Idempotency-Key` gets the first answer, its status included."""

from test_tickets_api import ASKED, logged

from hotline import clock
from hotline.delivery import worker
from hotline.delivery.maildir import Maildir


def delivered(agent, dispatcher, city_handler, app) -> dict:
    """A ticket whose requester has been told the reply."""
    ticket = logged(agent, unit="市城管执法局")
    for who, action, body in (
        (city_handler, "claim", {"handler": "张三"}),
        (city_handler, "reply", {"text": "已责令整改。"}),
        (dispatcher, "approve", {}),
    ):
        assert who.post(f"/tickets/{ticket['number']}/{action}", body).status_code == 200
    here = app.extensions["hotline"]
    maildir = Maildir(here.settings.data_dir / "maildir", "12345@hotline.invalid")
    worker.drain(here.database, maildir, clock.now)
    return {"number": ticket["number"], "query_code": ticket["query_code"]}


def test_a_repeated_intake_is_answered_as_created_again(agent):
    first = agent.post("/tickets", ASKED, Idempotency_Key="same")
    again = agent.post("/tickets", ASKED, Idempotency_Key="same")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_repeated_step_is_answered_as_done_again(agent, dispatcher):
    path, body = f"/tickets/{logged(agent)['number']}/dispatch", {"unit": "市城管执法局"}
    for _ in range(2):
        answer = dispatcher.post(path, body, Idempotency_Key="same")
        assert (answer.status_code, answer.json["status"]) == (200, "dispatched")


def test_what_a_citizen_repeats_is_done_once(agent, dispatcher, city_handler, caller, app):
    own = delivered(agent, dispatcher, city_handler, app)
    rating = own | {"solved": False, "satisfied": 2, "grievance": "slow"}
    first, again = (
        caller().post("/progress/follow_up", rating, Idempotency_Key="tap") for _ in range(2)
    )
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    steps = caller().post("/progress", own).json["steps"]
    assert [step["action"] for step in steps].count("follow_up") == 1


def test_two_citizens_may_use_the_same_key(agent, caller):
    for _ in range(2):
        ticket = logged(agent)
        own = {"number": ticket["number"], "query_code": ticket["query_code"]}
        answer = caller().post(
            "/progress/withdraw", own | {"reason": "已自行解决"}, Idempotency_Key="1"
        )
        assert (answer.status_code, answer.json["number"]) == (200, own["number"])


def test_who_does_not_know_the_query_code_gets_no_kept_answer(agent, caller):
    ticket = logged(agent)
    own = {"number": ticket["number"], "query_code": ticket["query_code"], "reason": "不用了"}
    caller().post("/progress/withdraw", own, Idempotency_Key="1")
    guess = own | {"query_code": "000000"}
    answer = caller().post("/progress/withdraw", guess, Idempotency_Key="1")
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency-key-reused")


def test_an_alarm_taken_again_with_its_key_is_answered_as_before(agent, dispatcher):
    ticket = logged(agent, channel="web", text="隔壁楼着火了，窗口冒浓烟，里面还有人")
    path = f"/alarms/{ticket['number']}/take"
    first = dispatcher.post(path, Idempotency_Key="taken")
    again = dispatcher.post(path, Idempotency_Key="taken")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.json) == (200, first.json)
