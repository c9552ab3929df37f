"""The real web application on a data folder of its own, and callers with keys."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from browsing import PASSWORD, Browser
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from hotline import clock
from hotline.app import create_app
from hotline.people import keys, users
from hotline.people.rights import Role
from hotline.settings import Settings


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory,
    shared_url: str,
    compiled_templates: FileSystemBytecodeCache,
) -> Iterator[Flask]:
    # One application a file and database: tests use tickets of their own.
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("var"), database_url=shared_url, redis_url=""
    )
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    yield app
    app.extensions["hotline"].database.engine.dispose()


@dataclass
class Caller:
    """A program that calls the API with its key."""

    client: FlaskClient
    key: str = ""

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.client.post(
            f"/api/v1{path}",
            # As most clients send it: pure ASCII, so that even half a character gets through.
            data=json.dumps({} if body is None else body),
            content_type="application/json",
            headers=self._headers(headers),
        )

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self._headers({}))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return own | {name.replace("_", "-"): value for name, value in more.items()}


@pytest.fixture(scope="module")
def caller(app: Flask) -> Callable[..., Caller]:
    made: dict[tuple[Role, str, str], Caller] = {}

    def make(role: Role | None = None, unit: str = "", channel: str = "") -> Caller:
        if role is None:
            return Caller(app.test_client())
        whose = role, unit, channel
        if whose not in made:
            database = app.extensions["hotline"].database
            with database.work() as session:
                facts = {"unit": unit, "channel": channel, "now": clock.now()}
                text = keys.make(session, "".join(whose), role, **facts)
            made[whose] = Caller(app.test_client(), text)
        return made[whose]

    return make


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """A browser in which nobody has signed in."""
    return Browser(app.test_client())


@pytest.fixture(scope="module")
def signs_in(app: Flask, password_hash: str) -> Callable[..., Browser]:
    """A browser in which a new user of the role (and unit) signs in: agent0 or so."""
    serial = count()

    def browser(role: Role, unit: str = "") -> Browser:
        name = f"{role}{next(serial)}"
        with app.extensions["hotline"].database.work() as session:
            users.add(
                session, name, f"测试{name}", role, unit=unit, password_hash=password_hash,
                must_change=False, now=clock.now(),
            )  # fmt: skip
        browser = Browser(app.test_client())
        assert browser.sign_in(name, PASSWORD).status_code == 302
        return browser

    return browser


@pytest.fixture(scope="module")
def signed_in(app: Flask, signs_in: Callable[..., Browser]) -> Callable[..., Browser]:
    """A browser in which the one user of the role (and unit) has signed in before."""
    first: dict[tuple[Role, str], Browser] = {}
    cookie = app.config["SESSION_COOKIE_NAME"]

    def browser(role: Role, unit: str = "") -> Browser:
        # A password takes long to check, on purpose: once is enough.
        if (role, unit) not in first:
            first[role, unit] = signs_in(role, unit)
        known = first[role, unit]
        browser = Browser(app.test_client())
        browser.token = known.token
        browser.client.set_cookie(cookie, known.client.get_cookie(cookie).value)
        return browser

    return browser


@pytest.fixture
def agent(caller) -> Caller:
    return caller(Role.AGENT)


@pytest.fixture
def dispatcher(caller) -> Caller:
    return caller(Role.DISPATCHER)


@pytest.fixture
def city_handler(caller) -> Caller:
    return caller(Role.HANDLER, "市城管执法局")


@pytest.fixture
def other_handler(caller) -> Caller:
    return caller(Role.HANDLER, "市环保局")
