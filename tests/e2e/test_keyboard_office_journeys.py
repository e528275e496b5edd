"""Section 5 by keyboard alone: what finance and a programme's owner do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import Visit
from desk_cast import Cast, file_case, person
from keyboard import Keys

from garant.cases.models import Case
from garant.contracts.models import CalendarVersion, ProgrammeVersion
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.journal.operations import database_now

# The walk by keys alone of test_keyboard_journeys.py is the smoke of every landing; these are the long rest.
pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]


def staff(name: str, role: str) -> Person:
    row = person(name, f"{role}@vendor.example")
    directory.give_role(by=SYSTEM, person_id=row.pk, role=role)
    return row


def working_day() -> date:
    """The next one."""
    day = datetime.now(tz=UTC).date() + timedelta(days=1)
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


def test_finance_suspends_and_reinstates(desk: Cast, visit: Open) -> None:
    window = visit(staff("Fiona Dale", "finance"))
    window.go("/")
    keys = Keys(window)
    keys.skip()
    keys.follow("Aurora Rail")
    for kind, days in (("Invoice due", 75), ("Notice given", 35)):
        keys.skip()
        keys.unfold("Record a payment or obligation")
        keys.pick("What", kind)
        keys.write("Reference", "INV-7")
        keys.write_moment("Date", database_now().date() - timedelta(days=days))
        keys.push("Record it")
        assert "Recorded." in window.text("main")
    keys.skip()
    keys.write("Reason", "Three letters, no answer.")
    keys.push("Suspend support")
    held = file_case(desk.people["contact"], desk.subscriber_a, "Second export stops", severity="1")
    assert Case.objects.get(number=held).state == "held"
    keys.skip()
    keys.write("Reason", "Paid in full.")
    keys.push("Reinstate support", key="Space")
    assert "Support is reinstated." in window.text("main")
    assert Case.objects.get(number=held).state == "open"


def test_an_owner_publishes_a_package_version(desk: Cast, visit: Open) -> None:
    window = visit(staff("Mira Castellanos", "programme_owner"))
    window.go("/console/programmes/")
    keys = Keys(window)
    keys.skip()
    keys.follow("Support and training packages")
    keys.skip()
    keys.push("Begin the next from 1")
    keys.skip()
    keys.follow("Edit as a form")
    keys.skip()
    keys.write("Initial, severity 1, in hours by the clock, Gold", "3")
    keys.leave("Enter")
    assert "targets › initial_response 1 › amounts › gold" in window.text("#differences")
    keys.skip()
    keys.follow("Look at it and publish")
    keys.skip()
    keys.write("Version", "2")
    keys.write_moment("In force from", datetime.now(tz=UTC).date() + timedelta(days=30))
    keys.push("Publish it")
    assert "Version 2 is published." in window.text("main")
    assert ProgrammeVersion.objects.filter(version="2").exists()


def test_the_text_of_a_version_is_written_and_left_by_keyboard(desk: Cast, visit: Open) -> None:
    window = visit(staff("Mira Castellanos", "programme_owner"))
    window.go("/console/programmes/reference/")
    keys = Keys(window)
    keys.skip()
    keys.push("Begin the next from 1")
    keys.skip()
    keys.to("The programme as YAML")
    keys.press("Control+End")
    keys.type("nonsense: 1")
    keys.push("Keep and check")  # a Tab leaves the text, however much is in it
    assert "1 mistake" in window.text(".errors")
    keys.skip()
    keys.unfold("Take the draft away")
    keys.push("Take it away")
    assert "Begin the next from 1" in window.text("main")


def test_an_owner_edits_holidays(desk: Cast, visit: Open) -> None:
    window = visit(staff("Mira Castellanos", "programme_owner"))
    window.go("/console/programmes/reference/")
    keys = Keys(window)
    keys.skip()
    keys.follow("Business hours")
    keys.skip()
    keys.follow("Edit")
    keys.skip()
    keys.write("Days to close, or with hours of their own", f"{working_day()} Works")
    keys.push("See what changes")
    assert "Nothing has been written yet." in window.text("main")
    keys.skip()
    keys.write("Reason", "Moving house")
    keys.push("Edit the calendar")
    assert "The calendar is edited." in window.text("main")
    assert CalendarVersion.objects.get(version=2, code="vendor_hours").reason == "Moving house"
