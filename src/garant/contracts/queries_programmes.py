"""Reading programmes for those who own them: versions, who is on which, drafts, calendars with their edits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date
from typing import cast

from django.db.models import Count, Q

from garant.contracts.models import (
    CalendarVersion,
    Contract,
    PackageVersion,
    Programme,
    ProgrammeDraft,
    ProgrammeVersion,
)
from garant.contracts.operations_calendars import own_hours
from garant.contracts.operations_drafts import draft_view
from garant.contracts.queries import contract_view, contracts_rows, programme_document
from garant.contracts.queries_terms import calendar_of, programme_by_id
from garant.contracts.views import CalendarRow, ContractView, DraftView, ProgrammeRow, VersionRow
from garant.core.calendars import Calendar
from garant.core.people import Viewer
from garant.core.programmes import Programme as Document
from garant.core.refusals import NotFound
from garant.core.rights import check
from garant.journal.operations import database_now
from garant.kit.pages import Page, bounded, marks, page


def programmes(viewer: Viewer) -> list[ProgrammeRow]:
    """Every programme that is stored, by code. For staff only."""
    check(viewer, "read_programmes")
    today = _today()
    drafts = set(ProgrammeDraft.objects.values_list("code", flat=True))
    versions: dict[str, list[tuple[date, int, str]]] = defaultdict(list)
    found = ProgrammeVersion.objects.values_list("programme__code", "effective_from", "pk", "version")
    for code, since, pk, version in found:
        versions[code].append((since, pk, version))
    running = _running(today)
    rows = []
    for code, stored in sorted(versions.items()):
        since, pk, version = _in_force(stored, today)
        coming = tuple((name, day) for day, _, name in sorted(stored) if day > today and name != version)
        name = programme_by_id(pk).text("name", viewer.language)
        rows.append(ProgrammeRow(code, name, version, since, coming, len(stored), running[code], code in drafts))
    return rows


def _running(today: date) -> Counter[str]:
    """Contracts that have not ended, by programme."""
    name = "package_version__programme_version__programme__code"
    found = Contract.objects.filter(ends_on__gte=today).values_list(name).annotate(n=Count("pk"))
    return Counter(dict(found))


def _in_force(stored: Sequence[tuple[date, int, str]], today: date) -> tuple[date, int, str]:
    begun = [row for row in stored if row[0] <= today]
    return max(begun) if begun else min(stored)


def new_drafts(viewer: Viewer) -> list[DraftView]:
    """Drafts of programmes that are not stored yet."""
    check(viewer, "load_programme")
    stored = Programme.objects.values("code")
    return [draft_view(row) for row in ProgrammeDraft.objects.exclude(code__in=stored).order_by("code")]


def draft(viewer: Viewer, programme: str) -> DraftView | None:
    """The version that is being written; None when nobody has begun one."""
    check(viewer, "load_programme")
    row = ProgrammeDraft.objects.filter(code=programme).first()
    return None if row is None else draft_view(row)


def programme_versions(viewer: Viewer, programme: str) -> list[VersionRow]:
    """The versions of a programme, the newest to come into force first. Raises NotFound for an unknown one."""
    check(viewer, "read_programmes")
    today = _today()
    rows = ProgrammeVersion.objects.filter(programme__code=programme).defer("document", "source")
    stored = [(row.effective_from, row.pk, row.version) for row in rows]
    if not stored:
        raise NotFound("programme")
    current = _in_force(stored, today)[1]
    packages: dict[int, list[str]] = defaultdict(list)
    for version_id, code in PackageVersion.objects.filter(
        programme_version__programme__code=programme
    ).order_by("pk").values_list("programme_version_id", "code"):  # fmt: skip
        packages[version_id].append(code)
    counted = _counted(programme, today)
    return [
        VersionRow(
            row.pk, row.version, row.effective_from, row.loaded_at,
            "in_force" if row.pk == current else "coming" if row.effective_from > today else "past",
            tuple(packages[row.pk]), *counted.get(row.pk, (0, 0)),
        )
        for row in sorted(rows, key=lambda row: (row.effective_from, row.pk), reverse=True)
    ]  # fmt: skip


def _counted(programme: str, today: date) -> dict[int, tuple[int, int]]:
    """How many contracts pin each version, and how many of them have not ended."""
    rows = Contract.objects.filter(package_version__programme_version__programme__code=programme)
    grouped = rows.values_list("package_version__programme_version_id").annotate(
        pinned=Count("pk"), running=Count("pk", filter=Q(ends_on__gte=today))
    )
    return {version: (pinned, running) for version, pinned, running in grouped}


def programme_version(viewer: Viewer, programme: str, version: str | None = None) -> Document:
    """A stored version as core's value; None: the one in force. Raises NotFound."""
    check(viewer, "read_programmes")
    if version is None:
        return programme_document(programme)
    found = ProgrammeVersion.objects.filter(programme__code=programme, version=version).values_list("pk", flat=True)
    for pk in found:
        return programme_by_id(pk)
    raise NotFound("programme version")


def programme_source(viewer: Viewer, programme: str, version: str) -> str:
    """A stored version's text as it was written. Raises NotFound."""
    check(viewer, "read_programmes")
    rows = ProgrammeVersion.objects.filter(programme__code=programme, version=version)
    for text in rows.values_list("source", flat=True):
        return text
    raise NotFound("programme version")


def contracts_on(
    viewer: Viewer, programme: str, version: str, *, after: str | None = None, limit: int = 50
) -> Page[ContractView]:
    """The contracts that pin a version, the latest ending first."""
    check(viewer, "read_programmes")
    limit = bounded(limit)
    rows = contracts_rows().filter(
        package_version__programme_version__programme__code=programme,
        package_version__programme_version__version=version,
    )
    mark = marks("contracts_on", after, 2)
    if mark is not None:
        ends, last = date.fromisoformat(cast(str, mark[0])), cast(int, mark[1])
        rows = rows.filter(Q(ends_on__lt=ends) | Q(ends_on=ends, pk__lt=last))
    found = [contract_view(row) for row in rows.order_by("-ends_on", "-pk")[: limit + 1]]
    return page("contracts_on", found, limit, lambda row: (row.ends_on.isoformat(), row.id))


def calendar_versions(viewer: Viewer, programme: str, code: str, version: str) -> list[CalendarRow]:
    """A calendar of a stored version: as it was stored, then its edits in order; none for one without own hours."""
    check(viewer, "read_programmes")
    rows = CalendarVersion.objects.filter(
        programme_version__programme__code=programme, programme_version__version=version, code=code
    )
    return [
        CalendarRow(row.version, row.effective_from, row.known_from, row.plain, row.reason)
        for row in rows.order_by("version")
    ]


def calendar_seen(viewer: Viewer, programme: str, code: str, version: str) -> Calendar | None:
    """A calendar of a stored version with its edits, ready to count; None for one that follows the customer's zone.

    Raises NotFound for an unknown one.
    """
    document = programme_version(viewer, programme, version)
    if code not in document.calendars:
        raise NotFound("calendar")
    rows = calendar_versions(viewer, programme, code, version)
    if not rows:
        return None
    versions = []
    for row in rows:
        instants = {"effective_from": row.effective_from, "known_from": row.known_from}
        versions.append({**row.plain, **{name: at.isoformat() for name, at in instants.items() if at is not None}})
    return calendar_of(document, code, versions)


def edits_left_behind(viewer: Viewer, document: Document) -> list[str]:
    """Calendars whose edits on the desk a new version would not have, because its text gives them other hours."""
    in_force = programme_version(viewer, document.code).version
    left = []
    for code in edits_of(viewer, document.code, in_force):
        first = calendar_versions(viewer, document.code, code, in_force)[0]
        spec = document.calendars.get(code)
        if spec is None or spec.plain is None or own_hours(document.calendar(code)) != first.plain:
            left.append(code)
    return left


def edits_of(viewer: Viewer, programme: str, version: str) -> dict[str, int]:
    """Calendars of a stored version that were edited since: code -> how often."""
    check(viewer, "read_programmes")
    rows = CalendarVersion.objects.filter(
        programme_version__programme__code=programme, programme_version__version=version, version__gt=1
    )
    return dict(Counter(rows.values_list("code", flat=True)))


def _today() -> date:
    return database_now().astimezone(UTC).date()
