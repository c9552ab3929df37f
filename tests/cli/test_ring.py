"""`hotline ring` plays a switch against the real line and web applications."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders import AGENT
from click.testing import CliRunner, Result
from sqlmodel import select
from werkzeug.serving import BaseWSGIServer, make_server

from hotline import clock
from hotline.app import create_app
from hotline.cli import main
from hotline.db import Database
from hotline.settings import Settings
from hotline.telephony.calls import CallCaller
from hotline.telephony.events import CallEvent, CallProgress
from hotline.telephony.seats import leave_seat, take_seat
from hotline.web.line import create_line

NUMBER = "13800000000"


@dataclass
class City:
    """Both processes, as threads, and the command beside them."""

    database: Database
    environment: dict[str, str]

    def ring(self, *arguments: str, number: str = NUMBER, **environment: str) -> Result:
        return CliRunner().invoke(
            main, ["ring", "--number", number, *arguments], env=self.environment | environment
        )

    def sit(self, extension: str) -> None:
        with self.database.work() as session:
            leave_seat(session, AGENT)
            take_seat(session, AGENT, extension, now=clock.now())

    def kinds(self, result: Result) -> list[str]:
        """What was told of the call that the command has named."""
        call_id = _call_id(result)
        with self.database.read() as session:
            query = select(CallEvent.kind).where(CallEvent.call_id == call_id)
            return list(session.exec(query.order_by(CallEvent.position)))

    def progress(self, result: Result) -> CallProgress:
        with self.database.read() as session:
            return session.get_one(CallProgress, _call_id(result))


def _call_id(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output.splitlines()[0].rpartition("编号 ")[2]


def serving(app) -> BaseWSGIServer:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"), database_url="", redis_url="")
    app = create_app(settings)
    web, line = serving(app), serving(create_line(settings))
    environment = {
        "HOTLINE_DATA_DIR": str(settings.data_dir), "HOTLINE_HOST": "127.0.0.1",
        "HOTLINE_PORT": str(web.port), "HOTLINE_LINE_PORT": str(line.port),
        "DATABASE_URL": "", "REDIS_URL": "",
    }  # fmt: skip
    yield City(app.extensions["hotline"].database, environment)
    web.shutdown()
    line.shutdown()


def test_a_call_rings_at_a_free_seat_and_is_talked_on(city: City):
    city.sit("8007")
    result = city.ring("--dialled", "12369", "--talk", "0")
    assert result.output.splitlines()[1:] == [
        "答复：统一接听 12345", "排队", "振铃 8007", "接通 8007", "挂断 8007",
        f"录音 {_call_id(result)}.wav",
    ]  # fmt: skip
    assert city.kinds(result) == ["queued", "offered", "answered", "ended", "recorded"]
    with city.database.read() as session:
        assert session.get_one(CallCaller, _call_id(result)).number == NUMBER


def test_the_extension_named_is_the_one_that_rings(city: City):
    result = city.ring("--dialled", "12319", "--extension", "8111", "--talk", "0")
    assert "振铃 8111" in result.output
    assert city.progress(result).extension == "8111"


def test_a_caller_who_gives_up_was_never_answered(city: City):
    city.sit("8007")
    result = city.ring("--dialled", "12345", "--abandon")
    assert city.kinds(result) == ["queued", "offered", "abandoned"]
    assert city.progress(result).state == "abandoned"


def test_a_caller_who_gives_up_does_not_wait_for_a_free_seat(city: City):
    with city.database.work() as session:
        leave_seat(session, AGENT)
    result = city.ring("--dialled", "12345", "--abandon")
    assert "没有空闲的坐席" in result.output
    assert city.kinds(result) == ["queued", "abandoned"]


def test_an_emergency_line_is_passed_through_even_while_the_web_process_is_down(city: City):
    result = city.ring("--dialled", "110", HOTLINE_PORT="1")
    assert result.output.splitlines()[1:] == [
        "答复：直通 110", "应急线路 110 由交换机立即接通，不排队，不经平台。",
    ]  # fmt: skip
    assert city.kinds(result) == []


def test_a_retained_line_is_transferred_to(city: City):
    result = city.ring("--dialled", "12388", "--talk", "0")
    assert result.output.splitlines()[1:] == ["答复：转接 12388", "转出 12388", "挂断"]
    assert city.progress(result).asked_at is None


def test_a_withheld_number_rings_too(city: City):
    result = city.ring("--dialled", "12345", "--extension", "8111", "--talk", "0", number="")
    assert result.output.startswith("来电 （号码隐藏） 拨打 12345")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"HOTLINE_LINE_PORT": "1"}, "HOTLINE_LINE_PORT"),
        ({"HOTLINE_PORT": "1"}, "HOTLINE_PORT"),
    ],
)
def test_a_process_that_does_not_run_is_named_with_the_remedy(
    city: City, wrong: dict[str, str], said: str
):
    result = city.ring("--dialled", "12369", **wrong)
    assert result.exit_code == 1
    assert f"核对 {said}" in result.output
    assert "make run" in result.output


def test_another_data_folder_is_named_as_the_likely_cause(city: City, tmp_path: Path):
    result = city.ring("--dialled", "12369", HOTLINE_DATA_DIR=str(tmp_path))
    assert result.exit_code == 1
    assert "HOTLINE_DATA_DIR" in result.output


def test_what_the_switch_may_not_say_is_refused_with_the_sentence_of_the_process(city: City):
    result = city.ring("--dialled", "1" * 65)
    assert result.exit_code == 1
    assert "dialled" in result.output
