"""Two people on the same ticket at the same moment, over HTTP: one is heard, the other told why."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from test_console import form, number_in
from test_repeats import delivered
from test_tickets_api import ASKED, logged
from werkzeug.test import TestResponse

from hotline.people.rights import Role

CITY, ENVIRONMENT = "市城管执法局", "市环保局"
# Who comes first is left to chance: each pair meets several times.
ROUNDS = 20 if os.environ.get("HOTLINE_SOAK") else 3


def at_once(*asks: Callable[[], TestResponse]) -> list[TestResponse]:
    """The answers to requests that are let go at one moment."""
    barrier = threading.Barrier(len(asks))

    def run(ask: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


def post(who, path: str, body: dict | None = None, **headers: str) -> Callable[[], TestResponse]:
    # A client of Flask's is for one thread alone.
    own = replace(who, client=who.client.application.test_client())
    return lambda: own.post(path, body or {}, **headers)


def step(who, number: str, action: str, body: dict | None = None) -> Callable[[], TestResponse]:
    return post(who, f"/tickets/{number}/{action}", body)


def codes(answers: Sequence[TestResponse]) -> list[int]:
    return [answer.status_code for answer in answers]


def status_of(dispatcher, number: str) -> str:
    return dispatcher.get(f"/tickets/{number}").json["status"]


def in_progress(agent, city_handler) -> str:
    number = logged(agent, unit=CITY)["number"]
    assert city_handler.post(f"/tickets/{number}/claim", {"handler": "张三"}).status_code == 200
    return number


def replied(agent, city_handler) -> str:
    number = in_progress(agent, city_handler)
    assert city_handler.post(f"/tickets/{number}/reply", {"text": "已办"}).status_code == 200
    return number


def objected(agent, city_handler) -> str:
    number = logged(agent, unit=CITY)["number"]
    body = {"ground": "not_our_duty", "right_unit": ENVIRONMENT, "note": "不属我单位"}
    assert city_handler.post(f"/tickets/{number}/object", body).status_code == 200
    return number


@pytest.mark.parametrize("round", range(ROUNDS))
class TestTwoAtOnce:
    def test_of_two_replies_one_waits_to_be_checked(self, agent, dispatcher, city_handler, round):
        number = in_progress(agent, city_handler)
        answers = at_once(
            step(city_handler, number, "reply", {"text": "已责令整改。"}),
            step(city_handler, number, "reply", {"text": "已派人到场。"}),
        )
        assert sorted(codes(answers)) == [200, 409]
        assert "答复" in next(a for a in answers if a.status_code == 409).json["title"]

    def test_of_two_rulings_on_one_objection_one_is_heard(
        self, agent, dispatcher, city_handler, round
    ):
        number = objected(agent, city_handler)
        answers = at_once(
            step(dispatcher, number, "rule", {"granted": True, "unit": ENVIRONMENT}),
            step(dispatcher, number, "rule", {"granted": False}),
        )
        assert sorted(codes(answers)) == [200, 409]

    def test_claim_and_transfer(self, agent, dispatcher, city_handler, round):
        number = logged(agent, unit=CITY)["number"]
        claim, transfer = at_once(
            step(city_handler, number, "claim", {"handler": "张三"}),
            step(dispatcher, number, "transfer", {"unit": ENVIRONMENT}),
        )
        assert transfer.status_code == 200
        assert claim.status_code == 200 or ENVIRONMENT in claim.json["title"]
        assert claim.status_code in (200, 409)
        assert status_of(dispatcher, number) == "dispatched"

    def test_reply_and_withdrawal(self, agent, dispatcher, city_handler, caller, round):
        ticket = logged(agent, unit=CITY)
        number = ticket["number"]
        city_handler.post(f"/tickets/{number}/claim", {"handler": "张三"})
        own = {"number": number, "query_code": ticket["query_code"], "reason": "不用办了"}
        reply, withdrawal = at_once(
            step(city_handler, number, "reply", {"text": "已办"}),
            post(caller(), "/progress/withdraw", own),
        )
        # A reply that nobody has looked at yet is moot; one that comes too late is refused.
        assert withdrawal.status_code == 200, withdrawal.json
        assert reply.status_code in (200, 409), reply.json
        assert status_of(dispatcher, number) == "withdrawn"

    def test_approval_and_rework(self, agent, dispatcher, city_handler, round):
        number = replied(agent, city_handler)
        answers = at_once(
            step(dispatcher, number, "approve"),
            step(dispatcher, number, "send_for_rework", {"reason": "没有联系诉求人"}),
        )
        assert sorted(codes(answers)) == [200, 409]

    def test_merge_and_reply_of_the_parent(self, agent, dispatcher, city_handler, round):
        parent, number = in_progress(agent, city_handler), logged(agent)["number"]
        merge, reply = at_once(
            step(dispatcher, number, "merge", {"parent": parent}),
            step(city_handler, parent, "reply", {"text": "已办"}),
        )
        assert (merge.status_code, reply.status_code) == (200, 200)

    def test_merge_and_approval_of_the_parent(self, agent, dispatcher, city_handler, round):
        parent, number = replied(agent, city_handler), logged(agent)["number"]
        merge, approval = at_once(
            step(dispatcher, number, "merge", {"parent": parent}),
            step(dispatcher, parent, "approve"),
        )
        assert approval.status_code == 200
        assert merge.status_code in (200, 422), merge.json

    def test_unmerging_and_approval_of_the_parent(self, agent, dispatcher, city_handler, round):
        parent, number = in_progress(agent, city_handler), logged(agent)["number"]
        assert step(dispatcher, number, "merge", {"parent": parent})().status_code == 200
        assert step(city_handler, parent, "reply", {"text": "已办"})().status_code == 200
        answers = at_once(step(dispatcher, number, "unmerge"), step(dispatcher, parent, "approve"))
        assert codes(answers) == [200, 200]

    def test_two_tickets_merged_into_each_other(self, agent, dispatcher, round):
        one, other = logged(agent)["number"], logged(agent)["number"]
        answers = at_once(
            step(dispatcher, one, "merge", {"parent": other}),
            step(dispatcher, other, "merge", {"parent": one}),
        )
        assert codes(answers).count(200) == 1
        assert set(codes(answers)) <= {200, 409, 422}

    def test_three_tickets_merged_in_a_ring(self, agent, dispatcher, round):
        numbers = [logged(agent)["number"] for _ in range(3)]
        answers = at_once(
            *(
                step(dispatcher, number, "merge", {"parent": numbers[n - 1]})
                for n, number in enumerate(numbers)
            )
        )
        assert codes(answers).count(200) == 1
        assert set(codes(answers)) <= {200, 409, 422}

    def test_a_rating_sent_twice(self, agent, dispatcher, city_handler, caller, app, round):
        own = delivered(agent, dispatcher, city_handler, app)
        rating = own | {"solved": True, "satisfied": 5}
        answers = at_once(
            *(post(caller(), "/progress/follow_up", rating, Idempotency_Key="tap") for _ in "12")
        )
        assert codes(answers) == [200, 200]
        steps = caller().post("/progress", own).json["steps"]
        assert [each["action"] for each in steps].count("follow_up") == 1

    def test_rating_and_closing(self, agent, dispatcher, city_handler, caller, app, round):
        own = delivered(agent, dispatcher, city_handler, app)
        rating = own | {"solved": False, "satisfied": 1, "grievance": "slow"}
        answers = at_once(
            post(caller(), "/progress/follow_up", rating),
            step(dispatcher, own["number"], "close"),
        )
        assert sorted(codes(answers)) == [200, 409]

    def test_one_request_sent_thrice_under_one_key(self, agent, round):
        answers = at_once(
            *(post(agent, "/tickets", ASKED, Idempotency_Key=f"thrice {round}") for _ in "123")
        )
        assert codes(answers) == [201] * 3
        assert len({answer.json["number"] for answer in answers}) == 1

    def test_one_form_sent_from_two_windows(self, signed_in, round):
        windows, typed = [signed_in(Role.AGENT) for _ in "12"], form()
        pages = at_once(*(partial(window.post, "/desk", typed) for window in windows))
        assert len({number_in(page) for page in pages}) == 1

    def test_one_key_for_two_requests(self, agent, round):
        answers = at_once(
            *(
                post(agent, "/tickets", ASKED | {"text": text}, Idempotency_Key=f"two {round}")
                for text in ("油烟大", "噪声大")
            )
        )
        assert sorted(codes(answers)) == [201, 422]

    def test_two_systems_of_a_unit_pull_each_ticket_once(self, agent, city_handler, round):
        for _ in range(4):
            logged(agent, unit=CITY)
        answers = at_once(
            *(post(city_handler, "/inbox/claim", {"handler": "张三", "limit": 3}) for _ in "12")
        )
        assert codes(answers) == [200, 200]
        claimed = [each["number"] for answer in answers for each in answer.json["claimed"]]
        assert len(claimed) == len(set(claimed))

    def test_pull_and_transfer(self, agent, dispatcher, city_handler, round):
        numbers = [logged(agent, unit=CITY)["number"] for _ in range(4)]
        pull, *transfers = at_once(
            post(city_handler, "/inbox/claim", {"handler": "张三", "limit": 50}),
            *(step(dispatcher, each, "transfer", {"unit": ENVIRONMENT}) for each in numbers),
        )
        assert codes([pull, *transfers]) == [200] * 5, pull.json
