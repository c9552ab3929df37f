"""Wires everything: database, registry, web; holds no rule."""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_openapi3 import Info, OpenAPI
from sqlalchemy import text
from sqlmodel import select

import hotline
from hotline import clock, logs
from hotline.city import CityWatch
from hotline.db import Database, Session, take_turn
from hotline.desk.knowledge import KnowledgeWatch
from hotline.errors import HotlineError, Unavailable
from hotline.jobs import queues
from hotline.people.privacy import has_secret, secret
from hotline.postgres import PATIENCE
from hotline.registry import knowledge, versions
from hotline.registry.directory import lines
from hotline.settings import Settings, load
from hotline.telephony import snapshot
from hotline.tickets.file_store import FileStore
from hotline.tickets.models import Contact
from hotline.web import (
    addresses,
    admission,
    calls,
    frame,
    limits,
    live,
    metrics,
    pages,
    problems,
    uploads,
    vitals,
)  # fmt: skip
from hotline.web.administration import administration
from hotline.web.api import api_blueprint
from hotline.web.api.description import DESCRIPTION
from hotline.web.attachments import attachments
from hotline.web.console import console
from hotline.web.current import Current
from hotline.web.dispatching.views import dispatching
from hotline.web.inbox.views import inbox
from hotline.web.knowledge import knowledge as knowledge_pages
from hotline.web.portal import portal
from hotline.web.proxies import BehindProxy
from hotline.web.signing import signing
from hotline.web.supervision import supervision
from hotline.web.tickets.views import tickets

log = structlog.get_logger()

BODY_LIMIT = 256 * 1024
PAGES = (
    signing, portal, console, administration, tickets, attachments, inbox, dispatching, supervision,
    knowledge_pages, live.live, pages.pages,
)  # fmt: skip
# Of several processes that start at once, one migrates and seeds while the others wait.
PREPARING = 12345_03


class UnfitDatabase(HotlineError):
    """A database that this program must not work on; nothing in it was changed."""

    code = "unfit-database"


def prepare(settings: Settings) -> Database:
    """Brings the data folder up to date: secrets, migrations, registry, its snapshot."""
    try:
        return _prepare(settings)
    except Unavailable as error:
        log.error("database not ready", cause=repr(error.__cause__))
        raise Unavailable(
            "数据库连不上、不可写或正忙，请检查 DATABASE_URL，以及数据目录的权限和空间。"
        ) from error
    except OSError as error:
        raise Unavailable(
            f"数据目录 {settings.data_dir} 不可用（{error.strerror}），"
            "请检查 HOTLINE_DATA_DIR、目录权限和磁盘空间。"
        ) from error


def _prepare(settings: Settings) -> Database:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # Also a folder that was there before: what citizens wrote lies in it.
    settings.data_dir.chmod(0o700)
    FileStore.under(settings.data_dir).folder.mkdir(exist_ok=True, mode=0o700)
    database = Database(settings.db_url)
    upgrade(database)
    with database.work() as session:
        _refuse_lost_key(session, settings.data_dir)
        secret(settings.data_dir, "contact")
        take_turn(session, PREPARING)
        versions.seed(session, clock.now())
        tables = versions.load(session)
        knowledge.seed(session, tables, clock.now())
        snapshot.write(settings.data_dir, lines(tables))
    return database


def upgrade(database: Database) -> None:
    """Runs the migrations that this database has not seen; refuses one that does not fit."""
    config = Config()
    config.set_main_option("script_location", str(Path(hotline.__file__).parent / "migrations"))
    with database.work() as session:
        take_turn(session, PREPARING)
        _refuse_newer(session, ScriptDirectory.from_config(config))
        _refuse_deaf_to_chinese(session)
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")


def _refuse_newer(session: Session, script: ScriptDirectory) -> None:
    known = {step.revision for step in script.walk_revisions()}
    found = set(MigrationContext.configure(session.connection()).get_current_heads())
    if found - known:
        raise UnfitDatabase(
            f"数据库已由较新的版本升级到 {max(found)}，本程序只认识到 {max(known)}，且不能降级；"
            "请升级本程序，或恢复升级前的备份。"
        )


def _refuse_deaf_to_chinese(session: Session) -> None:
    # With lc_ctype=C PostgreSQL takes Chinese for no letters, and searching finds nothing.
    if session.get_bind().dialect.name != "postgresql":
        return
    sql = "SELECT datctype FROM pg_database WHERE datname = current_database()"
    if session.execute(text(sql)).scalar_one() in ("C", "POSIX"):
        raise UnfitDatabase(
            "数据库的 lc_ctype 是 C，无法按中文检索；请用 UTF-8 的区域设置新建数据库，如 "
            "CREATE DATABASE hotline TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'。"
        )


def _refuse_lost_key(session: Session, data_dir: Path) -> None:
    # With another key than theirs, nobody who is in the database already would be found again.
    if not has_secret(data_dir, "contact") and _has_contacts(session):
        raise UnfitDatabase(
            f"数据库里已有诉求人，数据目录 {data_dir} 却没有 secrets/contact;"
            "请从备份或另一台主机复制 secrets 目录，再启动。"
        )


def _has_contacts(session: Session) -> bool:
    return session.exec(select(Contact.id).limit(1)).first() is not None


def create_app(settings: Settings | None = None) -> Flask:
    """The web process: API, its documentation, and the pages."""
    settings = settings or load()
    logs.configure(settings)
    prepare(settings).engine.dispose()
    database = Database(settings.db_url, patience=PATIENCE)
    redis = queues.connect(settings)
    app = _flask()
    app.extensions["hotline"] = Current(
        settings=settings,
        database=database,
        contact_key=secret(settings.data_dir, "contact"),
        city=CityWatch(database, settings),
        knowledge=KnowledgeWatch(database),
        wake=lambda: queues.wake(redis),
        queue_answers=lambda: queues.answers(redis),
    )
    problems.register(app)
    metrics.install(app, settings, vitals.gauges)
    frame.install(app)
    uploads.install(app)
    limits.install(app, queues.url(settings), queues.IMPATIENT)
    app.before_request(admission.check)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    app.register_api(api_blueprint())
    app.register_blueprint(calls.calls_blueprint(settings), url_prefix="/api/v1")
    app.paths.update(calls.PATHS)
    if settings.trusted_proxies:
        app.wsgi_app = BehindProxy(app.wsgi_app, settings.trusted_proxies)
    return app


def _flask() -> OpenAPI:
    app = OpenAPI(
        "hotline.web",
        info=Info(title="内江 12345", version=hotline.__version__, description=DESCRIPTION),
        security_schemes={
            "key": {"type": "http", "scheme": "bearer"},
            "switch": {"type": "http", "scheme": "bearer"},
        },
        doc_prefix="/api/v1",
        validation_error_callback=problems.invalid_fields,
    )
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.url_map.converters["int"] = addresses.Id
    app.json.ensure_ascii = False
    app.json.sort_keys = False
    return app
