"""How gunicorn serves: settings of its own file form, read as `python:hotline.web.serving`."""

import gc
import json
import logging
import os
import shutil
import socket
import struct
import sys
from functools import partial
from importlib import import_module
from types import FrameType
from typing import Any

from gunicorn import util
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from hotline.errors import HotlineError
from hotline.web.problem_document import CONTENT_TYPE, document
from hotline.web.stopping import stopping

worker_class = "hotline.web.serving.Worker"
# A thread is held by a slow sender until it is cut off, so there are more than there is work.
threads = 64
# Seconds for requests in flight when told to stop; honcho kills whatever lives after five.
graceful_timeout = 3
# Seconds without a sign of life until a worker is killed, and started again: one that is starting
# on a busy machine gives none, and would never get further.
timeout = 120
# A worker's heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm"
control_socket_disable = True
# Whom to believe about X-Forwarded-*, is decided by `hotline.web.proxies` alone.
forwarded_allow_ips = ""

# Which no process ends with.
NO_CODE = -1
# Seconds without a byte after which a sender is cut off; gunicorn itself would wait for ever.
SILENCE = 5
BAD_REQUEST = "请求不符合 HTTP 格式，无法解析，请检查请求行和请求头。"
SENTENCES = {
    403: "请求被拒绝，请检查代理设置。",
    417: "不支持这个 Expect 请求头，请去掉。",
    431: "请求头过多或过长，请减少后重试。",
    500: "系统出错，内容未改动，请稍后再试。",
    501: "不支持这种传输编码，请用 chunked 或 Content-Length。",
}


class Worker(ThreadWorker):
    """Ends promptly when told to: streams get word, and idle connections are not waited for."""

    def init_process(self) -> None:
        self.log.error_log.addFilter(_is_no_silence)
        super().init_process()

    def load_wsgi(self) -> None:
        try:
            super().load_wsgi()
        except HotlineError as refusal:
            self.log.error(refusal.sentence)
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        stopping.set()
        super().handle_exit(sig, frame)
        self.method_queue.defer(self._close_idle)

    def _close_idle(self) -> None:
        for connection in (*self.keepalived_conns, *self.pending_conns):
            connection.timeout = 0.0
        self.murder_keepalived()
        self.murder_pending()


def _is_no_silence(record: logging.LogRecord) -> bool:
    # Whoever is cut off for silence is no fault of ours; a stack of calls for each is a flood.
    return not (record.exc_info and isinstance(record.exc_info[1], BlockingIOError))


def on_starting(server: Any) -> None:
    # gunicorn has no setting for the form of its own refusals, which are HTML in English.
    util.write_error = refuse
    server.stop = partial(stop, server)
    # Nothing that a start makes is rubbish: looking for it would take a fifth of the time.
    gc.disable()
    # Workers are forked from here: what they need is read once, and its memory shared.
    import_module(server.app.app_uri.partition(":")[0])


def stop(server: Any, graceful: bool = True) -> None:
    """Ends the workers; that another of them could not start either is no news by then."""
    # gunicorn would leave its own end by that, with a stack of calls.
    server.WORKER_BOOT_ERROR = NO_CODE
    Arbiter.stop(server, graceful)


def refuse(sender: socket.socket, status: int, reason: str, _: str) -> None:
    """A problem document for what is no HTTP, so that no application was asked."""
    sentence = SENTENCES.get(status, BAD_REQUEST)
    body = json.dumps(document(status, f"http-{status}", sentence), ensure_ascii=False).encode()
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {CONTENT_TYPE}\r\n"
    util.write_nonblock(sender, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def when_ready(server: Any) -> None:
    # Connections inherit the time-out of the socket that accepts them.
    for listener in server.LISTENERS:
        listener.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE, 0)
        )


def post_worker_init(worker: Any) -> None:
    # What is loaded by now lives as long as the process: no collection, not even the last one
    # at its end, needs to look at it again.
    gc.freeze()
    gc.enable()


def on_exit(server: Any) -> None:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
