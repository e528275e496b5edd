"""A real browser before a real server: Debian's Chromium, nothing downloaded, and nothing that leaves the host."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from desk_cast import Cast
    from playwright.sync_api import Browser, BrowserContext, Page

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "doors"))
# Playwright runs an event loop in this thread; the tests' own questions to the database are still plain calls.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system. Missing: a failure in CI, else a skip that says so."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """One browser window, and what went wrong in it."""

    page: Page
    base: str
    findings: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the desk."""
        self.page.goto(self.base + path)

    def text(self, selector: str) -> str:
        """What stands in an element."""
        return self.page.locator(selector).first.inner_text()


@pytest.fixture
def desk(transactional_db: None) -> Cast:
    """Two organisations with cases, stored for the server to see."""
    from desk_cast import make_cast

    return make_cast()


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Callable[..., Visit]]:
    """Opens windows: `visit(who=person, language="fr", width=390, theme="dark", script=False)`.

    Fails at the end when a page broke its content policy, threw in a script or asked another host.
    """
    opened: list[tuple[Visit, BrowserContext]] = []

    def open_(
        who: Any = None, language: str = "en", width: int = 1440, theme: Any = "light", script: bool = True
    ) -> Visit:
        context = browser.new_context(
            locale=language, viewport={"width": width, "height": 900}, color_scheme=theme, java_script_enabled=script
        )
        if who is not None:
            _sign_in(context, live_server.url, who)
        window = Visit(context.new_page(), live_server.url)
        _watch(window)
        opened.append((window, context))
        return window

    yield open_
    for _, context in opened:
        context.close()
    assert [finding for window, _ in opened for finding in window.findings] == []


def _sign_in(context: BrowserContext, base: str, who: Any) -> None:
    """A session as sign-in leaves it; the journeys that are about signing in type the password."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base}])


def _watch(window: Visit) -> None:
    def console(message: Any) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            window.findings.append(message.text)

    def request(asked: Any) -> None:
        if not asked.url.startswith((window.base, "data:")):
            window.findings.append(f"left the host: {asked.url}")

    window.page.on("console", console)
    window.page.on("request", request)
    window.page.on("pageerror", lambda error: window.findings.append(str(error)))


@pytest.fixture
def accessible() -> Callable[[Visit], None]:
    """Asks axe about the page in a window; fails with what it finds."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def check(window: Visit) -> None:
        # A click returns before the page it leads to is there, and axe can't run on half a page.
        window.page.wait_for_load_state("load")
        window.page.wait_for_function("document.readyState === 'complete' && document.body !== null")
        found = axe.run(window.page).response["violations"]
        told = [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]}" for one in found]
        assert told == [], f"{window.page.url}: {told}"

    return check


def overflow(window: Visit) -> int:
    """By how many pixels a page is wider than its window."""
    wide: int = window.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide
