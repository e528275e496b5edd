"""Abuse of credentials beyond the sign-in pages: secrets in logs, links, keys and errors."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest
from desk_cast import PASSWORD
from desk_cast import Cast as Desk
from django.test import Client
from django.urls import reverse
from hostile import pages, sent

from garant.journal.models import Entry, Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_AUTH_16_a_password_that_was_typed_is_in_no_log_and_in_no_record(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Signing in, failing to, and an error in between: nowhere does the password stand afterwards."""
    planted = "planted river crossing 4711"
    with caplog.at_level(logging.DEBUG):
        client = Client(raise_request_exception=False)
        for login in ("ines@vendor.example", planted):
            client.post(reverse("account_login"), {"login": login, "password": planted})
        client.post(reverse("account_login"), {"login": "ines@vendor.example", "password": PASSWORD})
        client.post(f"{reverse('account_login')}?next=/%00", {"login": ["a", "b"], "password": [planted]})
    logged = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert planted not in logged.replace(f"'login': '{planted}'", "")
    assert PASSWORD not in logged
    for kept in (*Entry.objects.values_list("data", flat=True), *Notice.objects.values_list("data", flat=True)):
        assert planted not in str(kept)
        assert PASSWORD not in str(kept)


def test_AUTH_16_settings_pages_and_errors_show_no_secret(desk: Desk, settings: object) -> None:
    from django.conf import settings as known

    secrets = [known.SECRET_KEY, known.DATABASES["default"].get("PASSWORD") or "no password"]
    for who in ("manager", "contact"):
        client = desk.client(who, raise_request_exception=False)
        for address in {*pages(desk).values(), "/no-such-page/", "/?after=%00", "/static/../garant/config/settings.py"}:
            shown = sent(client, "GET", address).shown.decode(errors="replace")
            assert not [secret for secret in secrets if secret in shown], address


def test_AUTH_15_no_address_starts_work_or_shows_the_inside(desk: Desk) -> None:
    """What other products leave open: nothing answers there, to visitors and to people without a role."""
    for client in (Client(), desk.client("contact")):
        for address in (
            "/metrics", "/debug/", "/admin/", "/api/", "/system/cron", "/cron/", "/sweep/", "/healthz/verbose", "/.env",
            "/.git/config", "/static/../settings.py", "/server-status", "/console/export/",
        ):  # fmt: skip
            assert client.get(address).status_code in (301, 302, 400, 403, 404), address
            assert client.post(address).status_code in (301, 302, 400, 403, 404, 405), address


@pytest.mark.parametrize("header", ["remote-user", "x-remote-user", "x-forwarded-user", "authorization"])
def test_AUTH_14_a_header_signs_nobody_in(desk: Desk, header: str) -> None:
    """There are no keys of an API yet: no header stands for a session."""
    value = "Bearer x" if header == "authorization" else "ines@vendor.example"
    answer = Client().get(reverse("console:queue"), headers={header: value})
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_AUTH_06_a_session_is_renewed_at_sign_in_and_gone_at_sign_out(desk: Desk) -> None:
    """A session planted before is not the one that is signed in, and the old cookie opens nothing after leaving."""
    client = Client()
    client.get(reverse("account_login"))
    planted = client.session
    planted["planted"] = "yes"
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    client.post(reverse("account_login"), {"login": "ines@vendor.example", "password": PASSWORD})
    signed_in = client.cookies["sessionid"].value
    assert signed_in != planted.session_key
    client.post(reverse("account_logout"))
    old = Client()
    old.cookies["sessionid"] = signed_in
    assert old.get(reverse("console:queue")).status_code == 302


def test_AUTH_03_cookies_are_out_of_reach_of_scripts(desk: Desk) -> None:
    answer = Client().post(reverse("account_login"), {"login": "ines@vendor.example", "password": PASSWORD})
    cookies: Mapping[str, object] = {
        name: (morsel["httponly"], morsel["samesite"]) for name, morsel in answer.cookies.items()
    }
    assert cookies["sessionid"] == (True, "Lax")


def test_AUTH_17_a_shared_password_shows_as_two_places_at_once(desk: Desk) -> None:
    """Two browsers of one account: either sees both in its list from the next request on, and can end the other."""
    browsers = []
    for program in ("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "Mozilla/5.0 (X11; Linux) Chrome/140.0 Safari/537"):
        browser = Client(headers={"user-agent": program})
        browser.post(reverse("account_login"), {"login": "maren@aurora.example", "password": PASSWORD})
        browser.get("/")
        browsers.append(browser)
    for browser in browsers:
        page = browser.get(reverse("account_sessions")).content.decode()
        assert "Firefox" in page
        assert "Chrome" in page
    assert browsers[0].post(reverse("account_sessions_end")).status_code == 302
    assert browsers[1].get(reverse("account_sessions")).status_code == 302, "signed out elsewhere"
    assert browsers[0].get(reverse("account_sessions")).status_code == 200
