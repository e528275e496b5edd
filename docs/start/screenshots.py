"""Take the pictures of docs/start from the running desk: `make run`, then `make screenshots` in another terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from garant.kit.home import Home

HERE = Path(__file__).resolve().parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def signed_in(browser: Browser, desk: dict[str, object], role: str, subscriber: str = "") -> Page:
    """A page on which the desk's first login of that role (and subscriber) is signed in."""
    logins = desk["logins"]
    assert isinstance(logins, list)
    login = next(x for x in logins if x["role"] == role and subscriber in x["subscriber"])
    page = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light", locale="en").new_page()
    page.goto(f"{desk['url']}/accounts/login/")
    page.fill("input[name=login]", login["email"])
    page.fill("input[type=password]", login["password"])
    page.locator("form button[type=submit]").last.click()
    page.wait_for_load_state()
    return page


def spoken(page: Page, base: str, language: str) -> str:
    """Have the desk speak a language to whoever is signed in; returns the one it spoke before."""
    page.goto(f"{base}/account/")
    chosen = page.locator("select[name=language]")
    before = chosen.input_value()
    if before != language:
        chosen.select_option(language)
        with page.expect_navigation():
            chosen.evaluate("chosen => chosen.form.requestSubmit()")
    return before


def owner(page: Page, base: str) -> None:
    """A draft with one changed cell, and a calendar's year. The draft is taken away again; her language comes back."""
    before = spoken(page, base, "en")
    page.goto(f"{base}/console/programmes/reference/")
    if page.get_by_role("button", name="Begin the next from 1").count():
        with page.expect_navigation():
            page.get_by_role("button", name="Begin the next from 1").click()
    page.goto(f"{base}/console/programmes/reference/draft/form/")
    page.get_by_label("Initial, severity 1, in hours by the clock, Gold").first.fill("3")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep and check").click()
    page.locator("#differences").scroll_into_view_if_needed()
    page.screenshot(path=HERE / "programme-draft.png")
    page.locator("summary", has_text="Take the draft away").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Take it away").click()
    page.goto(f"{base}/console/programmes/reference/calendars/vendor_hours/")
    page.screenshot(path=HERE / "calendar.png", full_page=True)
    spoken(page, base, before)


def main() -> int:
    """Write the pictures beside this file; 1 when no desk runs or no browser is there."""
    found = Home.find().path / "desk.json"
    if not found.exists():
        sys.stderr.write("no desk runs here: start it with `make run`\n")
        return 1
    desk = json.loads(found.read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        agent = signed_in(browser, desk, "agent")
        agent.goto(f"{desk['url']}/console/")
        agent.screenshot(path=HERE / "console-queue.png")
        agent.locator("main a[href*='/console/cases/']").first.click()
        agent.wait_for_load_state()
        agent.screenshot(path=HERE / "console-case.png", full_page=True)
        contact = signed_in(browser, desk, "contact", "Cascadia")
        contact.screenshot(path=HERE / "portal-home.png")
        contact.goto(f"{desk['url']}/package/")
        contact.screenshot(path=HERE / "our-package.png")
        manager = signed_in(browser, desk, "manager")
        manager.goto(f"{desk['url']}/console/overview/")
        manager.screenshot(path=HERE / "overview.png", full_page=True)
        owner(signed_in(browser, desk, "programme_owner"), str(desk["url"]))
        visitor = browser.new_page(viewport={"width": 1280, "height": 860}, locale="fr")
        visitor.goto(f"{desk['url']}/packages/?lang=fr")
        visitor.screenshot(path=HERE / "packages-fr.png")
        reader = browser.new_page(viewport={"width": 1280, "height": 860}, locale="en")
        reader.goto(f"{desk['url']}/kb/imports-stop-half-way/")
        reader.screenshot(path=HERE / "article.png")
        reader.goto(f"{desk['url']}/community/?lang=en")
        reader.screenshot(path=HERE / "community.png")
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
