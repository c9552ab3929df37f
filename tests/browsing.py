"""A browser for the tests of pages, without a window."""

import re
from functools import cached_property
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HTML = {"Accept": "text/html"}
_serial = count()
PASSWORD = "a long enough password"


class Browser:
    """One browser: signs in by the real form, then sends its token with every form."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        # Of its own address, so that no browser uses up the limits of another.
        self.client.environ_base["REMOTE_ADDR"] = f"10.0.{next(_serial)}.1"

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, headers=HTML | more.pop("headers", {}), **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        return self.client.post(
            path,
            data={"csrf_token": self.token} | (data or {}),
            headers=HTML | more.pop("headers", {}),
            **more,
        )

    def sign_in(self, name: str, password: str) -> TestResponse:
        return self.post("/sign-in", {"name": name, "password": password})

    @cached_property
    def token(self) -> str:
        return re.search(r'csrf-token" content="([^"]+)', self.get("/sign-in").text)[1]


def a_look(statement: object) -> bool:
    """Whether it is of the look, once a second, for a newer registry, model, correction, article.

    So may be any BEGIN, which asks nothing.
    """
    looked_at = ("reference_version", "FROM correction", "max(article_event", "BEGIN")
    return any(words in str(statement) for words in looked_at)
