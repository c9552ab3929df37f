"""The pages of the knowledge base, its panel at the desk, the public page and the API."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from browsing import Browser, a_look
from flask import Flask
from sqlalchemy import event
from sqlmodel import select

from hotline import clock
from hotline.desk.knowledge import LOOK_EVERY, ArticleUse, KnowledgeGap
from hotline.people.rights import Role
from hotline.registry import knowledge as registry
from hotline.registry.articles import Article, ArticleVersion
from hotline.tickets.models import Reply, Ticket

FUND, TAX = "市住房公积金管理中心", "市税务局"
ARTICLE = {
    "question": "异地缴存能在内江贷款吗？", "look_alikes": "外地公积金\n\n外地公积金 \n跨市贷款",
    "answer": "可以，带缴存证明到窗口。", "basis": "本单位的规定", "unit": FUND,
    "owner": "王小二", "review_on": "2030-01-01",
}  # fmt: skip
CONSULTATION = {"text": "对方问：查询码忘了怎么办", "kind": "consultation", "channel": "phone"}


@pytest.fixture
def handler(signed_in) -> Browser:
    return signed_in(Role.HANDLER, FUND)


@pytest.fixture
def dispatching(signed_in) -> Browser:
    return signed_in(Role.DISPATCHER)


@pytest.fixture
def desk(signed_in) -> Browser:
    return signed_in(Role.AGENT)


@pytest.fixture
def written(handler: Browser) -> Callable[..., str]:
    """The address of a new article that waits for the desk."""

    def write(**more: str) -> str:
        done = handler.post("/knowledge/new", ARTICLE | more)
        assert done.status_code == 302, done.text
        return done.location

    return write


@pytest.fixture
def published(written, dispatching: Browser) -> Callable[..., str]:
    def publish(**more: str) -> str:
        address = written(**more)
        assert dispatching.post(f"{address}/publish", {"version": "1"}).status_code == 302
        time.sleep(LOOK_EVERY + 0.05)
        return address

    return publish


def rows(app: Flask, table: type) -> list:
    with app.extensions["hotline"].database.read() as session:
        return list(session.exec(select(table)))


def number_of(address: str) -> int:
    return int(address.rpartition("/")[2])


def panel(desk: Browser, text: str) -> str:
    page = desk.post("/desk/knowledge", {"text": text})
    assert page.status_code == 200
    return page.text


def asked(stranger: Browser, words: str) -> str:
    return stranger.get(f"/questions?q={words}").text


def test_the_desk_finds_an_answer_to_read_out_while_the_agent_types(desk: Browser):
    page = panel(desk, "查寻码忘了")
    assert "工单编号或查询码忘了怎么办" in page
    assert 'data-key="F10"' in page
    assert "没有找到合适的知识" in panel(desk, "烧烤摊半夜很吵")


def test_a_written_text_is_answered_beside_the_form_when_the_page_opens(desk: Browser):
    desk.post("/desk/draft", CONSULTATION | {"once": "k1"})
    assert "工单编号或查询码忘了怎么办" in desk.get("/desk?draft=k1").text


def test_an_answer_given_from_an_article_remembers_it_and_counts_its_hit(app: Flask, desk: Browser):
    before = {row.id: row.hits for row in rows(app, Article)}
    form = CONSULTATION | {"act": "answer", "answer": "请拨打 12345。", "article": "10"}
    assert desk.post("/desk", form | {"once": "answered"}).status_code == 200
    assert desk.post("/desk", form | {"once": "answered"}).status_code == 200
    (use,) = [use for use in rows(app, ArticleUse) if use.article_id == 10]
    (ticket,) = [row for row in rows(app, Ticket) if row.id == use.ticket_id]
    assert 'href="/knowledge/10">工单编号或查询码忘了' in desk.get(f"/tickets/{ticket.number}").text
    assert [row.ticket_id for row in rows(app, Reply)].count(ticket.id) == 1
    assert {row.id: row.hits for row in rows(app, Article)} == before | {10: before[10] + 1}


def test_a_request_that_was_dispatched_instead_counts_no_hit(app: Flask, dispatching: Browser):
    before = len(rows(app, ArticleUse))
    form = CONSULTATION | {"act": "dispatch", "other": FUND, "article": "10", "once": "sent"}
    assert dispatching.post("/desk", form).status_code == 200
    assert len(rows(app, ArticleUse)) == before


def test_an_answer_without_an_article_is_an_answer_all_the_same(app: Flask, desk: Browser):
    before = len(rows(app, ArticleUse))
    form = CONSULTATION | {"act": "answer", "answer": "好的。", "article": "", "once": "plain"}
    assert "已登记" in desk.post("/desk", form).text
    assert len(rows(app, ArticleUse)) == before


def test_nothing_fits_counts_for_article_and_unit_and_keeps_no_words(app: Flask, desk: Browser):
    before = rows(app, Article)
    page = desk.post("/desk/knowledge/none", {"text": "查询码忘了，公积金贷款怎么提取"})
    assert "已记下" in page.text
    (gap,) = rows(app, KnowledgeGap)
    assert gap.unit == FUND
    assert set(KnowledgeGap.model_fields) == {"id", "unit", "by", "at"}
    risen = [
        now.unanswered - was.unanswered for was, now in zip(before, rows(app, Article), strict=True)
    ]
    assert sum(risen) == 1


def test_a_unit_writes_and_the_desk_publishes(written, handler, dispatching, stranger):
    address = written(question="夜间工地能施工吗？", look_alikes="工地夜里施工")
    assert "待审核" in handler.get(address).text
    assert handler.post(f"{address}/publish", {"version": "1"}).status_code == 403
    assert "夜间工地" not in asked(stranger, "工地夜里施工")
    assert dispatching.post(f"{address}/publish", {"version": "1"}).status_code == 302
    time.sleep(LOOK_EVERY + 0.05)
    assert "夜间工地能施工吗" in asked(stranger, "工地夜里施工")


def test_the_same_form_sent_twice_writes_one_article(app: Flask, handler: Browser):
    form = ARTICLE | {"question": "发两次的", "once": "twice"}
    first, second = (handler.post("/knowledge/new", form).location for _ in range(2))
    assert first == second
    assert [row.question for row in rows(app, ArticleVersion)].count("发两次的") == 1


def test_look_alikes_are_kept_one_a_line_and_each_once(app: Flask, written):
    number = number_of(written(question="每行一个"))
    (version,) = [row for row in rows(app, ArticleVersion) if row.article_id == number]
    assert version.look_alikes == ["外地公积金", "跨市贷款"]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(handler: Browser):
    page = handler.post(
        "/knowledge/new", ARTICLE | {"valid_from": "2020-01-02", "valid_to": "2020-01-01"}
    )
    assert page.status_code == 422
    assert "失效日期要晚于生效日期" in page.text
    assert ARTICLE["answer"] in page.text
    blank = handler.post("/knowledge/new", ARTICLE | {"answer": " "})
    assert blank.status_code == 422
    assert ARTICLE["question"] in blank.text


@pytest.mark.parametrize(
    "wrong",
    [{"unit": "没有的局"}, {"territory": "成都市"}, {"valid_from": "明天"}, {"unit": TAX}],
)
def test_what_the_registry_does_not_know_is_refused(handler: Browser, wrong: dict[str, str]):
    page = handler.post("/knowledge/new", ARTICLE | wrong)
    assert page.status_code in (403, 422)
    assert ARTICLE["answer"] in page.text


def test_a_unit_sees_its_own_drafts_and_others_only_what_is_published(
    written, handler, signed_in, desk
):
    address = written(question="草稿里的问题")
    assert handler.get(address).status_code == 200
    stranger = signed_in(Role.HANDLER, TAX)
    assert stranger.get(address).status_code == desk.get(address).status_code == 404
    assert stranger.get(f"{address}/edit").status_code == 403
    assert stranger.post(f"{address}/edit", ARTICLE | {"seen": "1"}).status_code == 403
    assert desk.get("/knowledge/new").status_code == 403


def test_what_waits_for_review_is_listed_with_who_may_publish_or_send_it_back(
    written, handler, dispatching, signed_in
):
    address = written(question="等着审核的问题", note="金额变了")
    listed = dispatching.get("/knowledge?pile=to_review").text
    assert re.search(f'等着审核的问题.+?金额变了.+?href="{address}".+?审核', listed, re.S)
    assert "审核</a>" not in handler.get("/knowledge?pile=to_review").text
    assert "知识待审核" in signed_in(Role.SUPERVISOR).get("/supervision").text
    sent_back = {"version": "1", "why": "依据不对"}
    assert dispatching.post(f"{address}/send_back", sent_back).status_code == 302
    assert "等着审核的问题" not in dispatching.get("/knowledge?pile=to_review").text


def test_an_update_that_did_not_come_is_in_the_story_of_the_article(
    app: Flask, published, handler, dispatching
):
    address = published(question="过了期没更新的")
    assert dispatching.post(f"{address}/mark", {"why": "材料减少了"}).status_code == 302
    with app.extensions["hotline"].database.work() as session:
        assert registry.fall_overdue(session, clock.now() + timedelta(days=30))
    page = handler.get(address).text
    # What presses is counted over all tests of this page.
    assert dispatching.post(f"{address}/unmark", {"why": "没有变"}).status_code == 302
    assert re.search("超期未更新.+?系统", page, re.S)


def test_a_published_article_is_shown_to_others_without_its_story(published, desk, handler):
    address = published(question="公开给坐席看的")
    assert "经过" in handler.get(address).text
    page = desk.get(address).text
    assert ARTICLE["answer"] in page
    assert "经过" not in page
    assert "下架" not in page


def test_the_story_tells_who_changed_what_and_offers_the_older_version(
    published, handler, dispatching
):
    address = published(question="改过的问题")
    changed = ARTICLE | {"question": "改过的问题", "answer": "网上就能办。", "note": "改流程"}
    assert handler.post(f"{address}/edit", changed | {"seen": "1"}).status_code == 302
    page = handler.get(address).text
    assert "<del>可以，带缴存证明到窗口。</del>" in page
    assert "<ins>网上就能办。</ins>" in page
    assert "改流程" in page
    assert handler.post(f"{address}/restore", {"version": "1"}).status_code == 302
    assert "第 3 版待审核" in handler.get(address).text


def test_a_version_that_somebody_has_changed_meanwhile_is_kept_and_said(written, handler):
    address = written(question="同时改的")
    form = ARTICLE | {"question": "同时改的", "seen": "1"}
    handler.post(f"{address}/edit", form | {"answer": "甲。", "once": "a"})
    page = handler.post(f"{address}/edit", form | {"answer": "乙写的长答案。", "once": "b"})
    assert page.status_code == 422
    assert "别人刚改过" in page.text
    assert "乙写的长答案。" in page.text


def test_a_change_runs_a_clock_in_inbox_and_supervision_and_hides_the_article(
    published, handler, signed_in, stranger, desk
):
    address = published(question="证明要盖章吗？", look_alikes="证明盖章")
    supervisor = signed_in(Role.SUPERVISOR)
    assert "知识待更新" not in handler.get("/inbox").text
    marked = signed_in(Role.ADMINISTRATOR).post(f"{address}/mark", {"why": "不用盖章了"})
    assert marked.status_code == 302
    time.sleep(LOOK_EVERY + 0.05)
    assert "知识待更新" in handler.get("/inbox").text
    assert "知识待更新 1 条" in supervisor.get("/supervision").text
    assert "证明要盖章吗" not in asked(stranger, "证明盖章")
    assert "不要照念" in panel(desk, "证明要盖章吗")
    page = handler.get("/knowledge?pile=changed").text
    assert "不用盖章了" in page
    assert "17:30 到期" in page
    handler.post(f"{address}/edit", ARTICLE | {"question": "证明要盖章吗？", "seen": "1"})
    assert "热线审核" in supervisor.get("/knowledge?pile=changed").text
    assert supervisor.post(f"{address}/publish", {"version": "2"}).status_code == 302
    assert "知识待更新" not in handler.get("/inbox").text


def test_an_overdue_update_is_said_in_words(app: Flask, published, handler, signed_in):
    address = published(question="超期的一条")
    handler.post(f"{address}/mark", {"why": "变了"})
    with app.extensions["hotline"].database.work() as session:
        session.get(Article, number_of(address)).due_at = clock.now()
    assert "其中超期 1 条" in signed_in(Role.SUPERVISOR).get("/supervision").text
    assert "超期 1" in handler.get("/inbox").text
    signed_in(Role.DISPATCHER).post(f"{address}/take_down", {"why": "停办"})
    assert "知识待更新" not in handler.get("/inbox").text


@pytest.mark.parametrize("act", ["send_back", "take_down", "unmark"])
def test_only_the_desk_decides(written, handler, desk, act: str):
    address = written(question=f"谁能办：{act}")
    for browser in (handler, desk):
        form = {"version": "1", "why": "试"}
        assert browser.post(f"{address}/{act}", form).status_code == 403


def test_a_refused_act_is_said_on_the_page(written, dispatching):
    address = written(question="没有发布就下架")
    page = dispatching.post(f"{address}/take_down", {"why": "试"})
    assert page.status_code == 422
    assert "没有发布" in page.text
    assert dispatching.post(f"{address}/take_down", {"why": ""}).status_code == 422


def test_staff_find_articles_by_sound_too(handler: Browser):
    assert "工单编号或查询码忘了怎么办" in handler.get("/knowledge?q=chaxunma").text


def test_the_public_page_shows_the_shipped_answers_without_script_and_names(published, stranger):
    published(question="责任人不外露吗？", look_alikes="责任人外露")
    page = stranger.get("/questions")
    assert page.text.count("<details") >= 20
    assert "<script" not in page.text
    found = asked(stranger, "责任人外露")
    assert ARTICLE["answer"] in found
    assert ARTICLE["owner"] not in found
    assert "拨打 12345" in asked(stranger, "烧烤摊扰民")


def test_the_api_gives_what_the_public_page_shows(published, stranger):
    published(question="程序也能查吗？", look_alikes="程序查询")
    answer = stranger.client.get("/api/v1/knowledge", query_string={"q": "程序查询"})
    assert answer.status_code == 200
    (article, *_) = answer.json["articles"]
    assert (article["question"], article["unit"]) == ("程序也能查吗？", FUND)
    assert ARTICLE["owner"] not in answer.text
    assert stranger.client.get("/api/v1/knowledge").status_code == 422


def questions(app: Flask, browser: Browser, path: str) -> int:
    counted = []

    def count(*given: object) -> None:
        if not a_look(given[2]):
            counted.append(given[2])

    engine = app.extensions["hotline"].database.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(counted)


def test_a_list_of_fifty_costs_as_many_questions_as_one_of_five(app, written, handler, signed_in):
    for n in range(5):
        written(question=f"少的 {n}")
    path = "/knowledge?pile=to_review"
    few = questions(app, handler, path)
    for n in range(45):
        written(question=f"多的 {n}")
    assert questions(app, handler, path) == few <= 6


def test_a_long_story_costs_as_many_questions_as_a_short_one(app, published, handler):
    short, long = published(question="短的"), published(question="长的")
    for seen in range(1, 20):
        form = ARTICLE | {"question": f"长的 {seen}", "seen": str(seen)}
        assert handler.post(f"{long}/edit", form).status_code == 302
    assert questions(app, handler, long) == questions(app, handler, short) <= 7


def test_every_page_has_one_heading(handler, dispatching, stranger):
    for browser, path in (
        (handler, "/knowledge"), (handler, "/knowledge/new"), (dispatching, "/knowledge/1"),
        (dispatching, "/knowledge/1/edit"), (stranger, "/questions"),
    ):  # fmt: skip
        page = browser.get(path)
        assert page.status_code == 200, path
        assert len(re.findall(r"<h1", page.text)) == 1, path
