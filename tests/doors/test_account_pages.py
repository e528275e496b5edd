"""The pages about one's own account: details, choices of notices, and where one is signed in."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from desk_cast import BACKEND, PASSWORD, Cast
from django.test import Client
from django.urls import reverse
from django.utils import translation
from matrix import SIGN_IN, _answer

from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations_account as account
from garant.directory.models import NoticePreference, Person
from garant.directory.queries_account import notice_choices
from garant.journal.models import Entry
from garant.kit.zone_choices import zone_choices
from garant.portal.browsers import browser_name
from garant.portal.notice_kinds import _TOLD, chosen_by, without_words
from garant.wording.letters import MANDATORY

pytestmark = [pytest.mark.database, pytest.mark.django_db]
DETAILS = {"name": "Maren Lindqvist", "language": "en", "zone": "America/Denver"}
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def written(cast: Cast, kind: str) -> list[dict[str, object]]:
    """What the journal says about Maren's account."""
    rows = Entry.objects.filter(subject_kind="person", subject_id=cast.people["contact"].pk, kind=kind)
    return list(rows.order_by("pk").values_list("data", flat=True))


def test_details_are_changed_and_the_journal_keeps_no_name(cast: Cast) -> None:
    client = cast.client("contact")
    answer = client.post("/account/", {"name": " Maren  Lind ", "language": "fr", "zone": "Europe/Paris"})
    assert answer.status_code == 302
    person = Person.objects.get(pk=cast.people["contact"].pk)
    assert (person.name, person.language, person.zone) == ("Maren Lind", "fr", "Europe/Paris")
    assert "Mon compte" in client.get("/account/").content.decode()
    assert written(cast, "account_changed") == [
        {"fields": ["name", "language", "zone"], "language": "fr", "zone": "Europe/Paris"}
    ]
    client.post("/account/", {"name": "Maren Lind", "language": "fr", "zone": "Europe/Paris"})
    assert len(written(cast, "account_changed")) == 1, "nothing new, nothing written"


def test_a_language_chosen_on_the_page_ends_the_one_chosen_in_the_foot(cast: Cast) -> None:
    client = cast.client("contact")
    client.get("/account/?lang=fr")
    client.post("/account/", DETAILS)
    assert "My account" in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "Write your name"),
        ({"name": "x" * 121}, "Write at most 120 characters"),
        ({"language": "xx"}, "xx is not one of the available choices"),
        ({"zone": "Mars/Base"}, "Mars/Base is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast: Cast, wrong: dict[str, str], told: str) -> None:
    answer = cast.client("contact").post("/account/", {**DETAILS, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert f'href="#id_{next(iter(wrong))}"' in page
    assert Person.objects.get(pk=cast.people["contact"].pk).name == "Maren Lindqvist"


@pytest.mark.parametrize("field", ["email", "is_staff", "is_superuser", "password", "session_epoch", "roles"])
def test_MASS_no_other_field_of_the_account_is_written(cast: Cast, field: str) -> None:
    client = cast.client("contact")
    before = Person.objects.filter(pk=cast.people["contact"].pk).values().get()
    assert client.post("/account/", {**DETAILS, field: "1"}).status_code == 400
    assert Person.objects.filter(pk=cast.people["contact"].pk).values().get() == before


def test_every_kind_that_can_be_chosen_has_words_in_both_languages() -> None:
    assert without_words() == set()
    assert not set(_TOLD) & MANDATORY
    with translation.override("fr"):
        french = {kind.label for staff in (True, False) for kind in chosen_by(staff=staff)}
    assert not french & {text for _, text in _TOLD.values()}


def test_each_side_chooses_about_what_it_gets(cast: Cast) -> None:
    mine = cast.client("contact").get("/account/notices/").content.decode()
    theirs = cast.client("agent").get("/account/notices/").content.decode()
    assert 'name="response_given"' in mine
    assert 'name="customer_wrote"' not in mine
    assert 'name="customer_wrote"' in theirs
    assert 'name="response_given"' not in theirs
    for kind in MANDATORY:
        assert f'name="{kind}"' not in mine + theirs


def test_notices_are_chosen_and_kept(cast: Cast) -> None:
    client = cast.client("contact")
    form = {kind.code: "at_once" for kind in chosen_by(staff=False)}
    answer = client.post("/account/notices/", {**form, "response_given": "digest", "case_merged": "never"})
    assert answer.status_code == 302
    assert notice_choices(cast.people["contact"].pk) == {"response_given": "digest", "case_merged": "never"}
    assert written(cast, "notices_chosen") == [{"choices": {"case_merged": "never", "response_given": "digest"}}]
    page = client.get("/account/notices/").content.decode()
    assert page.count('value="digest" selected') == 1
    client.post("/account/notices/", form)
    assert set(notice_choices(cast.people["contact"].pk).values()) == {"at_once"}


@pytest.mark.parametrize("kind", ["support_suspended", "target_missed", "security_changed", "no_such_kind"])
def test_what_nobody_may_switch_off_stays_on(cast: Cast, kind: str) -> None:
    client = cast.client("contact")
    form = {each.code: "at_once" for each in chosen_by(staff=False)}
    assert client.post("/account/notices/", {**form, kind: "never"}).status_code == 400
    with pytest.raises(Refusal) as refused:
        account.choose_notices(by=cast.actor("contact"), choices={kind: "never"})
    assert refused.value.code == "notice_always_told"
    assert not NoticePreference.objects.exists()


def test_another_way_than_the_three_is_refused(cast: Cast) -> None:
    form = {each.code: "at_once" for each in chosen_by(staff=False)}
    answer = cast.client("contact").post("/account/notices/", {**form, "response_given": "by pigeon"})
    assert answer.status_code == 422
    with pytest.raises(Refusal) as refused:
        account.choose_notices(by=cast.actor("contact"), choices={"response_given": "by pigeon"})
    assert refused.value.code == "notice_way_unknown"


def browser(cast: Cast, name: str, program: str) -> Client:
    """A browser in which somebody is signed in and has opened a page."""
    client = Client(headers={"user-agent": program})
    client.force_login(cast.people[name], backend=BACKEND)
    assert client.get("/account/").status_code == 200
    return client


def test_every_browser_is_listed_and_one_is_signed_out(cast: Cast) -> None:
    here, there = browser(cast, "contact", CHROME), browser(cast, "contact", FIREFOX)
    browser(cast, "stranger", FIREFOX)
    page = here.get("/account/sessions/").content.decode()
    assert "Chrome on Linux" in page
    assert "Firefox on Windows" in page
    assert page.count("<li><h2>") == 2
    row = UserSession.objects.get(session_key=there.session.session_key)
    assert here.post(reverse("account_session_end", args=[row.pk])).status_code == 302
    assert _answer(there.get("/account/")) == SIGN_IN
    assert here.get("/account/").status_code == 200
    assert written(cast, "session_ended") == [{"count": 1}]


def test_IDOR_nobody_ends_the_session_of_somebody_else(cast: Cast) -> None:
    mine, theirs = browser(cast, "contact", CHROME), browser(cast, "stranger", FIREFOX)
    row = UserSession.objects.get(session_key=theirs.session.session_key)
    assert mine.post(reverse("account_session_end", args=[row.pk])).status_code == 404
    assert theirs.get("/account/").status_code == 200
    with pytest.raises(NotFound):
        account.end_session(by=Actor("system"), session_id=row.pk)


def test_everywhere_else_is_signed_out_at_once(cast: Cast) -> None:
    here, others = browser(cast, "contact", CHROME), [browser(cast, "contact", FIREFOX) for _ in range(2)]
    assert here.post(reverse("account_sessions_end")).status_code == 302
    assert "2 other browsers are signed out." in here.get("/account/sessions/").content.decode()
    assert [_answer(each.get("/account/")) for each in others] == [SIGN_IN, SIGN_IN]
    assert here.get("/account/").status_code == 200


def test_AUTH_07_a_password_changed_on_the_page_ends_all_other_sessions(cast: Cast) -> None:
    here, there = browser(cast, "contact", CHROME), browser(cast, "contact", FIREFOX)
    new = "another quiet river 43"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post(reverse("account_change_password"), form).status_code == 302
    assert _answer(there.get("/account/")) == SIGN_IN
    assert here.get("/account/").status_code == 200
    assert here.get("/account/sessions/").content.decode().count("<li><h2>") == 1
    assert written(cast, "password_changed") == [{"what": "in_account"}]


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("short", "12 caractères"),
        ("1q2w3e4r5t6y", "trop courant"),
        ("maren lindqvist", "trop semblable"),
        ("274018563920", "entièrement numérique"),
    ],
)
def test_password_rules_speak_the_language_of_the_page(cast: Cast, new: str, told: str) -> None:
    who = cast.people["contact"]
    who.language = "fr"
    who.save(update_fields=["language"])
    answer = cast.client("contact").post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert told in answer.content.decode()
    assert Person.objects.get(pk=who.pk).check_password(PASSWORD)


def test_a_browser_is_named_and_its_own_words_are_never_shown() -> None:
    assert browser_name(CHROME) == "Chrome on Linux"
    assert browser_name(FIREFOX) == "Firefox on Windows"
    assert browser_name(CHROME + " Edg/141.0") == "Edge on Linux"
    assert browser_name("<script>alert(1)</script>") == "An unknown browser"


def test_a_zone_out_of_the_list_can_be_kept() -> None:
    assert ("UTC-08:00", "UTC-08:00") in zone_choices("UTC-08:00")
    assert ("Europe/Paris", "Paris") in dict(zone_choices("UTC"))["Europe"]


def test_places_of_zones_are_called_as_the_reader_calls_them_and_each_stands_once() -> None:
    with translation.override("ja"):
        listed = dict(zone_choices("UTC"))
        assert ("Europe/Paris", "パリ") in listed["ヨーロッパ"]
    asia = dict(zone_choices("UTC"))["Asia"]
    assert ("Asia/Kolkata", "Kolkata") in asia
    assert "Asia/Calcutta" not in dict(asia), "one name for one place"
    assert ("Asia/Calcutta", "Kolkata") in zone_choices("Asia/Calcutta"), "whoever has the old name keeps it"
