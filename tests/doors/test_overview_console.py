"""A manager's home, and a contact's page about the package."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from desk_cast import Cast, file_case, make_cast
from django.urls import reverse

from garant.cases import operations as cases
from garant.cases.models import Case, Period
from garant.cases.operations import change_contract
from garant.cases.queries_overview import overview
from garant.cases.sweeping import sweep_all
from garant.console.plots import bars
from garant.contracts import operations_ledger as ledger
from garant.contracts.models import Contract
from garant.contracts.queries_changes import Change
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import Refusal
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_the_overview_counts_what_is_missed_and_who_has_what(cast: Cast) -> None:
    agent = cast.actor("agent")
    cases.assign(by=agent, number=cast.case_b, assignee_id=agent.id)
    found = overview(viewer=viewer_of(cast.people["manager"].pk))
    by = {one.name: one for one in found.load}
    assert (by[""].open, by[""].missed) == (1, 1)
    assert (by["Ines Carvalho"].open, by["Ines Carvalho"].missed) == (1, 0)
    assert [one.number for one in found.owed if one.missed] == [cast.case_a]
    assert (found.missed, found.severities) == (1, (("2", 2),))
    page = cast.client("manager").get(reverse("console:overview")).content.decode()
    assert "1 promise is missed," in page
    assert Cast.secret_a in page
    assert page.count("<svg viewBox") == 3


def test_a_week_counts_promises_by_the_day_they_fell_due(cast: Cast) -> None:
    found = overview(viewer=viewer_of(cast.people["manager"].pk))
    assert sum(week.filed for week in found.weeks) == 2
    assert sum(week.due - week.kept for week in found.weeks) == 1
    number = file_case(cast.people["contact"], cast.subscriber_a, "Lamps", at=datetime.now(tz=UTC) - timedelta(days=6))
    cases.reply(by=cast.actor("agent"), number=number, body="Yes.", at=datetime.now(tz=UTC) - timedelta(days=6))
    sweep_all()
    after = overview(viewer=viewer_of(cast.people["manager"].pk))
    assert sum(week.kept for week in after.weeks) == 1
    assert all(0 <= (week.share or 0) <= 1 for week in after.weeks)
    due = Period.objects.get(case__number=number, metric="initial_response").due
    assert due is not None
    kept = next(week for week in after.weeks if week.kept)
    assert kept.monday <= due.date() < kept.monday + timedelta(days=8)


def test_the_weeks_are_exported(cast: Cast) -> None:
    answer = cast.client("manager").get(reverse("console:overview-weeks"))
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 52
    assert sum(int(row["filed"]) for row in rows) == 2


def test_only_managers_read_the_overview(cast: Cast) -> None:
    assert cast.client("agent").get(reverse("console:overview")).status_code == 403
    assert reverse("console:overview") not in cast.client("agent").get(reverse("console:queue")).content.decode()
    for who in ("agent", "contact"):
        with pytest.raises(Refusal, match="not_allowed"):
            overview(viewer=viewer_of(cast.people[who].pk))


def test_bars_share_one_scale_and_stay_inside_the_drawing() -> None:
    plot = bars("t", ["a", "b", "c"], [10, 5, 0], [4, 5, 0])
    heights = [bar.height for bar in plot.bars]
    assert heights[0] == 2 * heights[1]
    assert heights[2] == 0
    assert all(bar.y >= 0 and bar.y + bar.height <= plot.base + 0.2 for bar in plot.bars)
    assert [bar.figure for bar in plot.bars] == ["4/10", "5/5", "0/0"]
    assert bars("nothing", [], []).bars == ()


def test_our_package_names_every_right_with_what_is_used_and_left(cast: Cast) -> None:
    contract = Contract.objects.get(reference="AUR-1")
    common = {"by": SYSTEM, "contract_id": contract.pk, "ledger": "services_days"}
    ledger.use(**common, amount="1.5", booking="visit-1", reason="on site")
    contact = cast.client("contact")
    page = contact.get(reverse("our_package"))
    (shown,) = page.context["packages"]
    rights = {right.name: right for _, group in shown.groups for right in group}
    assert len(rights) == 25
    days = rights["Services days"]
    assert days.account is not None
    assert (days.cell.text, days.account.used, days.account.left) == ("3", "1.5", "1.5")
    assert days.more is not None
    assert (shown.larger, days.more.text) == ("Platinum", "10")
    assert rights["Public knowledge base"].more is None
    assert shown.adds == sum(right.more is not None for right in rights.values())
    assert "BOR-1" not in page.content.decode()


def test_our_package_tells_a_target_of_the_contracts_own(cast: Cast) -> None:
    contract = Contract.objects.get(reference="AUR-1")
    change = Change("override", severity="2", metric="initial_response", amount=Decimal(5), unit="business_hours",
                    calendar="vendor_hours")  # fmt: skip
    change_contract(by=Actor("person", cast.people["manager"].pk), contract_id=contract.pk, change=change, reason="won")
    (shown,) = cast.client("contact").get(reverse("our_package")).context["packages"]
    own = [right for _, group in shown.groups for right in group if right.own]
    assert [(right.name, right.cell.text) for right in own] == [("Initial response, severity 2", "5 h")]


def test_a_contact_of_another_organisation_reads_their_own_package_only(cast: Cast) -> None:
    (shown,) = cast.client("stranger").get(reverse("our_package")).context["packages"]
    assert shown.contract.reference == "BOR-1"
    assert Case.objects.count() == 2


def test_the_portals_list_is_narrowed_and_exported_within_what_its_reader_may_read(cast: Cast) -> None:
    contact = cast.client("contact")
    number = file_case(cast.people["contact"], cast.subscriber_a, "=Lamps flicker")
    shown = contact.get("/", {"q": "lamps"}).content.decode()
    assert "=Lamps flicker" in shown
    assert Cast.secret_a not in shown
    assert "=Lamps flicker" in contact.get("/", {"q": str(number)}).content.decode()
    assert "No case like that" in contact.get("/", {"q": "Borealis"}).content.decode()
    assert Cast.secret_a not in cast.client("viewer").get("/", {"mine": "yes"}).content.decode()
    assert Cast.secret_a not in contact.get("/", {"state": "done"}).content.decode()
    assert contact.get("/", {"state": "x", "mine": "maybe", "q": "%_"}).status_code == 200
    answer = contact.get(reverse("cases_export"))
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert {int(row["number"]) for row in rows} == {cast.case_a, number}
    assert "'=Lamps flicker" in {row["title"] for row in rows}, "a spreadsheet computes nothing"
    some = contact.get(reverse("cases_export"), {"q": "lamps"})
    assert b"".join(some.streaming_content).count(b"\r\n") == 2
