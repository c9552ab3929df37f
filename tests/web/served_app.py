"""A small application for gunicorn to serve, as slow and as long as a test needs."""

import os
import time
from collections.abc import Iterator

from flask import Flask, Response

from hotline.errors import Unavailable
from hotline.web.stopping import stopping

app = Flask(__name__)


def refused() -> Flask:
    """No application; each worker takes another while to find out."""
    time.sleep(os.getpid() % 4 / 2)
    raise Unavailable


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.get("/slow")
def slow() -> Response:
    def work() -> Iterator[str]:
        yield "begun"
        time.sleep(1)
        yield "done"

    return Response(work())


@app.get("/stream")
def stream() -> Response:
    def messages() -> Iterator[str]:
        yield "data: first\n\n"
        stopping.wait()
        yield "data: last\n\n"

    return Response(messages(), content_type="text/event-stream")
