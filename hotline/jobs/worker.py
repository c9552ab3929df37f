"""The worker process: takes wake-ups from the queue and runs their jobs, one after the other."""

import logging
import sys

import structlog
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from hotline import logs
from hotline.jobs import queues
from hotline.settings import Settings

log = structlog.get_logger()

# With rq's own values a job of a killed worker is missed only after minutes.
OPTIONS = {"worker_ttl": 25, "job_monitoring_interval": 5, "maintenance_interval": 10}


class Worker(SimpleWorker):
    """Does not fork for each job (3 to 6 times faster), and is soon back when the queue is."""

    max_connection_wait_time = 2.0

    def set_shutdown_requested_date(self) -> None:
        """Told to stop in the middle of a job: the queue, perhaps gone already, need not know."""


def _is_no_outage(record: logging.LogRecord) -> bool:
    # A queue that is away is one line of ours in the log, not a stack of calls of theirs.
    return not (record.exc_info and isinstance(record.exc_info[1], RedisError))


def main(settings: Settings) -> None:
    """Works until told to stop, or until the queue is gone in the middle of a job."""
    logging.getLogger("rq.worker").addFilter(_is_no_outage)
    redis = queues.connect(settings)
    if not queues.answers(redis):
        log.warning("queue away, waiting for it")
        queues.wait_for(redis)
    queues.wake(redis)
    try:
        waiting = [queues.queue(redis, name) for name in queues.QUEUES]
        Worker(waiting, connection=redis, serializer=JSONSerializer, **OPTIONS).work(
            logging_level="WARNING"
        )
    except RedisError as error:
        log.error("queue away", error=str(error))
        sys.exit(1)


if __name__ == "__main__":
    logs.configure(Settings())
    main(Settings())
