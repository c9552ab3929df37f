"""Administration by its pages: people, keys, reference data, looks."""

import io
import re
import time
from urllib.parse import quote

import pytest
from browsing import Browser

from hotline import clock
from hotline.people.rights import Actor, Role
from hotline.registry import editing
from hotline.telephony import seats
from hotline.web.administration.words import FILES
from hotline.web.guards import GUARDS

LINES = "/administration/data/legacy_lines.csv"


@pytest.fixture
def administrator(signed_in) -> Browser:
    return signed_in(Role.ADMINISTRATOR)


def test_only_an_administrator_gets_in(signed_in):
    for role in (Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR):
        assert signed_in(role).get("/administration/").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/", "/users", "/keys", "/looks", "/learning", "/data/units.csv/history",
     *(f"/data/{file}{part}" for file in FILES for part in ("", "/0", "/new"))],
)  # fmt: skip
def test_every_page_opens(administrator, path):
    page = administrator.get("/administration" + path)
    assert page.status_code == 200
    assert page.text.count("<h1>") == 1


def test_a_new_user_gets_a_first_password_that_must_be_changed(administrator, app):
    page = administrator.post(
        "/administration/users", {"name": "zuoxi31", "title": "坐席31", "role": "agent"}
    )
    password = re.search(r"<code>(.+?)</code>", page.text)[1]
    newcomer = Browser(app.test_client())
    assert newcomer.sign_in("zuoxi31", password).status_code == 302
    assert newcomer.get("/home").location == "/account"
    assert password not in administrator.get("/administration/users").text


def test_a_refused_user_keeps_what_was_typed(administrator):
    page = administrator.post(
        "/administration/users", {"name": "jingban9", "title": "某经办", "role": "handler"}
    )
    assert page.status_code == 422
    assert 'value="jingban9"' in page.text
    assert "经办人须指明单位" in page.text


def test_a_disabled_user_is_out_at_once_and_can_be_let_in_again(administrator, app):
    page = administrator.post("/administration/users", {"name": "zuoxi32", "role": "agent"})
    password = re.search(r"<code>(.+?)</code>", page.text)[1]
    other = Browser(app.test_client())
    other.sign_in("zuoxi32", password)
    administrator.post("/administration/users/zuoxi32/disable")
    assert other.get("/account").status_code == 302
    assert other.sign_in("zuoxi32", password).status_code == 401
    administrator.post("/administration/users/zuoxi32/enable")
    assert other.sign_in("zuoxi32", password).status_code == 302


def test_a_reset_password_ends_every_sign_in(administrator, app):
    page = administrator.post("/administration/users", {"name": "zuoxi33", "role": "agent"})
    password = re.search(r"<code>(.+?)</code>", page.text)[1]
    other = Browser(app.test_client())
    other.sign_in("zuoxi33", password)
    page = administrator.post("/administration/users/zuoxi33/reset")
    fresh = re.search(r"<code>(.+?)</code>", page.text)[1]
    assert other.get("/account").status_code == 302
    assert other.sign_in("zuoxi33", password).status_code == 401
    assert other.sign_in("zuoxi33", fresh).status_code == 302


def change_of(role: str, unit: str = "", title: str = "") -> dict[str, str]:
    return {"title": title, "role": role, "unit": unit}


def test_a_user_is_corrected_on_a_page_that_shows_what_is(administrator):
    given = {"name": "jingban41", "title": "周", "role": "handler", "unit": "市环保局"}
    administrator.post("/administration/users", given)
    assert (
        'href="/administration/users/jingban41"' in administrator.get("/administration/users").text
    )
    page = administrator.get("/administration/users/jingban41").text
    assert 'value="周"' in page and 'value="市环保局"' in page
    assert re.search(r'<option value="handler" selected>', page)
    changed = administrator.post(
        "/administration/users/jingban41", change_of("handler", "市生态环境局", "周主任")
    )
    assert changed.location == "/administration/users"
    listed = administrator.get(changed.location).text
    assert "<td>周主任</td>" in listed and "已修改 jingban41。" in listed
    # The unit of the day goes by its name, so that nothing but the title was changed.
    assert "须重新登录" not in listed


def test_another_role_signs_out_at_once_and_is_in_force_at_the_next_sign_in(administrator, app):
    page = administrator.post("/administration/users", {"name": "zuoxi42", "role": "agent"})
    password = re.search(r"<code>(.+?)</code>", page.text)[1]
    other = Browser(app.test_client())
    other.sign_in("zuoxi42", password)
    assert other.get("/account").status_code == 200
    administrator.post("/administration/users/zuoxi42", change_of("agent", title="坐席42"))
    assert other.get("/account").status_code == 200
    administrator.post("/administration/users/zuoxi42", change_of("dispatcher"))
    assert other.get("/account").status_code == 302
    assert other.sign_in("zuoxi42", password).status_code == 302
    assert "派单员" in administrator.get("/administration/users/zuoxi42").text


def test_who_leaves_the_desk_for_another_role_leaves_the_seat_as_well(administrator, app):
    page = administrator.post("/administration/users", {"name": "zuoxi43", "role": "agent"})
    assert page.status_code == 200
    database = app.extensions["hotline"].database
    with database.work() as session:
        seats.take_seat(session, Actor("zuoxi43", Role.AGENT), "8043", now=clock.now())
    administrator.post("/administration/users/zuoxi43", change_of("supervisor"))
    with database.read() as session:
        assert session.get(seats.Seat, "zuoxi43") is None


def test_a_refused_change_keeps_what_was_typed_at_its_field(administrator):
    administrator.post("/administration/users", {"name": "zuoxi44", "role": "agent"})
    for change, words in (
        (change_of("handler", title="新称呼"), "经办人须指明单位，其他角色不填单位。"),
        (change_of("handler", "没有的局", "新称呼"), "没有名为「没有的局」的单位"),
        (change_of("boss", title="新称呼"), "有几处需要修改"),
    ):
        page = administrator.post("/administration/users/zuoxi44", change)
        assert page.status_code == 422
        assert words in page.text and 'value="新称呼"' in page.text
    assert administrator.get("/administration/users/nobody").status_code == 404


def test_ones_own_role_is_for_another_administrator_to_change(administrator):
    name = re.search(r"(administrator\d+)</td>", administrator.get("/administration/users").text)[1]
    page = administrator.get(f"/administration/users/{name}").text
    assert "自己的角色须由另一位管理员改" in page and "<select" not in page
    refused = administrator.post(f"/administration/users/{name}", change_of("agent"))
    assert refused.status_code == 422
    assert "不能改自己的角色" in refused.text


def test_one_cannot_lock_oneself_out(administrator):
    name = re.search(r"(administrator\d+)</td>", administrator.get("/administration/users").text)[1]
    page = administrator.post(f"/administration/users/{name}/disable")
    assert page.status_code == 422
    assert "不能停用自己" in page.text


def test_a_key_is_shown_once_and_dies_when_revoked(administrator, app):
    page = administrator.post(
        "/administration/keys", {"holder": "城管系统", "role": "handler", "unit": "市城管执法局"}
    )
    key = re.search(r"<code>(.+?)</code>", page.text)[1]
    headers = {"Authorization": f"Bearer {key}"}
    program = app.test_client()
    assert program.get("/api/v1/inbox", headers=headers).status_code == 200
    assert key not in administrator.get("/administration/keys").text
    administrator.post("/administration/keys/城管系统/revoke")
    assert program.get("/api/v1/inbox", headers=headers).status_code == 401


def row_of(app, file: str, word: str) -> tuple[int, dict[str, str], int]:
    with app.extensions["hotline"].database.read() as session:
        version = editing.newest(session, file)
    for index, record in enumerate(editing.records(version.content)):
        if word in record.values():
            return index, record, version.version
    raise AssertionError(word)


def test_what_a_table_was_searched_for_outlasts_the_change_of_a_row(administrator, app):
    index, record, version = row_of(app, "duties.csv", "户口登记与迁移")
    wanted = f"/administration/data/duties.csv?q={quote('户口登记')}"
    row = f"/administration/data/duties.csv/{index}?q={quote('户口登记')}"
    assert row in administrator.get(wanted).text
    page = administrator.get(row).text
    assert f'href="{wanted}"' in page and 'name="q" value="户口登记"' in page
    changed = administrator.post(
        row.partition("?")[0], record | {"version": version, "note": "核对", "q": "户口登记"}
    )
    assert changed.location == wanted


def test_a_changed_row_is_in_force_within_a_second_and_can_be_restored(administrator, app, agent):
    index, record, version = row_of(app, "duties.csv", "户口登记与迁移")
    record["phrases"] += "|量子户口本补办"
    changed = administrator.post(
        f"/administration/data/duties.csv/{index}",
        record | {"version": version, "note": "群众新叫法"},
    )
    assert changed.location == "/administration/data/duties.csv"
    time.sleep(1.1)
    first = agent.post("/route", {"text": "我要量子户口本补办"}).json["candidates"][0]
    assert first["unit"] == "市公安局"
    history = administrator.get("/administration/data/duties.csv/history").text
    assert "群众新叫法" in history
    restored = administrator.post("/administration/data/duties.csv/restore", {"version": version})
    assert restored.status_code == 302
    assert row_of(app, "duties.csv", "户口登记与迁移")[1]["phrases"].endswith("补办") is False


def test_a_wrong_row_changes_nothing_and_is_named_at_its_column(administrator, app):
    index, record, version = row_of(app, "legacy_lines.csv", "12369")
    wrong = record | {"number": "12x", "version": version, "note": "试", "words": "新词"}
    page = administrator.post(f"{LINES}/{index}", wrong)
    assert page.status_code == 422
    assert "3 至 12 位数字的电话号码" in page.text
    assert "新词" in page.text
    assert row_of(app, "legacy_lines.csv", "12369")[2] == version


def test_two_administrators_do_not_overwrite_each_other(administrator, app):
    index, record, version = row_of(app, "holidays.csv", "2018-01-01")
    first = record | {"version": version, "note": "改名", "name": "元旦节"}
    second = record | {"version": version, "note": "改名", "name": "新年"}
    address = f"/administration/data/holidays.csv/{index}"
    assert administrator.post(address, first).status_code == 302
    page = administrator.post(address, second)
    assert page.status_code == 422
    assert "别人刚改过" in page.text
    assert 'value="新年"' in page.text


def test_a_change_without_a_reason_is_asked_for_one(administrator, app):
    index, record, version = row_of(app, "holidays.csv", "2018-02-15")
    page = administrator.post(
        f"/administration/data/holidays.csv/{index}", record | {"version": version, "note": " "}
    )
    assert page.status_code == 422
    assert "请写明为什么改" in page.text


def test_a_row_is_added_and_removed(administrator, app):
    version = row_of(app, "holidays.csv", "2018-02-15")[2]
    day = {"day": "2027-01-01", "kind": "off", "name": "元旦", "note": "新年安排"}
    added = administrator.post("/administration/data/holidays.csv/new", day | {"version": version})
    assert added.status_code == 302
    index, _, version = row_of(app, "holidays.csv", "2027-01-01")
    administrator.post(
        f"/administration/data/holidays.csv/{index}/remove", {"version": version, "note": "未定"}
    )
    with pytest.raises(AssertionError):
        row_of(app, "holidays.csv", "2027-01-01")


def test_a_downloaded_file_can_be_uploaded_again(administrator):
    file = administrator.get("/administration/data/duties.csv/download").data
    sent = administrator.post(
        "/administration/data/duties.csv/upload",
        {"content": (io.BytesIO(file), "duties.csv"), "note": "整表核对"},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 302


def test_a_broken_file_is_refused_with_line_and_column(administrator):
    file = administrator.get("/administration/data/holidays.csv/download").data
    broken = file.replace(b"2018-02-15", b"2018-02-99")
    page = administrator.post(
        "/administration/data/holidays.csv/upload",
        {"content": (io.BytesIO(broken), "holidays.csv"), "note": "试"},
        content_type="multipart/form-data",
    )
    assert page.status_code == 422
    assert re.search(r"holidays.csv 第 \d+ 行 day 列", page.text)


def test_looks_are_listed_by_who_and_by_ticket(administrator, agent):
    number = agent.post("/tickets", {"text": "路灯不亮", "kind": "help", "channel": "phone"}).json[
        "number"
    ]
    agent.get(f"/tickets/{number}")
    page = administrator.get(f"/administration/looks?ticket={number}").text
    assert page.count("打开工单") == 1
    assert "没有符合的记录" in administrator.get("/administration/looks?actor=nobody").text


def test_every_administration_route_is_for_administrators_alone():
    rows = [guard for endpoint, guard in GUARDS.items() if endpoint.startswith("administration.")]
    assert set(rows) == {"administer"}
