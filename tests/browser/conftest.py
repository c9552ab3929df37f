"""A real browser before the real web process, as a desk in the city has them.

    def test_…(page_as, faults):
        page = page_as(Role.AGENT, at="/desk")

Whatever the browser complains about fails the test, unless the test has said so beforehand with
`faults.expect("status of 422")`.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright
from served import Served, served

from hotline import clock
from hotline.app import prepare
from hotline.cli.welcome import DEMO, make_demo
from hotline.jobs.keeper import background
from hotline.people.rights import Role
from hotline.settings import Settings

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
# As the agents' desks are set up.
DESK = {
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "viewport": {"width": 1366, "height": 768},
}
# Milliseconds that anything on a page may take, on a machine that does much else.
PATIENCE = 60_000
DATABASES = ["sqlite", "postgres"] if os.environ.get("HOTLINE_SOAK") else ["sqlite"]


@dataclass(frozen=True)
class Site:
    """The web process with queue and worker behind it, and one user of each role."""

    web: Served
    settings: Settings
    password: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.web.port}"


REPLACED = ("htmx:afterRequest", "htmx:sendAbort")


@dataclass
class Faults:
    """What the browsers of one test complained about."""

    said: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, words: str) -> None:
        """The test is about to provoke a complaint with these words, and must."""
        self.expected.append(words)

    def listen(self, page: Page) -> None:
        """Errors of scripts, refused by the Content-Security-Policy, or of loading anything."""
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))
        page.on("console", self._note)

    def _note(self, message) -> None:  # noqa: ANN001 (the type is not public)
        # Where a newer question takes the place of one on its way, htmx says so as of an error.
        if message.type == "error" and message.text not in REPLACED:
            self.said.append(f"{message.location['url']}: {message.text}")

    def check(self) -> None:
        missing = [words for words in self.expected if not any(words in each for each in self.said)]
        assert not missing, f"the browser never said {missing}"
        unexpected = [
            each for each in self.said if not any(words in each for words in self.expected)
        ]
        assert not unexpected


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"apt-get install {CHROMIUM.name} fonts-wqy-zenhei: {CHROMIUM} is missing")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Debian's Chromium refuses its sandbox to root.
        alone = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=alone)
        yield browser
        browser.close()


@pytest.fixture(scope="session", params=DATABASES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    url = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_server").create()
    folder = tmp_path_factory.mktemp("site")
    settings = Settings(data_dir=folder, database_url=url, redis_url="")
    make_demo(settings, prepare(settings), clock.now())
    password = json.loads((folder / "demo.json").read_text())["password"]
    with background(settings), served("web", folder, DATABASE_URL=url) as web:
        yield Site(web, settings, password)


@pytest.fixture
def faults() -> Iterator[Faults]:
    heard = Faults()
    yield heard
    heard.check()


@pytest.fixture
def new_page(chromium: Browser, site: Site, faults: Faults) -> Iterator[Callable[..., Page]]:
    """A page in a browser of its own, in which nobody has signed in; takes Playwright's options."""
    contexts = []

    def open_page(**options: object) -> Page:
        context = chromium.new_context(base_url=site.address, **DESK | options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        faults.listen(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, site: Site) -> Callable[[str], StorageState]:
    """What a browser keeps in which the user has signed in, once for all tests."""

    @cache
    def state(name: str) -> StorageState:
        with chromium.new_context(base_url=site.address, **DESK) as context:
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto("/sign-in")
            page.get_by_label("登录名").fill(name)
            page.get_by_label("口令").fill(site.password)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url(lambda address: not address.endswith("/sign-in"))
            return context.storage_state()

    return state


@pytest.fixture
def page_as(
    new_page: Callable[..., Page], signed_in: Callable[[str], StorageState]
) -> Callable[..., Page]:
    """A page of the demo user of the role (and unit), by default the first after signing in."""

    def opened(role: Role, unit: str = "", *, at: str = "/home", **options: object) -> Page:
        name, *_ = next(user for user in DEMO if user[2] == role and (not unit or user[3] == unit))
        page = new_page(storage_state=signed_in(name), **options)
        page.goto(at)
        return page

    return opened
