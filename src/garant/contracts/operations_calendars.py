"""Editing a calendar: a new version from an instant on; what lies before keeps the old one (clock.md 13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from garant.contracts.models import CalendarVersion, Programme
from garant.contracts.queries import programme_document
from garant.contracts.queries_terms import (
    StoredTerms,
    calendar_of,
    change_calendars,
    plain_version,
    programme_by_id,
    terms,
)
from garant.contracts.views import CalendarEdit
from garant.core.calendars import Calendar, CalendarError
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.operations import require_role
from garant.journal.operations import append, database_now

#: Who may edit calendars.
EDITORS = frozenset({"manager", "programme_owner"})


@transaction.atomic
def edit_calendar(
    *,
    by: Actor,
    programme: str,
    code: str,
    plain: Mapping[str, Any],
    effective_from: datetime | None,
    reason: str,
) -> CalendarEdit:
    """Give a calendar other hours from an instant on (`effective_from` None: from now).

    The edit reaches the programme version in force and every other one that counts on the same hours today; versions
    sold with other hours keep theirs. Refuses hours that can't be counted, an instant in the past, a missing reason.
    """
    require_role(by, EDITORS)
    row = Programme.objects.select_for_update().filter(code=programme).first()
    if row is None:
        raise NotFound("programme")
    # Read after the locks, so that versions become known in the order of their numbers, and after every act that
    # counted without them.
    now = change_calendars()
    since, hours, touched = _edit(row, code, plain, effective_from, now)
    if not reason.strip():
        raise Refusal("reason_missing", "edits_keep_a_reason", "give_reason", {})
    for latest in touched:
        CalendarVersion.objects.create(
            programme_version_id=latest.programme_version_id, code=code, version=latest.version + 1,
            effective_from=since, known_from=now, plain=hours, reason=reason.strip(),
        )  # fmt: skip
    versions = tuple(latest.programme_version.version for latest in touched)
    data = {"calendar": code, "versions": list(versions), "effective_from": since.isoformat()}
    append(
        subject=("programme", row.pk), kind="calendar_edited", data=data, by=by, at=now, subscriber_id=None
    )  # fmt: skip
    return CalendarEdit(programme, code, versions, since, now)


@dataclass(frozen=True, slots=True)
class ProposedEdit:
    """An edit as it would come out: the versions that it reaches, from when it holds, and the terms with it."""

    versions: tuple[str, ...]
    effective_from: datetime
    calendar: Calendar
    terms: StoredTerms


def propose_edit(
    *, programme: str, code: str, plain: Mapping[str, Any], effective_from: datetime | None
) -> ProposedEdit:
    """An edit of a calendar looked at before it is made; nothing is written. Refuses what `edit_calendar` would, but
    for the reason; raises NotFound likewise. Not scoped: for rooms that check who looks."""
    row = Programme.objects.filter(code=programme).first()
    if row is None:
        raise NotFound("programme")
    now = database_now()
    since, hours, touched = _edit(row, code, plain, effective_from, now)
    new = {**hours, "effective_from": since.isoformat(), "known_from": now.isoformat()}
    edits = {latest.programme_version_id: _with(latest, new) for latest in touched}
    leading = edits[touched[0].programme_version_id]
    versions = tuple(latest.programme_version.version for latest in touched)
    return ProposedEdit(versions, since, leading, terms().with_edits(edits))


def _with(latest: CalendarVersion, new: Mapping[str, Any]) -> Calendar:
    """The calendar of a programme version with one more version behind the stored ones."""
    rows = CalendarVersion.objects.filter(programme_version_id=latest.programme_version_id, code=latest.code)
    stored = [plain_version(row) for row in rows.order_by("version")]
    return calendar_of(programme_by_id(latest.programme_version_id), latest.code, [*stored, new])


def _edit(
    row: Programme, code: str, plain: Mapping[str, Any], effective_from: datetime | None, now: datetime
) -> tuple[datetime, dict[str, Any], list[CalendarVersion]]:
    """From when an edit holds, its hours as they are stored, and the latest calendar versions that it follows."""
    since = _effective(effective_from, now)
    hours = _checked(code, plain)
    touched = _sharing(row, programme_document(row.code, now).version, code)
    for latest in touched:
        if latest.effective_from is not None and since < latest.effective_from:
            values = {"effective_from": latest.effective_from.isoformat()}
            raise Refusal("calendar_edit_out_of_order", "edits_come_in_order", "choose_later_instant", values)
    return since, hours, touched


def _effective(wanted: datetime | None, now: datetime) -> datetime:
    if wanted is None:
        return now
    if wanted.tzinfo is None:
        raise ValueError("an edit's instant needs a zone")
    if wanted < now:
        values = {"now": now.isoformat(), "effective_from": wanted.isoformat()}
        raise Refusal("calendar_edit_in_past", "past_hours_stay", "choose_later_instant", values)
    return wanted.astimezone(UTC)


def _checked(code: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    """The hours in their stored form. Refuses what can't be counted on, with the law's own words."""
    try:
        calendar = Calendar.from_plain(code, plain)
        if len(calendar.versions) != 1:
            raise CalendarError(f"calendar {code}: give one version; its instant is effective_from")
        calendar.next_open(database_now())
        return own_hours(calendar)
    except CalendarError as problem:
        raise Refusal("calendar_invalid", "calendars_can_be_counted", "correct_hours", {"problem": str(problem)})


def own_hours(calendar: Calendar) -> dict[str, Any]:
    """A calendar's hours as they are stored; the length of its business day stays with the programme version."""
    return {name: value for name, value in calendar.to_plain().items() if name != "business_day_hours"}


def _sharing(programme: Programme, in_force: str, code: str) -> list[CalendarVersion]:
    """The latest version of the calendar in each programme version that counts on the same hours as the one in force.

    Raises NotFound when the programme in force has no such calendar of its own.
    """
    rows = CalendarVersion.objects.filter(programme_version__programme=programme, code=code)
    rows = rows.select_related("programme_version").defer("programme_version__document", "programme_version__source")
    latest: dict[int, CalendarVersion] = {}
    for found in rows.order_by("version"):
        latest[found.programme_version_id] = found
    leading = [found for found in latest.values() if found.programme_version.version == in_force]
    if not leading:
        raise NotFound("calendar")
    return [found for found in latest.values() if found.plain == leading[0].plain]
