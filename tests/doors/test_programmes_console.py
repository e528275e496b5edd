"""Programmes in the console: versions, drafts as text and as form, publishing; calendars and their edits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from desk_cast import Cast, make_cast, person
from django.test import Client
from django.urls import reverse

from garant.cases.models import Period
from garant.config.wiring import deliver_all
from garant.contracts.cells import grid
from garant.contracts.models import CalendarVersion, ProgrammeDraft, ProgrammeVersion
from garant.core.people import SYSTEM
from garant.directory import operations as directory

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TODAY = datetime.now(tz=UTC).date()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def owner(cast: Cast) -> Client:
    """A browser of somebody who owns programmes and nothing else."""
    row = person("Mira Castellanos", "mira@vendor.example")
    directory.give_role(by=SYSTEM, person_id=row.pk, role="programme_owner")
    client = Client()
    client.force_login(row, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def begin(owner: Client) -> ProgrammeDraft:
    owner.post(reverse("console:programme-begin", args=["reference"]), {"base": "1"})
    return ProgrammeDraft.objects.get()


def at(name: str, *arguments: str) -> str:
    return reverse(f"console:{name}", args=["reference", *arguments])


def test_an_owner_lands_on_what_she_may_do_and_finds_her_programmes(owner: Client) -> None:
    page = owner.get(reverse("console:programmes"))
    assert page.status_code == 200
    assert at("programme") in page.content.decode()
    text = owner.get(at("programme")).content.decode()
    assert "2 running contracts" not in text
    assert 'name="base" value="1"' in text
    for label in ("severe", "regular", "support manager", "vendor_hours", "japan_hours"):
        assert label in text
    assert "support_manager" not in text


def test_a_programmes_name_is_in_the_language_of_the_page(owner: Client) -> None:
    assert "サポート・トレーニングパッケージ" in owner.get(at("programme") + "?lang=ja").content.decode()
    assert "サポート・トレーニングパッケージ" in owner.get(reverse("console:programmes")).content.decode()


def test_a_version_shows_its_packages_side_by_side_and_who_is_on_it(owner: Client) -> None:
    text = owner.get(at("programme-version", "1")).content.decode()
    assert "AUR-1" in text
    assert "BOR-1" in text
    assert owner.get(at("programme-version", "9")).status_code == 404
    source = owner.get(at("programme-source", "1"))
    assert source["Content-Disposition"] == 'attachment; filename="reference-1.yaml"'
    assert source.content.decode() == ProgrammeVersion.objects.get().source


def test_a_draft_is_kept_with_its_mistakes_which_are_named_by_line(owner: Client) -> None:
    draft = begin(owner)
    text = draft.text.replace("metric: initial_response, severity", "metric: initial_respons, severity", 1)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "initial_respons," in row)
    sent = owner.post(at("programme-draft"), {"text": text.replace("\n", "\r\n"), "revision": draft.revision})
    assert sent.status_code == 302
    draft.refresh_from_db()
    assert draft.text == text
    page = owner.get(at("programme-draft")).content.decode()
    assert f'data-line="{line}"' in page
    assert at("programme-publish") not in page
    assert owner.get(at("programme-publish")).status_code == 302
    assert ProgrammeVersion.objects.count() == 1


def test_a_text_that_somebody_else_changed_comes_back_as_it_was_typed(owner: Client, cast: Cast) -> None:
    draft = begin(owner)
    ProgrammeDraft.objects.update(text="theirs", revision=draft.revision + 1)
    answer = owner.post(at("programme-draft"), {"text": "mine, typed for an hour", "revision": draft.revision})
    assert answer.status_code == 422
    assert "mine, typed for an hour" in answer.content.decode()
    assert ProgrammeDraft.objects.get().text == "theirs"


def test_the_form_changes_cells_where_they_are_written(owner: Client) -> None:
    draft = begin(owner)
    page = owner.get(at("programme-form"))
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    row = next(n for n, one in enumerate(form.cells.rows) if one.metric == "initial_response")
    standard, gold = (
        next(n for n, (code, _) in enumerate(form.cells.packages) if code == wanted) for wanted in ("standard", "gold")
    )
    phone = next(n for n, one in enumerate(form.cells.rows) if one.kind == "hours")
    unchanged = owner.post(at("programme-form"), data)
    draft.refresh_from_db()
    assert (unchanged.status_code, draft.revision) == (302, 1)
    data |= {f"cell-{row}-{gold}": "3.5", f"cell-{row}-{standard}": "9", f"cell-{phone}-{gold}": "vendor_hours"}
    assert owner.post(at("programme-form"), data).status_code == 302
    draft.refresh_from_db()
    cells = grid(draft.text)
    values = [{cell.package: cell.value for cell in cells.rows[n].cells} for n in (row, phone)]
    assert (str(values[0]["gold"]), values[0]["standard"], values[0]["silver"]) == ("3.5", 9, 6)
    assert (values[1]["gold"], values[1]["silver"], values[1]["standard"]) == ("vendor_hours", "24x7", None)
    assert draft.text.count("#") == ProgrammeVersion.objects.get().source.count("#")
    shown = owner.get(at("programme-draft")).content.decode()
    assert "targets › initial_response 1 › amounts › gold" in shown
    assert "<del>" in shown


@pytest.mark.parametrize("typed", ["four", "-1", "NaN", "1e9999", "<b>"])
def test_a_cell_takes_only_what_it_can_hold(owner: Client, typed: str) -> None:
    begin(owner)
    form = owner.get(at("programme-form")).context["form"]
    data = {name: form[name].value() for name in form.fields}
    name = next(name for name, (row, _cell) in form.places.items() if row.kind == "target")
    answer = owner.post(at("programme-form"), {**data, name: typed})
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    assert ProgrammeDraft.objects.get().revision == 1


def test_a_field_that_no_cell_has_is_refused(owner: Client) -> None:
    begin(owner)
    assert owner.post(at("programme-form"), {"cell-999-0": "1", "revision": "1"}).status_code == 400


def test_a_version_is_published_with_its_first_day_and_a_contract_stays(owner: Client, cast: Cast) -> None:
    draft = begin(owner)
    page = owner.get(at("programme-publish")).content.decode()
    assert "2 running contracts stay on version 1." in page
    day = (TODAY + timedelta(days=40)).isoformat()
    data = {"version": "2", "effective_from": day, "revision": draft.revision}
    again = {**data, "version": "1"}
    refused = owner.post(at("programme-publish"), again)
    assert refused.status_code == 422
    assert "stored with other contents" in refused.content.decode()
    assert owner.post(at("programme-publish"), data).status_code == 302
    assert set(ProgrammeVersion.objects.values_list("version", flat=True)) == {"1", "2"}
    assert owner.post(at("programme-publish"), data).status_code == 404
    listed = owner.get(at("programme")).content.decode()
    assert "to come" in listed
    beside = owner.get(at("programme-version", "2") + "?against=1").content.decode()
    assert "0 cells differ from version 1." in beside


def test_a_draft_is_taken_away_only_as_it_was_read(owner: Client) -> None:
    draft = begin(owner)
    ProgrammeDraft.objects.update(revision=7)
    owner.post(at("programme-discard"), {"revision": draft.revision})
    assert ProgrammeDraft.objects.exists()
    owner.post(at("programme-discard"), {"revision": 7})
    assert not ProgrammeDraft.objects.exists()
    assert owner.get(at("programme-draft")).status_code == 404


def test_a_new_programme_is_begun_by_its_code(owner: Client) -> None:
    for code in ("two words", "../x", ""):
        assert owner.post(reverse("console:programmes"), {"code": code}).status_code == 422
    sent = owner.post(reverse("console:programmes"), {"code": "fresh"})
    assert sent["Location"] == reverse("console:programme-draft", args=["fresh"])
    assert owner.get(sent["Location"]).status_code == 200
    assert "fresh" in owner.get(reverse("console:programmes")).content.decode()


def test_a_calendars_year_names_its_holidays(owner: Client) -> None:
    page = owner.get(at("programme-calendar", "vendor_hours") + "?year=2027")
    year = page.context["year"]
    holidays = [d.date.isoformat() for m in year.months for w in m.weeks for d in w if d and d.kind == "hol"]
    assert holidays == ["2027-01-01", "2027-05-31", "2027-07-05", "2027-09-06", "2027-11-25", "2027-12-24"]
    closed = sum(d is not None and d.kind == "off" for m in year.months for w in m.weeks for d in w)
    assert closed == 104
    for address in ("programme-calendar",):
        assert owner.get(at(address, "nowhere")).status_code == 404
    for odd in ("0", "99999", "x", "²⁰²⁶"):
        assert owner.get(at("programme-calendar", "vendor_hours"), {"year": odd}).status_code == 200


def test_a_calendar_that_never_closes_is_not_edited(owner: Client) -> None:
    assert owner.get(at("programme-calendar", "24x7")).status_code == 200
    assert owner.get(at("calendar-edit", "24x7")).status_code == 404


def week(owner: Client) -> dict[str, str]:
    form = owner.get(at("calendar-edit", "vendor_hours")).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_an_edit_is_looked_at_before_it_is_made(owner: Client, cast: Cast) -> None:
    running = Period.objects.get(case__number=cast.case_b, ended=None, metric="initial_response")
    before = running.due
    assert before is not None
    closing = [TODAY + timedelta(days=n) for n in range(1, 16)]
    days = "\n".join(f"{day} Works" for day in closing)
    # A first day of its own, so that the look and the edit hold from the same instant.
    data = {**week(owner), "days": days, "reason": "Moving house", "effective_from": f"{closing[0]}T00:00"}
    look = owner.post(at("calendar-edit", "vendor_hours"), {**data, "step": "look"})
    assert look.status_code == 200
    moved = {one.number: one for one, _ in look.context["moved"]}
    assert moved[cast.case_b].before == before
    after = moved[cast.case_b].after
    assert after is not None
    assert after - before > timedelta(days=9)
    assert CalendarVersion.objects.filter(version__gt=1).count() == 0
    assert "Nothing has been written yet." in look.content.decode()
    made = owner.post(at("calendar-edit", "vendor_hours"), {**data, "step": "make"})
    assert made.status_code == 302
    deliver_all()
    running.refresh_from_db()
    assert running.due == after
    assert "Moving house" in owner.get(at("programme-calendar", "vendor_hours")).content.decode()


def test_an_edit_needs_a_reason_a_day_and_a_time_to_come(owner: Client) -> None:
    data, address = week(owner), at("calendar-edit", "vendor_hours")
    wrong = [
        ({}, "Nothing changes."),
        ({"days": "tomorrow closed"}, "Line 1"),
        ({"days": "2030-02-30 x"}, "Line 1"),
        ({"week_mon": "9 to 5"}, "Write hours like"),
        ({"country": "US"}, "Say for which years."),
        ({"country": "ZZ", "years": "2027"}, "No holidays are known"),
        ({"country": "US", "years": "2027-2026"}, "Choose up to 30 years"),
        ({"days": "2030-01-02 x", "effective_from": "2020-01-01T00:00"}, "past"),
        ({"days": "2030-01-02 x", "step": "make"}, "A reason is needed."),
        ({"week_mon": "07:00-12:00, 11:00-13:00"}, "can't be counted on"),
        ({f"week_{day}": "" for day in ("mon", "tue", "wed", "thu", "fri")}, "can't be counted on"),
    ]
    for changes, told in wrong:
        answer = owner.post(address, {**data, **changes})
        assert answer.status_code == 422, changes
        assert told in unescape(answer.content.decode()), (changes, answer.context["form"].errors)
    assert CalendarVersion.objects.filter(version__gt=1).count() == 0


def test_national_holidays_are_imported_and_a_named_day_keeps_what_is_said_of_it(owner: Client) -> None:
    data = {**week(owner), "country": "us", "years": "2030-2031", "days": "2030-07-04 07:00-12:00", "reason": "US"}
    assert owner.post(at("calendar-edit", "vendor_hours"), {**data, "step": "make"}).status_code == 302
    latest = CalendarVersion.objects.filter(code="vendor_hours").latest("version").plain
    dates = {one["date"] if isinstance(one, dict) else one for one in latest["holidays"]}
    assert {"2030-02-18", "2031-06-19"} <= dates
    assert "2030-07-04" not in dates
    assert latest["exceptions"]["2030-07-04"] == [["07:00", "12:00"]]
    back = {**data, "country": "", "years": "", "days": "", "plain_days": "2031-06-19 Juneteenth\n2030-07-04"}
    assert owner.post(at("calendar-edit", "vendor_hours"), {**back, "step": "make"}).status_code == 302
    latest = CalendarVersion.objects.filter(code="vendor_hours").latest("version").plain
    dates = {one["date"] if isinstance(one, dict) else one for one in latest["holidays"]}
    assert not {"2030-07-04", "2031-06-19"} & dates
    assert not latest["exceptions"]


@pytest.mark.parametrize("name", ["programme-draft", "programme-form", "programme-publish"])
def test_an_agent_reads_programmes_and_writes_none(cast: Cast, owner: Client, name: str) -> None:
    begin(owner)
    agent = cast.client("agent")
    assert agent.get(at("programme")).status_code == 200
    assert "Begin the next" not in agent.get(at("programme")).content.decode()
    assert agent.get(at(name)).status_code == 403
    assert agent.post(at(name), {"revision": 1}).status_code == 403
    assert agent.get(at("calendar-edit", "vendor_hours")).status_code == 403
