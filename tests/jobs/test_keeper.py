"""What ends is started again, until the keeper is told to stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from served import PATIENCE, eventually
from structlog.testing import capture_logs

from hotline.jobs import keeper as jobs_keeper
from hotline.jobs.keeper import Keeper, end

KEEPER = [sys.executable, "-m", "hotline.jobs.keeper", "--"]


def child(log: Path, after: str) -> list[str]:
    """A program that notes its process id and the moment, then does something."""
    note = "open(sys.argv[1], 'a').write(f'{os.getpid()} {time.time()}\\n')"
    return [sys.executable, "-c", f"import os, sys, time\n{note}\n{after}", str(log)]


def lives(log: Path) -> list[tuple[int, float]]:
    if not log.exists():
        return []
    return [(int(pid), float(at)) for pid, at in map(str.split, log.read_text().splitlines())]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def kept(command: list[str], **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A keeper, waited for at the end; after a failure nobody would have told it to stop."""
    with subprocess.Popen([*KEEPER, *command], **how) as keeper:
        try:
            yield keeper
        except BaseException:
            keeper.kill()
            raise


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "lives"


def test_a_killed_process_is_started_again(log: Path):
    with kept(child(log, "time.sleep(600)")) as keeper:
        assert eventually(lambda: len(lives(log)) == 1)
        os.kill(lives(log)[0][0], signal.SIGKILL)
        assert eventually(lambda: len(lives(log)) == 2)
        keeper.terminate()
    assert not is_alive(lives(log)[1][0])


def test_a_process_that_keeps_failing_is_started_ever_later(log: Path):
    with kept(child(log, "sys.exit(1)"), stderr=subprocess.PIPE) as keeper:
        assert eventually(lambda: len(lives(log)) >= 4)
        keeper.terminate()
        said = keeper.stderr.read().decode()
    moments = [at for _, at in lives(log)[:4]]
    waits = [later - at for at, later in zip(moments, moments[1:], strict=False)]
    # No wait can be too short; a busy machine makes any of them longer.
    assert all(wait >= least for wait, least in zip(waits, (0.2, 0.4, 0.8), strict=True))
    assert said.count("restarting") >= 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_keeper_told_to_stop_takes_its_child_along(log: Path, number: signal.Signals):
    with kept(child(log, "time.sleep(600)")) as keeper:
        assert eventually(lambda: len(lives(log)) == 1)
        keeper.send_signal(number)
        assert keeper.wait(PATIENCE) == 0
    time.sleep(0.3)
    assert len(lives(log)) == 1
    assert not is_alive(lives(log)[0][0])


def test_a_keeper_whose_starter_was_killed_stops_too(log: Path):
    command = [*KEEPER, *child(log, "time.sleep(600)")]
    starter = f"import subprocess, time; subprocess.Popen({command!r}); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", starter]) as process:
        assert eventually(lambda: len(lives(log)) == 1)
        process.kill()
    assert eventually(lambda: not is_alive(lives(log)[0][0]))


def test_a_command_that_is_not_there_is_named():
    done = subprocess.run(
        [*KEEPER, "no-such-command"], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 1
    assert "no-such-command" in done.stderr


def test_a_keeper_that_is_killed_leaves_no_child_behind(log: Path):
    with kept(child(log, "time.sleep(600)")) as keeper:
        assert eventually(lambda: len(lives(log)) == 1)
        keeper.kill()
    assert eventually(lambda: not is_alive(lives(log)[0][0]))


def test_a_process_deaf_to_its_stop_signal_is_killed(log: Path):
    deaf = "import signal; signal.signal(15, signal.SIG_IGN)"
    note = child(log, "time.sleep(600)")
    with subprocess.Popen([*note[:2], f"{deaf}\n{note[2]}", *note[3:]]) as process:
        assert eventually(lambda: len(lives(log)) == 1)
        assert end(process, 0.2) == -signal.SIGKILL


def test_a_process_that_keeps_ending_is_an_error_in_the_log(
    log: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs_keeper, "LONGEST_WAIT", 0.4)
    keeper = Keeper(child(log, "sys.exit(3)"))
    with capture_logs() as logs:
        running = threading.Thread(target=keeper.run)
        running.start()
        assert eventually(lambda: len(logs) >= 3)
        keeper.stop()
        running.join()
    # A busy machine may have let it end once more before it was told to stop.
    del logs[3:]
    assert [entry["log_level"] for entry in logs] == ["warning", "error", "error"]
    assert [entry["after"] for entry in logs] == [0.2, 0.4, 0.4]
    assert {entry["code"] for entry in logs} == {3}


def test_a_refusal_at_the_first_start_ends_the_keeper_with_the_same_code(log: Path):
    done = subprocess.run([*KEEPER, *child(log, f"sys.exit({os.EX_CONFIG})")], timeout=PATIENCE)
    assert done.returncode == os.EX_CONFIG
    assert len(lives(log)) == 1


def test_the_same_refusal_later_is_tried_again(log: Path):
    # A port may be taken for a moment: what has run once is not given up.
    after = f"sys.exit({os.EX_CONFIG} if open(sys.argv[1]).read().count(chr(10)) > 1 else 1)"
    with kept(child(log, after)) as keeper:
        assert eventually(lambda: len(lives(log)) >= 3)
        keeper.terminate()


def test_a_program_that_is_gone_for_a_moment_is_waited_for(log: Path, tmp_path: Path):
    program = tmp_path / "program"
    command = child(log, "time.sleep(600)")

    def install() -> None:
        code = command[2].replace("sys.argv[1]", repr(str(log)))
        program.write_text(f"#!{sys.executable}\n{code}\n")
        program.chmod(0o755)

    install()
    with kept([str(program)]) as keeper:
        assert eventually(lambda: len(lives(log)) == 1)
        program.unlink()
        os.kill(lives(log)[0][0], signal.SIGKILL)
        time.sleep(1)
        install()
        assert eventually(lambda: len(lives(log)) == 2)
        keeper.terminate()
