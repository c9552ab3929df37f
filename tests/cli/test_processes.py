"""Processes as they are started in the city: real sockets, real signals."""

import errno
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from served import HOTLINE, PATIENCE, Served, environment, eventually, free_port, served

from hotline.cli.listening import CannotListen, listen
from hotline.settings import Settings
from hotline.web.serving import threads

ROOT = Path(__file__).parents[2]


def addresses(host: str, port: int) -> list[str]:
    opened = listen(host, port, setting="HOTLINE_PORT")
    found = [listener.getsockname()[0] for listener in opened]
    for listener in opened:
        listener.close()
    return found


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("localhost", ["127.0.0.1", "::1"]),
        ("*", ["0.0.0.0", "::"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("::1", ["::1"]),
        ("0.0.0.0", ["0.0.0.0"]),
    ],
)
def test_a_host_stands_for_its_addresses_of_both_families(host: str, found: list[str]):
    assert addresses(host, free_port()) == found


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("localhost", "localhost"), ("*", "localhost"), ("0.0.0.0", "localhost"),
        ("::", "localhost"), ("fd00::2", "[fd00::2]"), ("10.0.0.5", "10.0.0.5"),
    ],
)  # fmt: skip
def test_the_addresses_shown_can_be_opened_on_this_machine(host: str, shown: str):
    assert Settings(host=host).reachable_host == shown


@pytest.mark.parametrize("reason", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
def test_a_machine_without_ipv6_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch, reason: int):
    create, port = socket.create_server, free_port()

    def without_ipv6(address: tuple[str, int], *, family: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(reason, os.strerror(reason))
        return create(address, family=family)

    monkeypatch.setattr(socket, "create_server", without_ipv6)
    assert addresses("localhost", port) == ["127.0.0.1"]
    with pytest.raises(CannotListen, match="HOTLINE_HOST"):
        addresses("::1", port)


def test_an_address_that_is_not_ours_is_named():
    with pytest.raises(CannotListen, match="192.0.2.1.*HOTLINE_HOST"):
        addresses("192.0.2.1", free_port())


def test_a_port_that_is_given_back_in_a_moment_is_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        code = f"from hotline.cli.listening import listen; listen('127.0.0.1', {port}, setting='')"
        waiting = subprocess.Popen([sys.executable, "-c", code])
        time.sleep(1)
    assert waiting.wait(PATIENCE) == 0


def test_a_port_in_use_is_named_with_its_setting_and_is_no_reason_to_try_again(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = subprocess.run(
            [*HOTLINE, "process", "line"],
            env=environment(tmp_path, HOTLINE_LINE_PORT=str(port)),
            capture_output=True,
            text=True,
        )
    assert done.returncode == os.EX_CONFIG
    assert f"端口 {port} 已被占用" in done.stderr
    assert "HOTLINE_LINE_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_web_and_line_answer_on_ipv6_and_ipv4_by_default(tmp_path: Path):
    with served("line", tmp_path) as line:
        assert line.answers(host="127.0.0.1")
        assert line.answers(host="[::1]")


def test_senders_that_fall_silent_do_not_silence_the_line(tmp_path: Path):
    half = b"POST /calls HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    with served("line", tmp_path) as line:
        address = ("127.0.0.1", line.port)
        slow = [socket.create_connection(address) for _ in range(threads + 10)]
        for connection in slow:
            connection.sendall(half)
        assert eventually(line.answers)
        for connection in slow:
            connection.close()
        assert "Traceback" not in line.log()


def test_a_web_process_without_its_database_says_so_without_a_stack_of_calls(tmp_path: Path):
    nowhere = f"postgresql://hotline@127.0.0.1:{free_port()}/hotline"
    done = subprocess.run(
        [*HOTLINE, "process", "web"],
        env=environment(tmp_path, DATABASE_URL=nowhere, HOTLINE_PORT=str(free_port())),
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
        # With others in its session, on a busy machine it would come last: it is nice.
        start_new_session=True,
    )
    assert done.returncode != 0
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to run in, with the command that the Procfile names."""
    hotline = tmp_path / "bin" / "hotline"
    hotline.parent.mkdir()
    hotline.write_text(f"#!{sys.executable}\nfrom hotline.cli import main\nmain()\n")
    hotline.chmod(0o755)
    return tmp_path


def started(place: Path, ports: dict[str, str], said: str, *names: str) -> Served:
    """What `make run` starts, in the same way; or of that, these processes alone."""
    path = f"{place / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    with (place / said).open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "honcho", "-f", str(ROOT / "Procfile"), "start", *names],
            env=environment(place / "var", PATH=path, PYTHONPATH=str(ROOT), **ports),
            cwd=place, stdout=out, stderr=out,
        )  # fmt: skip
    return Served(process, int(ports["HOTLINE_PORT"]), place / said)


def alive(place: Path) -> list[int]:
    """Processes that work on this data folder."""
    mark = f"HOTLINE_DATA_DIR={place / 'var'}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def test_everything_starts_refuses_a_second_start_and_stops_in_seconds(place: Path):
    ports = {"HOTLINE_PORT": str(free_port()), "HOTLINE_LINE_PORT": str(free_port())}
    first = started(place, ports, "first")
    try:
        assert eventually(lambda: first.answers("/readyz", "[::1]"), 3 * PATIENCE), first.log()
        second = started(place, ports, "second", "line")
        assert second.process.wait(2 * PATIENCE) == os.EX_CONFIG
        assert re.search(r"端口 \d+ 已被占用", second.log())
        assert_any_web_process_answers_for_all(first, place / "var")
        assert first.stop(signal.SIGINT) < 30
    finally:
        if first.process.poll() is None:
            first.stop()
    assert eventually(lambda: not alive(place))
    assert "Traceback" not in first.log() + second.log()


def assert_any_web_process_answers_for_all(web: Served, folder: Path) -> None:
    key = (folder / "secrets" / "metrics").read_text()
    name = 'hotline_requests_total{endpoint="pages.healthz",status="200"} '

    def count() -> float:
        shown = web.ask("/metrics", key=key).body.decode()
        return float(shown.partition(name)[2].partition("\n")[0])

    web.ask("/healthz")
    before = count()
    for _ in range(20):
        web.ask("/healthz")
    assert [count() for _ in range(10)] == [before + 20] * 10
