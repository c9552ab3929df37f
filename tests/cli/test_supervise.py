"""`hotline supervise`: tells what was said, and no more."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from builders import CALENDAR, DISPATCHER, ENVIRONMENT, NOON, Desk
from click.testing import CliRunner
from sqlalchemy import text
from walks import quarrelled

from hotline.cli import main
from hotline.db import Database
from hotline.settings import Settings
from hotline.tickets import dispatch

# As if the other unit replied between the look at the clock and the order.
MEANWHILE = text(
    "CREATE TRIGGER meanwhile AFTER INSERT ON supervision_order BEGIN UPDATE assignment "
    "SET ended_at = dispatched_at WHERE ticket_id <> NEW.ticket_id; END"
)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared_folder: Path) -> Database:
    shutil.copytree(prepared_folder, tmp_path / "var")
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Database(Settings(data_dir=tmp_path / "var", database_url="").db_url)


def said(*arguments: str) -> list[str]:
    result = CliRunner().invoke(main, ["supervise", *arguments])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_a_late_joint_ruling_and_a_silent_assistant_are_told_in_the_dry_run_and_once(
    base: Database,
):
    with base.work() as session:
        quarrelled(Desk(session, NOON))
        ticket = Desk(session, NOON).in_progress()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON + timedelta(hours=1)}
        dispatch.assist(session, ticket, ENVIRONMENT, **facts)
    dry = said("--dry-run")
    assert any("话务台  会商裁定超时" in line for line in dry)
    assert any(f"{ENVIRONMENT}  协办超时提醒" in line for line in dry)
    assert said()[:-1] == dry[:-1]
    assert said() == ["0 件"]
    base.engine.dispose()


def test_a_step_that_no_longer_holds_is_neither_taken_nor_told(base: Database):
    with base.work() as session:
        for _ in range(2):
            Desk(session, NOON).dispatched()
        session.execute(MEANWHILE)
    assert said("--dry-run")[-1] == "2 件（未执行）"
    first, total = said()
    assert "红色督办单" in first
    assert total == "1 件"
    assert said() == ["0 件"]
    base.engine.dispose()
