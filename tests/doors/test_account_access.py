"""Signing in and staying signed in, attacked: guessing, spraying, locking out, links, second steps."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from desk_cast import PASSWORD, Cast, person
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from matrix import SIGN_IN, _answer

from garant.config import access_settings
from garant.config.accounts import reset_link
from garant.contracts import operations_invitations as invitations
from garant.contracts.models import Contract, Invitation
from garant.contracts.notices_contacts import link_path
from garant.core.people import SYSTEM
from garant.directory.models import Person
from garant.journal.models import Entry, Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
MAREN = "maren@aurora.example"
NEW = "another quiet river 43"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _fresh_counts(db: None) -> None:
    cache.clear()


def sign_in(client: Client, email: str = MAREN, password: str = PASSWORD, peer: str = "192.0.2.1") -> Any:
    """Type an address and a password; `peer` is where the request comes from."""
    return client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=peer)


def inside(client: Client) -> bool:
    """Whether somebody is signed in."""
    return _answer(client.get("/account/")) != SIGN_IN


def with_app(cast: Cast, name: str) -> Person:
    """Somebody whose second step is an authenticator app, with recovery codes."""
    who = cast.people[name]
    totp.TOTP.activate(who, SECRET)
    RecoveryCodes.activate(who)
    return who


def code(steps: int = 0) -> str:
    """The six figures an app shows now, or some half minutes away."""
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(SECRET, counter + steps))


# -- guessing -----------------------------------------------------------------------------------------------------


def test_ENUM_01_sign_in_works_as_hard_for_an_unknown_address(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    encode = Argon2PasswordHasher.encode
    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a: (hashed.append("e"), encode(*a))[1])
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a: (hashed.append("v"), verify(*a))[1])
    work = []
    Person.objects.filter(pk=cast.people["viewer"].pk).update(password="!unusable")
    for email in (MAREN, "theo@aurora.example", "nobody@aurora.example"):
        hashed.clear()
        answer = sign_in(Client(), email, "wrong wrong wrong")
        work.append((answer.status_code, sorted(answer.headers), sorted(answer.cookies), len(hashed)))
    assert work[0] == work[1] == work[2]
    assert work[0][3] >= 1


@pytest.mark.parametrize("address", [LOGIN, RESET])
def test_ENUM_01_answers_take_the_same_time(cast: Cast, settings: Any, address: str) -> None:
    """Each answer takes the fixed time and nothing on top of it that would depend on the address."""
    settings.EVEN_ANSWER, settings.ACCOUNT_RATE_LIMITS = 0.4, False
    took: dict[str, list[float]] = {MAREN: [], "nobody@aurora.example": []}
    for _ in range(4):
        for email, times in took.items():
            began = time.monotonic()
            Client().post(address, {"login": email, "email": email, "password": "wrong wrong"})
            times.append(time.monotonic() - began)
    assert min(min(times) for times in took.values()) >= 0.4
    known, unknown = (statistics.median(times) for times in took.values())
    assert abs(known - unknown) < 0.1


def test_ENUM_01_a_mail_is_written_to_known_addresses_alone_and_the_page_is_the_same(cast: Cast) -> None:
    answers = [Client().post(RESET, {"email": email}, follow=True) for email in (MAREN, "nobody@aurora.example")]
    pages = [re.sub(r'nonce="[^"]+"|csrf\w+[^>]+', "", each.content.decode()) for each in answers]
    assert pages[0] == pages[1]
    assert Notice.objects.filter(kind="password_reset").count() == 1


A, B = "maren%40aurora.example", "mallory%40evil.example"


@pytest.mark.parametrize(
    "body",
    ["email=maren%40aurora.example&email=mallory%40evil.example", "email[]=maren%40aurora.example&email[]=m%40e.x"],
)
def test_AUTH_01_a_reset_for_two_addresses_goes_to_no_foreign_one(cast: Cast, body: str) -> None:
    Client().post(RESET, body, content_type="application/x-www-form-urlencoded")
    assert not Notice.objects.filter(kind="password_reset").exclude(person_id=cast.people["contact"].pk).exists()
    assert not Notice.objects.filter(kind="plain_mail").exists()


@pytest.mark.parametrize("email", ["maren@aurora.examplе", "mаren@aurora.example", "MAREN@aurora.example "])
def test_AUTH_02_a_lookalike_address_resets_nothing_of_its_neighbour(cast: Cast, email: str) -> None:
    """Cyrillic letters make another address; the same one in capitals is mailed to the address on record."""
    Client().post(RESET, {"email": email})
    rows = list(Notice.objects.filter(kind="password_reset"))
    assert [row.person_id for row in rows] == ([cast.people["contact"].pk] if email.isascii() else [])
    assert all(email.strip() not in str(row.data) for row in rows)


def test_AUTH_02_the_dotless_i_is_another_letter(cast: Cast) -> None:
    person("Mike", "mike@example.org")
    Client().post(RESET, {"email": "mıke@example.org"})
    assert not Notice.objects.filter(kind="password_reset").exists()


@pytest.mark.parametrize("end", ["expires_at", "revoked_at", "used"])
def test_AUTH_04_an_old_invitation_makes_no_account(cast: Cast, end: str) -> None:
    contract = Contract.objects.get(subscriber_id=cast.subscriber_a)
    invitations.invite(
        by=SYSTEM, contract_id=contract.pk, email="ada@aurora.example", name="Ada", language="en", purpose="slot",
        once="x" * 20,
    )  # fmt: skip
    link = link_path(Notice.objects.filter(kind="contact_invited").latest("pk").data["seed"])
    row = Invitation.objects.latest("pk")
    assert timedelta(days=6) < row.expires_at - timezone.now() <= timedelta(days=7)
    form = {"name": "Ada Novak", "password": PASSWORD, "again": PASSWORD}
    if end == "used":
        assert Client().post(link, form).status_code == 302
    else:
        Invitation.objects.filter(pk=row.pk).update(**{end: timezone.now() - timedelta(minutes=1)})
    before = Person.objects.count()
    assert Client().get(link).status_code == 410
    assert Client().post(link, form).status_code != 302
    assert Person.objects.count() == before


def test_AUTH_08_the_link_of_a_reset_names_the_configured_desk(cast: Cast) -> None:
    Client().post(RESET, {"email": MAREN}, headers={"x-forwarded-host": "evil.example"})
    assert "evil" not in str(Notice.objects.get(kind="password_reset").data)
    assert reset_link(cast.people["contact"].pk).startswith("http://127.0.0.1:8000/")


# -- limits -------------------------------------------------------------------------------------------------------


def test_failed_tries_are_counted_for_all_processes(cast: Cast) -> None:
    sign_in(Client(), password="wrong wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kit_cache WHERE cache_key LIKE %s", ["%login_failed%"])
        assert cursor.fetchone()[0] >= 3, "by sender, by address and for the desk"


def test_AUTH_09_only_what_a_trusted_proxy_says_counts(cast: Cast, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip"}

    def tried(forwarded: str) -> bool:
        answer = Client().post(
            LOGIN, {"login": MAREN, "password": "wrong wrong"}, headers={"x-forwarded-for": forwarded}
        )
        return "Too many failed" not in answer.content.decode()

    assert [tried(f"198.51.100.{each}, 203.0.113.9") for each in range(5)] == [True, True, True, False, False]
    assert tried("203.0.113.10"), "another sender is not held up"


@pytest.mark.parametrize("headers", [{}, {"x-forwarded-for": "junk"}, {"x-forwarded-for": ""}])
def test_AUTH_09_whoever_comes_around_the_proxies_is_still_counted(cast: Cast, settings: Any, headers: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/ip"}
    texts = [
        Client().post(LOGIN, {"login": MAREN, "password": "wrong wrong"}, headers=headers).content.decode()
        for _ in range(3)
    ]
    assert ["Too many failed" in text for text in texts] == [False, False, True]


def test_AUTH_12_spraying_from_many_places_is_stopped_and_contacts_still_get_in(cast: Cast, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {
        "login_failed": "10/m/ip,5/5m/key", "login_failed_known": "10/10m/key", "login_failed_desk": "20/10m/key",
    }  # fmt: skip
    at_work = Client()
    assert sign_in(at_work).status_code == 302
    at_work.post("/accounts/logout/")
    for each in range(25):
        last = sign_in(Client(), f"somebody{each}@aurora.example", "Summer2026!!", peer=f"198.51.100.{each}")
    assert "Too many people fail to sign in" in last.content.decode()
    stranger = Client()
    sign_in(stranger, "per@borealis.example", peer="192.0.2.77")
    assert not inside(stranger), "not even with the right password: the sprayer may have found it"
    assert sign_in(at_work, peer="192.0.2.78").status_code == 302
    assert inside(at_work), "a browser where the contact signed in before"

    elsewhere = Client()
    first = elsewhere.get(reset_link(cast.people["contact"].pk).removeprefix("http://127.0.0.1:8000"))
    elsewhere.post(first.headers["Location"], {"password1": NEW, "password2": NEW})
    sign_in(elsewhere, password=NEW, peer="192.0.2.79")
    assert inside(elsewhere), "the link of a mail opens the way for a new browser"


def test_AUTH_13_strangers_who_fail_lock_no_contact_out(cast: Cast) -> None:
    mine = Client()
    sign_in(mine)
    mine.post("/accounts/logout/")
    for each in range(8):
        sign_in(Client(), password="wrong wrong", peer=f"198.51.100.{each}")
    stranger = Client()
    sign_in(stranger, peer="198.51.100.99")
    assert not inside(stranger)
    sign_in(mine, peer="198.51.100.98")
    assert inside(mine)


def test_AUTH_13_a_known_browser_is_no_way_to_guess(cast: Cast) -> None:
    mine = Client()
    sign_in(mine)
    mine.post("/accounts/logout/")
    for each in range(11):
        sign_in(mine, password=f"wrong {each}", peer=f"198.51.100.{each}")
    sign_in(mine, peer="198.51.100.50")
    assert not inside(mine)


def test_AUTH_13_a_forged_or_foreign_device_cookie_counts_for_nothing(cast: Cast) -> None:
    theirs = Client()
    sign_in(theirs, "per@borealis.example")
    cookie = theirs.cookies["garant_device"].value
    for each in range(6):
        sign_in(Client(), password="wrong wrong", peer=f"198.51.100.{each}")
    for value in (cookie, cookie[:-3] + "abc", "x", ""):
        client = Client()
        client.cookies["garant_device"] = value
        sign_in(client, peer="198.51.100.60")
        assert not inside(client)


# -- sessions -----------------------------------------------------------------------------------------------------


def test_a_session_from_before_sign_in_is_worth_nothing_after(cast: Cast) -> None:
    client = Client()
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not inside(thief)


def test_cookies_are_for_this_site_and_for_no_script(cast: Cast, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    client.get(LOGIN)
    answer = sign_in(client)
    for name in ("sessionid", "garant_device"):
        cookie = answer.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True), name
    assert MAREN not in answer.cookies["garant_device"].value


# -- second steps -------------------------------------------------------------------------------------------------


def test_with_an_app_the_password_alone_opens_nothing(cast: Cast) -> None:
    with_app(cast, "agent")
    client = Client()
    answer = sign_in(client, "ines@vendor.example")
    assert answer.headers["Location"].endswith("/accounts/2fa/authenticate/")
    assert not inside(client)
    assert _answer(client.get("/console/")) != 200
    assert client.post("/accounts/2fa/authenticate/", {"code": code()}).status_code == 302
    assert inside(client)


def test_a_code_counts_once_and_a_recovery_code_too(cast: Cast) -> None:
    who = with_app(cast, "contact")
    used = code()
    for expected in (True, False):
        client = Client()
        sign_in(client)
        client.post("/accounts/2fa/authenticate/", {"code": used})
        assert inside(client) is expected
    spare = Authenticator.objects.get(user=who, type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (True, False):
        client = Client()
        sign_in(client)
        client.post("/accounts/2fa/authenticate/", {"code": spare})
        assert inside(client) is expected


def test_codes_cannot_be_guessed_with_a_known_password(cast: Cast) -> None:
    with_app(cast, "contact")
    client = Client()
    sign_in(client)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert not inside(client)


def test_a_reset_password_does_not_open_the_second_step(cast: Cast) -> None:
    with_app(cast, "contact")
    client = Client()
    first = client.get(reset_link(cast.people["contact"].pk).removeprefix("http://127.0.0.1:8000"))
    client.post(first.headers["Location"], {"password1": NEW, "password2": NEW})
    sign_in(client, password=NEW)
    assert not inside(client)


@pytest.mark.parametrize(
    "name",
    ["mfa_activate_totp", "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_generate_recovery_codes",
     "mfa_view_recovery_codes", "mfa_download_recovery_codes"],
)  # fmt: skip
def test_an_open_browser_changes_nothing_about_signing_in(cast: Cast, name: str) -> None:
    """Whoever sits down at somebody's open browser is asked for the password, or a code, first."""
    with_app(cast, "contact")
    if name == "mfa_activate_totp":
        Authenticator.objects.filter(type="totp").delete()
    client = cast.client("contact")
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert "/reauthenticate/" in answer.headers["Location"]
    before = list(Authenticator.objects.values_list("pk", "data"))
    client.post(reverse(name))
    assert list(Authenticator.objects.values_list("pk", "data")) == before


def test_AUTH_10_staff_take_nobodys_second_step_away(cast: Cast) -> None:
    who = with_app(cast, "contact")
    key = Authenticator.objects.create(user=who, type="webauthn", data={"name": "key", "credential": {}})
    manager = cast.client("manager")
    manager.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert manager.post(reverse(name, args=[key.pk]), {"name": "mine"}).status_code == 404
    assert manager.post(reverse("mfa_deactivate_totp")).status_code in (302, 404)
    assert Authenticator.objects.filter(user=who).count() == 3


def test_what_changes_signing_in_is_journalled_and_told(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    client = cast.client("contact")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": totp.format_hotp_value(totp.hotp_value(secret, counter))})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/deactivate/")
    entries = Entry.objects.filter(subject_kind="person", subject_id=cast.people["contact"].pk)
    added = entries.filter(kind="second_step_added").values_list("data__what", flat=True)
    removed = entries.filter(kind="second_step_removed").values_list("data__what", flat=True)
    assert set(added) == {"totp", "recovery_codes"}
    assert set(removed) == {"totp", "recovery_codes"}
    told = Notice.objects.filter(kind="security_changed").values_list("data__what", flat=True)
    assert {"totp_activated", "totp_deactivated"} <= set(told)


@pytest.mark.parametrize(
    ("who_must", "asked"), [("optional", ()), ("staff", ("agent",)), ("all", ("agent", "contact"))]
)
def test_whoever_must_have_a_second_step_sets_it_up_first(
    cast: Cast, settings: Any, who_must: str, asked: tuple[str, ...]
) -> None:
    settings.SECOND_STEP = who_must
    for name, page in (("agent", "/console/"), ("contact", f"/cases/{cast.case_a}/")):
        client = cast.client(name)
        answer = client.get(page)
        assert (answer.headers.get("Location") == "/accounts/2fa/") is (name in asked), name
        if name in asked:
            assert client.post(f"/cases/{cast.case_a}/reply/", {"body": "x"}).headers["Location"] == "/accounts/2fa/"
            assert "asks you for a second step" in client.get("/accounts/2fa/").content.decode()
            assert client.get("/account/").status_code == 200
            with_app(cast, name)
            assert client.get(page).status_code == 200
            Authenticator.objects.all().delete()
            assert client.get(page).status_code == 302, "taken off again, asked again"


def test_settings_say_what_is_wrong_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARANT_TRUSTED_PROXIES", "many")
    monkeypatch.setenv("GARANT_SECOND_STEP", "sometimes")
    for setting, name in ((access_settings.trusted_proxies, "PROXIES"), (access_settings.second_step, "SECOND_STEP")):
        with pytest.raises(access_settings.AccessSettingsError, match=f"GARANT_\\w*{name} must be"):
            setting()
    assert access_settings.read(access_settings.second_step, "all") == "all"
    monkeypatch.setenv("GARANT_ROLE", "web")
    with pytest.raises(ImproperlyConfigured, match="GARANT_SECOND_STEP"):
        access_settings.read(access_settings.second_step, "all")
