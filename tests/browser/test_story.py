"""A call becomes an answer: every hand it passes through, each at a browser of its own."""

import email
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email.header import decode_header, make_header
from email.message import Message
from itertools import count
from pathlib import Path

import pytest
from builders import CITY, ENVIRONMENT
from playwright.sync_api import Page, expect
from served import HOTLINE, PATIENCE, environment, eventually, served
from walks import make, objected

from hotline.db import Database
from hotline.people.rights import Role

DISTRICT = "东兴区"
CALLER, LINE = "13800000832", "12319"
MATTER = "东兴区西林街道太白路道路清扫没人管，垃圾桶满了不清运，环卫工不来"
OBJECTION = "太白路夜市由东兴区划定并管理，请东兴区办理。"
REPLY = "已现场核查，烧烤摊限期退入店内经营，夜间由值守人员巡查。"
PHONE = {"width": 390, "height": 760}
_serial = count(1)


@pytest.fixture
def ringing(site, tmp_path_factory) -> Callable[..., AbstractContextManager[None]]:
    """Somebody calls: the switch asks `line` and tells `web`, until the call is over."""

    @contextmanager
    def ring(extension: str) -> Iterator[None]:
        with served("line", site.settings.data_dir) as line:
            where = environment(
                site.settings.data_dir,
                HOTLINE_PORT=str(site.web.port),
                HOTLINE_LINE_PORT=str(line.port),
            )
            called = ["--number", CALLER, "--dialled", LINE, "--extension", extension]
            switch = subprocess.Popen(
                [*HOTLINE, "ring", *called, "--talk", "4"],
                env=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            said = answered(switch)
            # It talks on: on a busy machine the call would be over before it was seen.
            switch.send_signal(signal.SIGSTOP)
            try:
                yield
            finally:
                switch.send_signal(signal.SIGCONT)
            rest, _ = switch.communicate(timeout=PATIENCE)
            assert switch.returncode == 0, said + rest

    return ring


def answered(switch: subprocess.Popen[str]) -> str:
    """What the switch has said when the call is answered, or when it has ended."""
    said = ""
    while "接通" not in said and (line := switch.stdout.readline()):
        said += line
    return said


def test_a_call_becomes_an_answer_that_the_citizen_reads_and_rates(
    page_as, new_page, ringing, site
):
    address = f"story{next(_serial)}-{os.getpid()}@example.invalid"
    agent = page_as(Role.AGENT)
    sit_down(agent, "8007")
    with ringing("8007"):
        see_the_call(agent)
        number, code = take_down(agent, address)
    first = page_as(Role.HANDLER, CITY)
    claim(first, number, CITY, MATTER)
    object_to(first, number)
    dispatcher = page_as(Role.DISPATCHER)
    grant(dispatcher, number)
    handler = page_as(Role.HANDLER, DISTRICT)
    claim(handler, number, DISTRICT, OBJECTION)
    reply(handler, number)
    approve(dispatcher, number)
    letter = the_only_letter_to(address, site.settings.data_dir / "maildir")
    assert number in str(make_header(decode_header(letter["Subject"])))
    words = letter.get_payload(decode=True).decode()
    assert all(part in words for part in (REPLY, DISTRICT, number, code))
    citizen = new_page(viewport=PHONE, java_script_enabled=False)
    read(citizen, number, code)
    rate(citizen)
    assert len(letters_to(address, site.settings.data_dir / "maildir")) == 1


def test_an_objection_that_is_refused_comes_back_to_the_unit_which_claims(page_as, site):
    database = Database(site.settings.db_url)
    number = make(database, objected)
    database.engine.dispose()
    decide(page_as(Role.DISPATCHER), "to_rule", number, "f", f"不同意，退回{CITY}", ENVIRONMENT)
    claim(page_as(Role.HANDLER, CITY), number, CITY, "油烟归环保")


def sit_down(agent: Page, extension: str) -> None:
    agent.goto("/desk?new=1")
    agent.keyboard.press("Alt+s")
    if agent.locator("#seat").get_attribute("data-state"):
        agent.get_by_role("button", name="签出").press("Enter")
        expect(agent.locator("#seat-words")).to_have_text("未签入")
        agent.keyboard.press("Alt+s")
    agent.locator("#extension").fill(extension)
    agent.keyboard.press("Enter")
    expect(agent.locator("#seat-words")).to_have_text("空闲")
    expect(agent.locator("#seat-extension")).to_have_text(f" · 分机 {extension}")


def see_the_call(agent: Page) -> None:
    """It pops by itself: who calls, what was dialled, whose line that was."""
    call = agent.locator("#call")
    expect(call).to_contain_text("138****0832")
    expect(call).to_contain_text(f"{LINE} 城建城管服务热线 → 原属 {CITY}")
    expect(agent.locator("#seat-words")).to_have_text("通话中")
    expect(agent.locator("#text")).to_be_focused()


def take_down(agent: Page, address: str) -> tuple[str, str]:
    """Number and query code, as the agent reads them out."""
    agent.keyboard.insert_text(MATTER)
    expect(agent.locator("#marks mark").first).to_have_text("东兴区西林街道")
    expect(agent.locator("#marks")).to_contain_text(MATTER)
    marked = "".join(agent.locator("#marks mark").all_inner_texts())
    assert all(words in marked for words in ("清扫", "垃圾桶", "环卫工"))
    assert "满了" not in marked
    first = agent.locator("#advice .choice").first
    expect(first).to_contain_text(CITY)
    expect(first).to_contain_text("「垃圾桶」")
    expect(agent.locator("#place")).to_contain_text("西林街道")
    agent.get_by_label("姓名").fill("赵某")
    agent.get_by_label("邮箱").fill(address)
    agent.keyboard.press("Alt+t")
    expect(agent.locator("#dispatch-to")).to_have_text(f"（{CITY}）")
    agent.keyboard.press("F4")
    expect(agent.locator("#result .big")).to_have_count(2)
    number, code = agent.locator("#result .big").all_inner_texts()
    said = f"您的诉求已受理，编号 {number}，查询码 {code}，已交{CITY}办理"
    expect(agent.locator("#result .say")).to_contain_text(said)
    return number, code


def open_in_inbox(handler: Page, pile: str, number: str) -> None:
    handler.goto(f"/inbox?pile={pile}")
    handler.locator(f'.row-link[href$="{number}"]').press("Enter")
    expect(handler.locator("article.ticket")).to_contain_text(number)


def object_to(handler: Page, number: str) -> None:
    open_in_inbox(handler, "in_progress", number)
    ticket = handler.locator("article.ticket")
    expect(ticket.locator(".matter")).to_have_text(MATTER)
    expect(ticket).to_contain_text("办理中")
    expect(ticket).to_contain_text("赵某")
    ticket.locator("summary", has_text="退单").press("Enter")
    objection = ticket.locator("form[action$=object]")
    objection.get_by_text("非本单位职责").click()
    objection.get_by_label("应由哪个单位办理").fill(DISTRICT)
    objection.get_by_label("说明理由").fill(OBJECTION)
    objection.get_by_role("button", name="退单").press("Enter")
    expect(handler.locator("#messages")).to_contain_text(number)
    handler.goto("/inbox?pile=in_progress")
    expect(handler.locator(f'.row-link[href$="{number}"]')).to_have_count(0)


def decide(dispatcher: Page, pile: str, number: str, keys: str, *shown: str) -> None:
    """By keys alone, after reading what the sheet says."""
    dispatcher.goto(f"/dispatching/{pile}?at={number}")
    sheet = dispatcher.locator(".sheet")
    for words in (number, *shown):
        expect(sheet).to_contain_text(words)
    with dispatcher.expect_navigation():
        for key in keys:
            dispatcher.keyboard.press(key)
    expect(dispatcher.locator("#messages")).to_contain_text(number)


def grant(dispatcher: Page, number: str) -> None:
    decide(
        dispatcher, "to_rule", number, "g",
        f"{CITY} 退单", "非本单位职责", OBJECTION, f"同意，改派给{DISTRICT}",
    )  # fmt: skip


def claim(handler: Page, number: str, unit: str, *told: str) -> None:
    open_in_inbox(handler, "to_claim", number)
    for words in told:
        expect(handler.locator("article.ticket")).to_contain_text(words)
    handler.keyboard.press("c")
    said = f"已签收 1 件，经办人 演示经办人（{unit}）"
    expect(handler.locator("#messages")).to_contain_text(said)


def reply(handler: Page, number: str) -> None:
    open_in_inbox(handler, "in_progress", number)
    handler.get_by_label("答复内容").fill(REPLY)
    expect(handler.locator(".letter .typed")).to_have_text(REPLY)
    handler.keyboard.press("Control+Enter")
    expect(handler.locator("#messages")).to_contain_text(f"已答复。工单 {number}")


def approve(dispatcher: Page, number: str) -> None:
    decide(dispatcher, "to_review", number, "12a", "市民将看到", "赵某，您好！", REPLY, DISTRICT)


def letters_to(address: str, maildir: Path) -> list[Message]:
    letters = [email.message_from_bytes(path.read_bytes()) for path in maildir.glob("new/*")]
    return [letter for letter in letters if letter["To"] == address]


def the_only_letter_to(address: str, maildir: Path) -> Message:
    assert eventually(lambda: letters_to(address, maildir)), "the worker delivered nothing"
    (letter,) = letters_to(address, maildir)
    return letter


def look_up(citizen: Page, number: str, code: str) -> str:
    """All that the page says."""
    citizen.goto("/progress")
    citizen.get_by_label("工单编号").fill(number)
    citizen.get_by_label("查询码").fill(code)
    citizen.get_by_role("button", name="查询").press("Enter")
    expect(citizen.locator("h1")).to_have_text(f"工单 {number}")
    return citizen.locator("main").inner_text()


def read(citizen: Page, number: str, code: str) -> None:
    """The letter may be there a moment before the ticket says so."""
    assert eventually(lambda: "已答复您" in look_up(citizen, number, code))
    said = citizen.locator("main")
    for words in (REPLY, MATTER, f"由 {DISTRICT} 办理", f"{DISTRICT} 已签收，正在办理"):
        expect(said).to_contain_text(words)
    # What desk and units said among themselves is not the citizen's to read.
    expect(said).not_to_contain_text(OBJECTION)


def rate(citizen: Page) -> None:
    citizen.get_by_label("解决了", exact=True).check()
    citizen.get_by_label("非常满意", exact=True).check()
    citizen.get_by_role("button", name="提交评价").press("Enter")
    expect(citizen.get_by_role("status")).to_have_text("谢谢您的评价，已经记下。")
    expect(citizen.locator(".told")).to_contain_text("收到您的评价")
