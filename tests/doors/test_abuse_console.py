"""Abuse cases that concern the console and sign-in, by their ids."""

from __future__ import annotations

import logging
import re
from itertools import pairwise

import pytest
from desk_cast import PASSWORD, Cast, file_case, person
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from matrix import SIGN_IN, _answer, routes

from garant.cases import queries
from garant.core.people import SYSTEM, Viewer
from garant.core.refusals import Refusal
from garant.directory import operations as directory
from garant.directory.queries import viewer_of
from garant.journal import queries as journal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def once() -> str:
    return "t" * 22


def case_url(number: int, name: str = "case") -> str:
    return reverse(f"console:{name}", kwargs={"number": number})


def entries(cast: Cast, number: int) -> int:
    return len(queries.case(viewer=viewer_of(cast.people["manager"].pk), number=number).history)


# -- cross-organisation -------------------------------------------------------------------------------------------


def test_IDOR_02_a_contact_reaches_no_nested_route_of_any_case(cast: Cast) -> None:
    client = cast.client("stranger")
    for name in ("case", "case-clock", "send", "draft", "assign", "wait", "close", "reopen"):
        for number in (cast.case_a, cast.case_b):
            for response in (client.get(case_url(number, name)), client.post(case_url(number, name), {})):
                assert response.status_code == 403
                assert cast.secret_a.encode() not in response.content


def test_IDOR_02_absent_and_existing_cases_look_alike_to_a_contact(cast: Cast) -> None:
    client = cast.client("contact")
    there, absent = client.get(case_url(cast.case_b)), client.get(case_url(999_999_999))
    assert (there.status_code, absent.status_code) == (403, 403)
    strip = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|nonce="[^"]+"')
    assert strip.sub(b"", there.content) == strip.sub(b"", absent.content)


def test_IDOR_05_a_draft_never_leaves_the_staff_side(cast: Cast) -> None:
    agent = cast.client("agent")
    secret = "half a sentence about zebras"
    assert agent.post(case_url(cast.case_a, "draft"), {"kind": "reply", "body": secret}).status_code == 200
    assert secret in agent.get(case_url(cast.case_a)).content.decode()
    manager = cast.client("manager").get(case_url(cast.case_a)).content.decode()
    assert secret not in manager
    for name in ("contact", "viewer", "stranger"):
        client = cast.client(name)
        for address in _readable(cast):
            assert secret not in client.get(address).getvalue().decode(), (name, address)


def _readable(cast: Cast) -> list[str]:
    """Every address without arguments, and every one about a case."""
    found = []
    for name in routes():
        for arguments in ({}, {"number": cast.case_a}):
            try:
                found.append(reverse(name, kwargs=arguments))
            except Exception:
                continue
    return found


def test_IDOR_06_a_search_never_reaches_internal_notes(cast: Cast) -> None:
    """Not even for staff does the queue's search look into notes; contacts have no such search at all."""
    assert cast.client("contact").get(reverse("console:queue"), {"q": "zebra"}).status_code == 403
    page = cast.client("agent").get(reverse("console:queue"), {"q": "zebra"}).content.decode()
    assert cast.secret_a not in page


def test_IDOR_15_no_form_moves_a_case_to_another_organisation(cast: Cast) -> None:
    client = cast.client("manager")
    for field in ("subscriber", "subscriber_id", "org_id", "contract_id"):
        response = client.post(case_url(cast.case_a, "assign"), {"assignee": "", field: cast.subscriber_b})
        assert response.status_code == 400
    view = queries.case(viewer=viewer_of(cast.people["manager"].pk), number=cast.case_a)
    assert view.subscriber.id == cast.subscriber_a


# -- mass assignment ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["is_staff", "role", "org", "trained", "package", "slots", "is_superuser", "staff_roles"]
)
def test_MASS_01_protected_fields_are_refused_by_every_form_of_the_console(cast: Cast, field: str) -> None:
    client = cast.client("agent")
    before = entries(cast, cast.case_a)
    forms = {
        "send": {"kind": "note", "body": "x", "once": once()},
        "assign": {"assignee": cast.people["agent"].pk},
        "wait": {},
        "close": {},
        "reopen": {"reason": "x"},
        "draft": {"kind": "note", "body": "x"},
    }
    for name, data in forms.items():
        response = client.post(case_url(cast.case_a, name), {**data, field: "1"})
        assert response.status_code == 400, name
        assert field in response.content.decode()
    assert entries(cast, cast.case_a) == before
    assert viewer_of(cast.people["agent"].pk).staff_roles == {"agent"}


@pytest.mark.parametrize(
    "field", ["at", "received_at", "due_at", "first_response_at", "paused_total", "target_minutes"]
)
def test_MASS_02_no_form_of_the_console_sets_a_clock(cast: Cast, field: str) -> None:
    viewer = viewer_of(cast.people["agent"].pk)
    before = queries.case(viewer=viewer, number=cast.case_b)
    response = cast.client("agent").post(
        case_url(cast.case_b, "send"), {"kind": "reply", "body": "Hello", "once": once(), field: "2020-01-01T00:00Z"}
    )
    assert response.status_code == 400
    after = queries.case(viewer=viewer, number=cast.case_b)
    assert (after.next_due, len(after.messages)) == (before.next_due, len(before.messages))


def test_MASS_02_the_instant_of_a_reply_is_the_servers(cast: Cast) -> None:
    before = timezone.now()
    cast.client("agent").post(case_url(cast.case_b, "send"), {"kind": "reply", "body": "Hello", "once": once()})
    said = queries.case(viewer=viewer_of(cast.people["agent"].pk), number=cast.case_b).messages[-1]
    assert before <= said.at <= timezone.now()


def test_MASS_08_a_field_sent_twice_is_refused(cast: Cast) -> None:
    response = cast.client("agent").post(
        case_url(cast.case_a, "assign"), {"assignee": [cast.people["agent"].pk, cast.people["manager"].pk]}
    )
    assert response.status_code == 400


# -- stored script ------------------------------------------------------------------------------------------------

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_XSS_09_what_an_agent_writes_is_text(cast: Cast) -> None:
    client = cast.client("agent")
    for kind in ("reply", "note", "call"):
        client.post(case_url(cast.case_b, "send"), {"kind": kind, "body": MARKUP, "once": once() + kind})
    page = client.get(case_url(cast.case_b)).content.decode()
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 3
    assert "<img src=x" not in page
    assert "<script>alert" not in page


def test_XSS_10_a_name_with_markup_is_text_everywhere(cast: Cast) -> None:
    mallory = person(MARKUP[:110], "mallory@aurora.example")
    directory.give_role(by=SYSTEM, person_id=mallory.pk, role="agent")
    client = cast.client("manager")
    client.post(case_url(cast.case_a, "assign"), {"assignee": mallory.pk})
    addresses = [reverse(f"console:{n}") for n in ("queue", "escalations", "notices", "keys")]
    for address in [*addresses, case_url(cast.case_a)]:
        page = client.get(address).content.decode()
        assert "<img src=x" not in page, address
        assert "<script>alert" not in page, address
    assert "&lt;img src=x" in client.get(case_url(cast.case_a)).content.decode()


def test_XSS_12_the_history_and_the_notice_are_text_too(cast: Cast) -> None:
    number = file_case(cast.people["contact"], cast.subscriber_a, MARKUP)
    client = cast.client("agent")
    for address in (case_url(number), reverse("console:queue"), f"{reverse('console:queue')}?q=%3Cimg%20src"):
        assert "<img src=x" not in client.get(address).content.decode()


def test_XSS_01_every_page_forbids_inline_script_and_foreign_sources(cast: Cast) -> None:
    client = cast.client("agent")
    for address in (reverse("console:queue"), case_url(cast.case_a), reverse("console:notices")):
        response = client.get(address)
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"
        page = response.content.decode()
        assert not re.search(r"\sstyle=", page)
        assert not re.search(r"\son[a-z]+=", page)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


# -- request forgery ----------------------------------------------------------------------------------------------


def test_CSRF_01_every_form_needs_a_token(cast: Cast) -> None:
    client = cast.client("agent", enforce_csrf_checks=True)
    before = entries(cast, cast.case_a)
    for name in ("send", "draft", "assign", "wait", "close", "reopen"):
        response = client.post(
            case_url(cast.case_a, name), {"kind": "note", "body": "forged"}, headers={"origin": "https://evil.example"}
        )
        assert response.status_code == 403, name
    assert entries(cast, cast.case_a) == before


def test_CSRF_01_the_session_cookie_does_not_travel_with_foreign_forms(cast: Cast) -> None:
    client = Client()
    response = client.post(reverse("account_login"), {"login": "ines@vendor.example", "password": PASSWORD})
    cookie = response.cookies["sessionid"]
    assert cookie["samesite"] == "Lax"
    assert cookie["httponly"]


def test_CSRF_03_signing_in_needs_a_token_of_the_same_browser(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("account_login"), {"login": "ines@vendor.example", "password": PASSWORD})
    assert response.status_code == 403
    assert "sessionid" not in response.cookies


def test_CSRF_04_no_link_changes_anything_and_none_leads_away(cast: Cast) -> None:
    client = cast.client("agent")
    before = entries(cast, cast.case_a)
    for name in ("send", "draft", "assign", "wait", "close", "reopen"):
        assert client.get(case_url(cast.case_a, name), {"assignee": "1", "body": "x"}).status_code == 405
    assert entries(cast, cast.case_a) == before
    fresh = Client()
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        response = fresh.post(
            f"{reverse('account_login')}?next={target}",
            {"login": "ines@vendor.example", "password": PASSWORD, "next": target},
        )
        assert "evil.example" not in response.headers.get("Location", "")
        assert not response.headers.get("Location", "").startswith("javascript")
        fresh = Client()


def test_CSRF_05_another_origin_reads_nothing_with_the_session(cast: Cast) -> None:
    response = cast.client("agent").get(reverse("console:queue"), headers={"origin": "https://evil.example"})
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]


# -- credentials and sessions -------------------------------------------------------------------------------------


def test_AUTH_07_a_session_ends_with_the_role(cast: Cast) -> None:
    client = cast.client("agent")
    assert client.get(reverse("console:queue")).status_code == 200
    directory.end_role(by=SYSTEM, person_id=cast.people["agent"].pk, role="agent")
    assert _answer(client.get(reverse("console:queue"))) == SIGN_IN
    client.force_login(type(cast.people["agent"]).objects.get(pk=cast.people["agent"].pk))
    assert client.get(reverse("console:queue")).status_code == 403


def test_AUTH_07_a_session_ends_with_the_password(cast: Cast) -> None:
    client = cast.client("agent")
    who = cast.people["agent"]
    who.set_password("another quiet river 43")
    who.save()
    assert _answer(client.get(reverse("console:queue"))) == SIGN_IN


def test_AUTH_07_a_session_ends_when_the_person_is_switched_off(cast: Cast) -> None:
    client = cast.client("agent")
    who = cast.people["agent"]
    who.is_active = False
    who.save()
    assert _answer(client.get(reverse("console:queue"))) == SIGN_IN


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"x-forwarded-host": "evil.example"}, {"x-host": "evil.example"}]
)
def test_AUTH_08_no_page_builds_an_address_from_the_host(cast: Cast, headers: dict[str, str]) -> None:
    client = cast.client("agent")
    for address in (reverse("console:queue"), reverse("account_reset_password"), reverse("account_login")):
        response = client.get(address, headers=headers)
        assert "evil.example" not in response.content.decode()
        assert "evil.example" not in response.headers.get("Location", "")
        assert response.status_code == (400 if "host" in headers else response.status_code)


def test_AUTH_08_an_unknown_host_is_refused(settings: object, client: Client) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_AUTH_09_a_rotating_forwarded_address_escapes_no_limit(cast: Cast) -> None:
    """Failed sign-ins are limited by account and by the real peer: a header that the sender writes is void."""
    from django.core.cache import cache

    cache.clear()
    texts = set()
    client = Client()
    for attempt in range(30):
        response = client.post(
            reverse("account_login"),
            {"login": "ines@vendor.example", "password": f"wrong {attempt}"},
            headers={"x-forwarded-for": f"203.0.113.{attempt}"},
        )
        texts.add(response.status_code)
    right = client.post(
        reverse("account_login"),
        {"login": "ines@vendor.example", "password": PASSWORD},
        headers={"x-forwarded-for": "198.51.100.7"},
    )
    cache.clear()
    assert "sessionid" not in right.cookies


def test_AUTH_15_health_says_nothing_and_starts_nothing(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert len(response.content) < 200
    assert not re.search(rb"password|secret|postgres|/", response.content)
    assert client.post("/healthz").status_code == 405


# -- enumeration --------------------------------------------------------------------------------------------------


def test_ENUM_01_known_and_unknown_addresses_get_the_same_answer(cast: Cast) -> None:
    from django.core.cache import cache

    cache.clear()
    answers = []
    for login in ("ines@vendor.example", "nobody@vendor.example"):
        response = Client().post(reverse("account_login"), {"login": login, "password": "wrong wrong wrong"})
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', "", response.content.decode())
        answers.append((response.status_code, text.replace(login, "LOGIN")))
    assert answers[0] == answers[1]


def test_ENUM_01_a_reset_answers_the_same_for_known_and_unknown(cast: Cast) -> None:
    from django.core.cache import cache

    cache.clear()
    answers = []
    for email in ("ines@vendor.example", "nobody@vendor.example"):
        response = Client().post(reverse("account_reset_password"), {"email": email})
        answers.append((response.status_code, response.headers.get("Location", "")))
    assert answers[0] == answers[1]


def test_ENUM_09_numbers_of_cases_tell_no_volume(cast: Cast) -> None:
    numbers = [file_case(cast.people["contact"], cast.subscriber_a, f"Case {i}") for i in range(6)]
    assert len(set(numbers)) == 6
    assert min(numbers) >= 100_000
    steps = [b - a for a, b in pairwise(numbers)]
    assert not all(0 < step < 1000 for step in steps), "numbers follow one another"


# -- injection ----------------------------------------------------------------------------------------------------

HOSTILE = [
    "'; DROP TABLE cases_case; --",
    "next_due DESC, (SELECT 1)",
    "opened_by__password__startswith=a",
    "%' OR 1=1 --",
    "\x00",
    "{{7*7}}",
    "a" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_SQL_03_no_parameter_of_the_queue_becomes_sql(
    cast: Cast, text: str, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = cast.client("agent")
    for field in ("shown", "after", "q", "sort", "order_by", "limit"):
        with CaptureQueriesContext(connection) as seen:
            response = client.get(reverse("console:queue"), {field: text})
        assert response.status_code == 200, (field, response.status_code)
        if field != "q":
            assert not [query["sql"] for query in seen if text[:20].strip("\x00") and text[:20] in query["sql"]]


@pytest.mark.parametrize("after", ["x", "eyJ", "1:2:3", "../..", "é", "0" * 3000])
def test_SQL_03_a_forged_cursor_shows_the_first_page(cast: Cast, after: str) -> None:
    client = cast.client("agent")
    for name in ("queue", "escalations", "notices"):
        plain, forged = client.get(reverse(f"console:{name}")), client.get(reverse(f"console:{name}"), {"after": after})
        assert forged.status_code == 200
        rows = re.compile(r"data-row|class=\"esc\"")
        assert len(rows.findall(forged.content.decode())) == len(rows.findall(plain.content.decode()))


def test_SQL_05_a_search_of_ten_thousand_terms_is_cut(cast: Cast) -> None:
    response = cast.client("agent").get(reverse("console:queue"), {"q": "a & " * 10_000})
    assert response.status_code in (200, 400, 414)


@pytest.mark.parametrize("number", [2**63, 2**70, 10**30])
def test_SQL_02_a_number_beyond_the_database_is_just_not_there(cast: Cast, number: int) -> None:
    assert cast.client("agent").get(case_url(number)).status_code == 404


# -- configuration, audit, names ----------------------------------------------------------------------------------


def test_OPS_01_a_fresh_desk_has_no_person_and_no_default_login(db: None, client: Client) -> None:
    from garant.directory.models import Person

    assert Person.objects.count() == 0
    for login, password in (("admin", "admin"), ("admin@example.com", "admin"), ("agent@example.com", "password")):
        response = client.post(reverse("account_login"), {"login": login, "password": password})
        assert "sessionid" not in response.cookies


def test_OPS_02_an_error_shows_no_trace(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from garant.console.views import queue

    def fail(**_: object) -> None:
        raise RuntimeError("planted: SELECT secret FROM /etc/passwd")

    monkeypatch.setattr(queue.queries, "queue", fail)
    client = cast.client("agent", raise_request_exception=False)
    response = client.get(reverse("console:queue"))
    page = response.content.decode()
    assert response.status_code == 500
    for leak in ("planted", "Traceback", "RuntimeError", "SECRET_KEY", "site-packages", "SELECT"):
        assert leak not in page


def test_AUD_02_a_name_with_line_breaks_makes_no_second_record(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    forged = "nobody\n2026-01-01 INFO admin signed in\r\nx@vendor.example"
    with caplog.at_level(logging.DEBUG):
        Client().post(reverse("account_login"), {"login": forged, "password": "x"})
    assert not [r for r in caplog.records if "\n2026-01-01 INFO" in logging.Formatter().format(r)]
    with pytest.raises(Refusal):
        directory.create_person(by=SYSTEM, email="a\n@vendor.example", name="x")
    made = directory.create_person(by=SYSTEM, email="lines@vendor.example", name="Ann\nforged entry")
    assert "\n" not in made.name


def test_AUD_02_text_in_a_journal_stays_one_entry(cast: Cast) -> None:
    before = entries(cast, cast.case_b)
    cast.client("agent").post(
        case_url(cast.case_b, "send"), {"kind": "note", "body": 'one\n{"kind": "case_closed"}', "once": once()}
    )
    assert entries(cast, cast.case_b) == before + 1


def test_UNI_05_the_same_address_in_another_spelling_is_taken(cast: Cast) -> None:
    for spelling in ("INES@vendor.example", "ines@VENDOR.example", "\uff49nes@vendor.example"):
        with pytest.raises(Refusal):
            directory.create_person(by=SYSTEM, email=spelling, name="Again")


def test_UNI_05_a_name_is_kept_in_one_form(cast: Cast) -> None:
    composed = directory.create_person(by=SYSTEM, email="a1@vendor.example", name="Ren\u00e9e")
    apart = directory.create_person(by=SYSTEM, email="a2@vendor.example", name="Rene\u0301e")
    assert composed.name == apart.name


def test_ENUM_08_notices_of_others_are_not_readable_by_contacts(cast: Cast) -> None:
    """The room itself refuses, not only the door."""
    from garant.core.refusals import NotFound

    outsider: Viewer = viewer_of(cast.people["stranger"].pk)
    with pytest.raises(NotFound):
        journal.notice(viewer=outsider, id=cast.notice)
