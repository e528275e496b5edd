"""Signing in, in a browser: passkeys held by a virtual authenticator, an app, sessions, and choosing notices."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from garant.directory.queries_account import notice_choices

if TYPE_CHECKING:
    from conftest import Visit
    from desk_cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.database]

WORDS = {
    "en": {
        "add": "Add a passkey", "name": "Name", "go": "Add the passkey", "codes": "Recovery codes",
        "in": "Sign in with a passkey", "use": "Use a passkey", "problem": "There is a problem", "sign": "Sign in",
        "alone": "Sign in with it alone", "cancelled": "did not use a passkey",
    },
    "fr": {
        "add": "Ajouter une clé d’accès", "name": "Nom", "go": "Ajouter la clé d’accès", "codes": "Codes de secours",
        "in": "Se connecter avec une clé d’accès", "use": "Utiliser une clé d’accès", "problem": "Il y a un problème",
        "sign": "Se connecter", "alone": "Me connecter avec elle seule", "cancelled": "n’a pas utilisé de clé",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh_counts(transactional_db: None) -> None:
    """Failed sign-ins of other tests don't count here."""
    from django.core.cache import cache

    cache.clear()


def authenticator(window: Visit) -> Any:
    """A device that holds passkeys, in the browser itself; its finger is always there."""
    devtools = window.page.context.new_cdp_session(window.page)
    devtools.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def speaks(desk: Cast, name: str, language: str) -> str:
    """The address of somebody whose pages speak this language."""
    person = desk.people[name]
    person.language = language
    person.save(update_fields=["language"])
    return str(person.email)


def sign_in(window: Visit, email: str, language: str) -> None:
    """Type address and password, as at the start of a day."""
    from desk_cast import PASSWORD

    window.go(f"/accounts/login/?lang={language}")
    window.page.locator("#id_login").fill(email)
    window.page.locator("#id_password").fill(PASSWORD)
    window.page.locator("main form button[type=submit]").first.click()
    window.page.wait_for_url(re.compile(r"^(?!.*/login/).*$"))


def confirm(window: Visit) -> None:
    """Type the password once more: whoever finds an open browser changes nothing about how its owner signs in."""
    from desk_cast import PASSWORD

    assert "/accounts/reauthenticate/" in window.page.url
    window.page.locator("#id_password").fill(PASSWORD)
    window.page.locator("main form button[type=submit]").first.click()
    window.page.wait_for_url(re.compile(r"^(?!.*/reauthenticate/).*$"))


def sign_out(window: Visit) -> None:
    """Sign out from the account page."""
    window.go("/account/")
    window.page.locator("form[action='/accounts/logout/'] button").last.click()
    window.page.wait_for_load_state()


def add_passkey(window: Visit, words: dict[str, str], *, alone: bool) -> None:
    """From the account page to the passkey that the browser has just made."""
    window.go("/accounts/2fa/webauthn/add/")
    if "/reauthenticate/" in window.page.url:
        confirm(window)
    if not alone:
        window.page.locator("#id_passwordless").uncheck()
    window.page.get_by_label(words["name"], exact=True).fill("My laptop")
    window.page.get_by_role("button", name=words["go"]).click()
    window.page.wait_for_url(re.compile("recovery-codes|2fa/$"))


@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=pytest.mark.long)])
def test_a_passkey_is_made_and_signs_in_without_a_password(
    desk: Cast, visit: Callable[..., Visit], accessible: Callable[[Visit], None], language: str
) -> None:
    words = WORDS[language]
    window = visit(language=language)
    authenticator(window)
    sign_in(window, speaks(desk, "contact", language), language)
    window.go("/accounts/2fa/webauthn/add/")
    accessible(window)
    confirm(window)
    assert window.text("h1") == words["add"], window.page.url
    accessible(window)
    add_passkey(window, words, alone=True)
    assert window.text("h1") == words["codes"]
    assert len(window.text("pre").split()) == 10
    window.go("/accounts/2fa/")
    assert "My laptop" in window.text("main")
    accessible(window)
    sign_out(window)

    window.go("/accounts/login/")
    accessible(window)
    window.page.get_by_role("button", name=words["in"]).click()
    window.page.wait_for_url(window.base + "/")
    window.go("/account/")
    assert "maren@aurora.example" in window.text("main")


@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=pytest.mark.long)])
def test_a_passkey_is_the_second_step_after_the_password(
    desk: Cast, visit: Callable[..., Visit], language: str
) -> None:
    words = WORDS[language]
    window = visit(language=language)
    devtools, device = authenticator(window)
    sign_in(window, speaks(desk, "agent", language), language)
    add_passkey(window, words, alone=False)
    sign_out(window)
    sign_in(window, "ines@vendor.example", language)
    assert "/2fa/authenticate/" in window.page.url, "the password alone opens nothing"
    window.go("/console/")
    assert "/accounts/" in window.page.url, "not even by its address"
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    window.page.get_by_role("button", name=words["use"]).click()
    window.page.wait_for_url(window.base + "/console/**")


def test_a_browser_without_a_passkey_says_what_to_do(
    desk: Cast, visit: Callable[..., Visit], accessible: Callable[[Visit], None]
) -> None:
    window = visit()
    authenticator(window)
    window.go("/accounts/login/")
    window.page.get_by_role("button", name="Sign in with a passkey").click()
    box = window.page.locator("#passkey-failed")
    box.wait_for()
    assert "did not use a passkey" in box.inner_text()
    assert box.locator("p:visible").count() == 1
    accessible(window)


@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=pytest.mark.long)])
def test_an_authenticator_app_is_set_up_and_asked_at_sign_in(
    desk: Cast, visit: Callable[..., Visit], accessible: Callable[[Visit], None], language: str
) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    def code(secret: str) -> str:
        return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    window = visit(language=language, width=390)
    sign_in(window, speaks(desk, "contact", language), language)
    window.go("/accounts/2fa/totp/activate/")
    confirm(window)
    assert window.page.locator("main code").count() == 1, (window.page.url, window.text("main"))
    accessible(window)
    secret = window.text("main code").strip()
    window.page.locator("#id_code").fill("000000")
    window.page.locator("main button[type=submit]").first.click()
    window.page.locator(".errors").wait_for()
    assert window.page.locator(".errors").count() == 1
    secret = window.text("main code").strip()
    window.page.locator("#id_code").fill(code(secret))
    window.page.locator("main button[type=submit]").first.click()
    window.page.locator("h1", has_text=WORDS[language]["codes"]).wait_for()
    recovery = window.text("pre").split()[0]
    sign_out(window)

    sign_in(window, "maren@aurora.example", language)
    assert "/2fa/authenticate/" in window.page.url
    accessible(window)
    window.page.locator("#id_code").fill(recovery)
    window.page.locator("main button[type=submit]").first.click()
    window.page.wait_for_url(window.base + "/")
    sign_out(window)
    sign_in(window, "maren@aurora.example", language)
    window.page.locator("#id_code").fill(recovery)
    window.page.locator("main button[type=submit]").first.click()
    window.page.locator(".errors").wait_for()
    assert window.page.locator(".errors").count() == 1, "a recovery code works once"


def test_another_browser_is_signed_out_from_the_list(
    desk: Cast, visit: Callable[..., Visit], accessible: Callable[[Visit], None]
) -> None:
    here, there = visit(), visit(width=390)
    sign_in(here, "maren@aurora.example", "en")
    sign_in(there, "maren@aurora.example", "en")
    here.go("/account/sessions/")
    accessible(here)
    assert here.page.locator("ul.rows > li").count() == 2
    here.page.get_by_role("button", name="Sign out Chrome on Linux").click()
    assert "That browser is signed out." in here.text("main")
    there.go("/account/")
    assert "/accounts/login/" in there.page.url
    here.go("/account/")
    assert "/accounts/login/" not in here.page.url


def test_notices_and_details_are_chosen_without_script(
    desk: Cast, visit: Callable[..., Visit], accessible: Callable[[Visit], None]
) -> None:
    who = desk.people["contact"]
    plain = visit(who=who, script=False, width=390)
    plain.go("/account/notices/")
    plain.page.get_by_label("Support answered").select_option("digest")
    plain.page.get_by_label("A case of mine has arrived").select_option("never")
    plain.page.get_by_role("button", name="Save").click()
    assert "Your choice is saved." in plain.text("main")
    assert notice_choices(who.pk) == {"response_given": "digest", "case_received": "never"}
    plain.go("/account/")
    plain.page.get_by_label("Language").select_option("fr")
    plain.page.get_by_label("Time zone").select_option("Europe/Paris")
    plain.page.locator("main form button[type=submit]").first.click()
    assert plain.text("h1") == "Mon compte"
    window = visit(who=who, language="fr")
    window.go("/account/notices/")
    accessible(window)
    window.go("/account/")
    accessible(window)
