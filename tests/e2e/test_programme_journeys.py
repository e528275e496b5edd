"""Journeys of a programme's owner: a version drafted, checked and published; a calendar's holidays edited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import Cast, person

from garant.contracts.cells import grid
from garant.contracts.models import CalendarVersion, ProgrammeDraft, ProgrammeVersion
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]
WORDS = {
    "en": {
        "programmes": "Programmes", "name": "Support and training packages", "begin": "Begin the next from 1",
        "text": "The programme as YAML", "keep": "Keep and check", "mistakes": "1 mistake",
        "fine": "No mistake was found.",
        "form": "Edit as a form",
        "cell": "Initial, severity 1, in hours by the clock, Gold",
        "look": "Look at it and publish",
        "version": "Version", "from": "In force from", "three": "3 h",
        "publish": "Publish it", "done": "Version 2 is published.",
        "calendar": "Business hours", "edit": "Edit", "days": "Days to close, or with hours of their own",
        "see": "See what changes", "nothing": "Nothing has been written yet.", "reason": "Reason",
        "make": "Edit the calendar", "made": "The calendar is edited.",
    },
    "de": {
        "programmes": "Programme", "name": "Support- und Schulungspakete", "begin": "Die nächste aus 1 beginnen",
        "text": "Das Programm als YAML", "keep": "Speichern und prüfen", "mistakes": "1 Fehler",
        "fine": "Es wurde kein Fehler gefunden.", "form": "Als Formular bearbeiten",
        "cell": "Erste, Schweregrad 1, in Stunden nach der Uhr, Gold", "look": "Ansehen und veröffentlichen",
        "version": "Version", "from": "In Kraft ab", "three": "3 Std.", "publish": "Veröffentlichen",
        "done": "Version 2 ist veröffentlicht.", "calendar": "Geschäftszeiten", "edit": "Bearbeiten",
        "days": "Tage, die geschlossen sind oder eigene Zeiten haben", "see": "Sehen, was sich ändert",
        "nothing": "Noch ist nichts geschrieben.", "reason": "Grund", "make": "Den Kalender ändern",
        "made": "Der Kalender ist geändert.",
    },
}  # fmt: skip


def owner(language: str) -> Person:
    """Somebody who owns programmes and nothing else."""
    row = person("Mira Castellanos", "mira@vendor.example", language=language)
    directory.give_role(by=SYSTEM, person_id=row.pk, role="programme_owner")
    return row


def to_programme(window: Visit, words: dict[str, str]) -> None:
    window.go("/")
    window.page.get_by_role("link", name=words["programmes"], exact=True).click()
    window.page.get_by_role("link", name=words["name"]).click()


@pytest.mark.parametrize(("language", "width", "script"), [("en", 1440, True), ("de", 390, True), ("de", 1440, False)])
def test_an_owner_publishes_a_package_version(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, script: bool
) -> None:
    words = WORDS[language]
    window = visit(owner(language), language=language, width=width, script=script)
    page = window.page

    def look() -> None:
        assert overflow(window) <= 0, page.url
        if script:
            accessible(window)

    to_programme(window, words)
    look()
    page.get_by_role("button", name=words["begin"]).press("Enter")
    text = page.get_by_label(words["text"])
    typed = text.input_value()
    wrong = typed.replace('severity: "1", unit: elapsed_hours', 'severity: "1", unit: elapsed_weeks', 1)
    text.fill(wrong)
    page.get_by_role("button", name=words["keep"]).press("Enter")
    page.get_by_role("heading", name=words["mistakes"]).wait_for()
    look()
    page.get_by_label(words["text"]).fill(typed)
    page.get_by_role("button", name=words["keep"]).press("Enter")
    page.get_by_text(words["fine"]).wait_for()
    look()
    page.get_by_role("link", name=words["form"]).press("Enter")
    page.get_by_label(words["cell"]).first.fill("3")
    look()
    page.get_by_role("button", name=words["keep"]).press("Enter")
    page.locator("ins", has_text=words["three"]).first.wait_for()
    assert "targets › initial_response 1 › amounts › gold" in window.text("#differences")
    look()
    page.get_by_role("link", name=words["look"]).press("Enter")
    page.get_by_label(words["version"], exact=True).fill("2")
    page.get_by_label(words["from"]).fill((datetime.now(tz=UTC).date() + timedelta(days=30)).isoformat())
    look()
    page.get_by_role("button", name=words["publish"]).press("Enter")
    page.get_by_text(words["done"]).wait_for()
    look()
    stored = ProgrammeVersion.objects.get(version="2")
    held = {row.metric + row.severities[0]: row for row in grid(stored.source).rows if row.kind == "target"}
    assert {cell.package: cell.value for cell in held["initial_response1"].cells}["gold"] == 3
    assert not ProgrammeDraft.objects.exists()


@pytest.mark.parametrize(("language", "width", "script"), [("en", 1440, False), ("de", 390, True)])
def test_an_owner_edits_holidays(
    desk: Cast, visit: Open, accessible: Any, language: str, width: int, script: bool
) -> None:
    words = WORDS[language]
    window = visit(owner(language), language=language, width=width, script=script)
    page = window.page

    def look() -> None:
        assert overflow(window) <= 0, page.url
        if script:
            accessible(window)

    to_programme(window, words)
    page.get_by_role("link", name=words["calendar"], exact=True).press("Enter")
    look()
    page.get_by_role("link", name=words["edit"], exact=True).press("Enter")
    day = datetime.now(tz=UTC).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    page.get_by_label(words["days"]).fill(f"{day} Works")
    look()
    page.get_by_role("button", name=words["see"]).press("Enter")
    page.get_by_text(words["nothing"]).wait_for()
    look()
    assert CalendarVersion.objects.filter(version__gt=1).count() == 0
    page.get_by_label(words["reason"]).fill("Moving house")
    page.get_by_role("button", name=words["make"]).press("Enter")
    page.get_by_text(words["made"]).wait_for()
    look()
    assert page.locator(".month .hol", has_text="Works").count() == 1
    latest = CalendarVersion.objects.get(version=2, code="vendor_hours")
    assert latest.reason == "Moving house"
