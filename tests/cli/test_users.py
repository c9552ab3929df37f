"""`hotline users`: letting the first people in, and those back who cannot get in."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline import clock
from hotline.cli import main
from hotline.db import Database
from hotline.errors import NotSignedIn
from hotline.people import sign_ins
from hotline.settings import Settings


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared_folder: Path):
    shutil.copytree(prepared_folder, tmp_path / "var")
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return invoke


@pytest.fixture
def opened(run, tmp_path: Path) -> Database:
    """The database of the command."""
    run("prepare")
    return Database(Settings(data_dir=tmp_path / "var", database_url="").db_url)


def test_the_first_administrator_signs_in_with_the_password_shown(run, opened):
    name, password = run("users", "add", "guanli", "--role", "administrator").output.split()
    token = sign_ins.sign_in(opened, name, password, clock.now())
    assert sign_ins.user_of(opened, token, clock.now()).must_change


def test_a_former_name_of_a_unit_leads_to_the_unit_of_the_day(run):
    added = run("users", "add", "jingban", "--role", "handler", "--unit", "市生态环境局")
    assert added.exit_code == 0, added.output
    assert "市环保局" in run("users", "list").output


def test_a_reset_gives_a_new_password_and_ends_the_old_sign_ins(run, opened):
    password = run("users", "add", "guanli", "--role", "administrator").output.split()[1]
    token = sign_ins.sign_in(opened, "guanli", password, clock.now())
    fresh = run("users", "reset", "guanli").output.split()[1]
    with pytest.raises(NotSignedIn):
        sign_ins.user_of(opened, token, clock.now())
    later = clock.now() + timedelta(seconds=1)
    assert sign_ins.sign_in(opened, "guanli", fresh, later)


def test_a_user_is_corrected_and_what_is_not_given_stays(run, opened):
    run("users", "add", "jingban", "--role", "handler", "--unit", "市环保局", "--title", "周")
    assert run("users", "change", "jingban", "--title", "周主任").output.split() == [
        "jingban", "周主任", "handler", "市环保局",
    ]  # fmt: skip
    assert run("users", "change", "jingban", "--role", "agent").output.split() == [
        "jingban", "周主任", "agent",
    ]  # fmt: skip


def test_another_unit_ends_the_sign_ins_and_another_title_does_not(run, opened):
    added = run("users", "add", "jingban", "--role", "handler", "--unit", "市环保局")
    token = sign_ins.sign_in(opened, "jingban", added.output.split()[1], clock.now())
    run("users", "change", "jingban", "--title", "周")
    assert sign_ins.user_of(opened, token, clock.now()).title == "周"
    run("users", "change", "jingban", "--unit", "市公安局")
    with pytest.raises(NotSignedIn):
        sign_ins.user_of(opened, token, clock.now())


def test_the_last_administrator_stays_one(run):
    run("users", "add", "guanli", "--role", "administrator")
    refused = run("users", "change", "guanli", "--role", "agent")
    assert refused.exit_code == 1
    assert "至少须保留一位管理员" in refused.output


def test_a_wrong_name_is_refused_in_words(run):
    result = run("users", "reset", "nobody")
    assert result.exit_code == 1
    assert "没有登录名为「nobody」的用户" in result.output


def test_demo_people_are_made_once(run):
    first = run("prepare", "--demo").output
    assert "zuoxi" in first
    assert run("prepare", "--demo").output == first
