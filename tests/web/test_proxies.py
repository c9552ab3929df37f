"""Whom we believe about the caller's address and scheme."""

import re
from pathlib import Path

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient

from hotline.errors import Invalid
from hotline.settings import Settings, load
from hotline.web.admission import LARGER
from hotline.web.proxies import BehindProxy

NGINX = (Path(__file__).parents[2] / "docs" / "nginx.conf").read_text()

SAID = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Forwarded-Proto": "https"}


def client(trusted: str) -> FlaskClient:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: jsonify([request.remote_addr, request.scheme]))
    app.wsgi_app = BehindProxy(app.wsgi_app, trusted)
    return app.test_client()


@pytest.mark.parametrize("trusted", ["127.0.0.1", "10.0.0.0/8, 127.0.0.0/8", "::1,127.0.0.1"])
def test_a_trusted_proxy_is_believed_about_who_asked_it(trusted: str):
    # Only the last address was written by the proxy; the others, anybody may have sent.
    assert client(trusted).get("/", headers=SAID).json == ["203.0.113.9", "https"]


@pytest.mark.parametrize("address", ["127.0.0.2", "::1", "not an address"])
def test_anybody_else_is_not_believed(address: str):
    answer = client("127.0.0.1").get("/", headers=SAID, environ_base={"REMOTE_ADDR": address})
    assert answer.json == [address, "http"]


def test_a_trusted_proxy_that_says_nothing_changes_nothing():
    assert client("127.0.0.1").get("/").json == ["127.0.0.1", "http"]


def test_nobody_is_trusted_unless_a_setting_says_so():
    assert Settings().trusted_proxies == ""


@pytest.mark.parametrize("value", ["nginx", "127.0.0.1;::1", "10.0.0.1/8", "127.0.0.1,"])
def test_a_wrong_proxy_is_named_with_its_setting(monkeypatch: pytest.MonkeyPatch, value: str):
    monkeypatch.setenv("HOTLINE_TRUSTED_PROXIES", value)
    with pytest.raises(Invalid, match="HOTLINE_TRUSTED_PROXIES.*网段"):
        load()


def test_the_example_of_nginx_lets_large_forms_through(app):
    large = re.compile(re.search(r"location ~ (\S+) \{", NGINX)[1])
    for rule in app.url_map.iter_rules():
        if rule.endpoint in LARGER:
            assert large.search(re.sub("<[^>]+>", "x", rule.rule)), rule.rule
