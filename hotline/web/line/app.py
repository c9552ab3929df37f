"""The line process: a Flask application that imports no database, no queue and no router."""

from flask import Flask, Response, jsonify
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from hotline import logs
from hotline.errors import HotlineError
from hotline.settings import Settings, load
from hotline.telephony.journal import Journal
from hotline.web import metrics
from hotline.web.line.calls import answerer, calls_blueprint
from hotline.web.problem_document import problem

SENTENCES = {
    400: "请求内容无法解析，请检查格式。",
    404: "没有这个地址，来电请提交到 /calls。",
    405: "这个地址不支持此种请求方法，来电请用 POST。",
}


def create_line(settings: Settings | None = None) -> Flask:
    """Answers the switch from memory, whatever else is down."""
    settings = settings or load()
    logs.configure(settings)
    app = Flask(__name__)
    app.json.ensure_ascii = False
    answer = answerer(settings)
    app.register_blueprint(calls_blueprint(settings, answer))
    app.register_blueprint(calls_blueprint(settings, answer), url_prefix="/api/v1", name="api")
    app.register_error_handler(HotlineError, _refused)
    app.register_error_handler(HTTPException, _http)
    metrics.install(app, settings, lambda: [_journal_up(answer.journal)])

    @app.get("/healthz")
    def healthz() -> Response:
        """Alive, and whether the last record reached the disk; emergencies are answered anyway."""
        return jsonify(status="ok", journal="failing" if answer.journal.failing else "ok")

    return app


def _journal_up(journal: Journal) -> Metric:
    return GaugeMetricFamily(
        "hotline_journal_up",
        "Whether the last record reached the disk.",
        float(not journal.failing),
    )


def _refused(error: HotlineError) -> Response:
    errors = [{"field": error.field, "remedy": error.sentence}] if error.field else []
    return problem(error.status, error.code, error.sentence, errors)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    sentence = SENTENCES.get(status, HotlineError.sentence)
    response = problem(status, f"http-{status}", sentence)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response
