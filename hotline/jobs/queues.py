"""The queues by name, how to reach them, and the one wake-up: it may be lost, work may not."""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from hotline.settings import Settings

log = structlog.get_logger()

DELIVERY = "delivery"
QUEUES = (DELIVERY,)

# A caller waits no longer than this for a queue that is away, in seconds.
PATIENCE = 0.5
IMPATIENT: dict[str, Any] = {
    "socket_connect_timeout": PATIENCE,
    "socket_timeout": PATIENCE,
    "retry": Retry(NoBackoff(), 0),
}
LOOK_EVERY = 0.1
# A job that hangs longer is ended; what it had claimed is swept up like after a kill.
JOB_TIMEOUT = 600
FAILURES_KEPT = 24 * 3600
# sun_path of a unix socket holds 108 bytes with the final zero.
LONGEST_SOCKET_PATH = 107


def url(settings: Settings) -> str:
    return settings.redis_url or f"unix://{socket_path(settings)}"


def connect(settings: Settings) -> Redis:
    """The queue, connected when first used; refuses at once when it is away."""
    return Redis.from_url(url(settings), **IMPATIENT)


def queue(redis: Redis, name: str) -> Queue:
    # JSON, so that whoever can write to the queue cannot make us unpickle things.
    return Queue(name, connection=redis, serializer=JSONSerializer)


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def wait_for(redis: Redis, patience: float | None = None) -> bool:
    """Whether the queue answers within so many seconds; with none named, waits until it does."""
    deadline = None if patience is None else time.monotonic() + patience
    while not answers(redis):
        if deadline is not None and time.monotonic() > deadline:
            return False
        time.sleep(LOOK_EVERY)
    return True


def wake(redis: Redis) -> None:
    """Asks a worker to send what is due; never fails, because the clock asks again anyway."""
    try:
        waiting = queue(redis, DELIVERY)
        # Only a job that has not begun makes this one needless: a running one may be past us.
        if not len(waiting):
            waiting.enqueue_call(
                "hotline.jobs.tasks.drain",
                timeout=JOB_TIMEOUT,
                result_ttl=0,
                failure_ttl=FAILURES_KEPT,
            )
    except RedisError as error:
        log.warning("queue away, wake-up lost", error=str(error))


def socket_path(settings: Settings) -> Path:
    """The socket in the data folder, or where its path is too long, one that the folder names."""
    path = settings.queue_socket
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return _short_folder(settings.data_dir / "queue.folder") / "queue.sock"


def _short_folder(record: Path) -> Path:
    """A private folder with a short, unguessable name; the record makes all processes agree."""
    if not record.exists():
        record.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(prefix="hotline-")
        aside = record.with_name(f"{record.name}.{os.getpid()}")
        aside.write_text(folder)
        try:
            os.link(aside, record)
        except FileExistsError:
            Path(folder).rmdir()
        finally:
            aside.unlink()
    folder = Path(record.read_text())
    # A cleaned /tmp takes the folder with it.
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
