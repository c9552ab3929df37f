"""What ends is started again, until the keeper is told to stop."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_queue import eventually

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
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "lives"


def test_a_killed_process_is_started_again(log: Path):
    with subprocess.Popen([*KEEPER, *child(log, "time.sleep(60)")]) as keeper:
        assert eventually(lambda: len(lives(log)) == 1)
        os.kill(lives(log)[0][0], signal.SIGKILL)
        assert eventually(lambda: len(lives(log)) == 2)
        keeper.terminate()
    assert not is_alive(lives(log)[1][0])


def test_a_process_that_keeps_failing_is_started_ever_later(log: Path):
    with subprocess.Popen([*KEEPER, *child(log, "sys.exit(1)")], stderr=subprocess.PIPE) as keeper:
        assert eventually(lambda: len(lives(log)) == 4)
        keeper.terminate()
        said = keeper.stderr.read().decode()
    moments = [at for _, at in lives(log)]
    waits = [later - at for at, later in zip(moments, moments[1:], strict=False)]
    assert waits == sorted(waits)
    assert waits[0] >= 0.2
    assert waits[2] >= 0.8
    assert said.count("restarting") >= 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_keeper_told_to_stop_takes_its_child_along(log: Path, number: signal.Signals):
    with subprocess.Popen([*KEEPER, *child(log, "time.sleep(60)")]) as keeper:
        assert eventually(lambda: len(lives(log)) == 1)
        keeper.send_signal(number)
        assert keeper.wait(5) == 0
    time.sleep(0.3)
    assert len(lives(log)) == 1
    assert not is_alive(lives(log)[0][0])


def test_a_keeper_whose_starter_was_killed_stops_too(log: Path):
    command = [*KEEPER, *child(log, "time.sleep(60)")]
    starter = f"import subprocess, time; subprocess.Popen({command!r}); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", starter]) as process:
        assert eventually(lambda: len(lives(log)) == 1)
        process.kill()
    assert eventually(lambda: not is_alive(lives(log)[0][0]))


def test_a_command_that_is_not_there_is_named():
    done = subprocess.run([*KEEPER, "no-such-command"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert "no-such-command" in done.stderr
