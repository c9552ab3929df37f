"""Counts requests, and shows Prometheus what is counted; needs no database, for the line's sake."""

import hmac
import os
import time
from collections.abc import Callable, Iterable

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from hotline.errors import NotSignedIn
from hotline.people.privacy import secret
from hotline.settings import Settings
from hotline.web.problem_document import problem

SECRET = "metrics"
KEY_NEEDED = "请用 Authorization: Bearer 提供监控密钥（数据目录 secrets/metrics）。"
# Seconds; what people feel lies between 0.1 and 1, and time-outs lie above.
STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter("hotline_requests", "Requests answered.", ("endpoint", "status"), registry=None)
SECONDS = Histogram(
    "hotline_request_seconds",
    "Time until an answer was ready, in seconds.",
    ("endpoint",),
    buckets=STEPS,
    registry=None,
)
Gauges = Callable[[], Iterable[Metric]]


class _Now(Collector):
    """What is not counted but looked at, when asked."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        return self._gauges()


def install(app: Flask, settings: Settings, gauges: Gauges) -> None:
    """Counts every request from here on, and adds `GET /metrics`, where `gauges` are shown too."""
    app.before_request(_begin)
    app.after_request(_count)
    app.register_blueprint(_metrics(settings, gauges))


def _begin() -> None:
    g.began = time.perf_counter()


def _count(response: Response) -> Response:
    # An address that is none has no endpoint; its text is the caller's, and without end.
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, response.status_code).inc()
    if "began" in g:
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)
    return response


def _metrics(settings: Settings, gauges: Gauges) -> Blueprint:
    """Guarded by a secret of its own: no proxy can open it by mistake, no outage can close it."""
    metrics = Blueprint("metrics", __name__)
    expected = f"Bearer {secret(settings.data_dir, SECRET).hex()}".encode()

    @metrics.get("/metrics")
    def show() -> Response:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            return problem(NotSignedIn.status, NotSignedIn.code, KEY_NEEDED)
        return Response(generate_latest(_registry(gauges)), content_type=CONTENT_TYPE_LATEST)

    return metrics


def _registry(gauges: Gauges) -> CollectorRegistry:
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        # Of several web processes any may be asked, and answers for all.
        MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    registry.register(_Now(gauges))
    return registry
