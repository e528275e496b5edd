"""Stored programmes ready to count with: cached per process, because versions never change.

The cache is keyed by row ids; what can still be added (a programme version, a calendar's edit) is noticed by a stamp
of one small query, so that an edit made in one process holds in all others from their next question on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection

from garant.contracts.keys import parse_key
from garant.contracts.models import Amendment, CalendarVersion, ProgrammeVersion
from garant.core.calendars import Calendar
from garant.core.programmes import Programme, ProgrammeTerms
from garant.core.targets import Rule, Target
from garant.journal.operations import database_now
from garant.kit.asking import answered, one_answer

Stamp = tuple[int, int, int, int]

_STAMP = """
SELECT (SELECT count(*) FROM contracts_programmeversion), (SELECT coalesce(max(id), 0) FROM contracts_programmeversion),
       (SELECT count(*) FROM contracts_calendarversion), (SELECT coalesce(max(id), 0) FROM contracts_calendarversion),
       clock_timestamp()
"""


@dataclass(frozen=True)
class OwnTerms:
    """What one contract has beside its package: codes of add-ons, and targets by (severity, metric)."""

    add_ons: tuple[str, ...] = ()
    overrides: Mapping[tuple[str, str], Target] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything of its own."""
        return bool(self.add_ons or self.overrides)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> OwnTerms:
        """From an amendment's data."""
        targets = [
            Target(**{**plain, "amount": None if plain["amount"] is None else Decimal(plain["amount"])})
            for plain in data.get("overrides", ())
        ]
        return cls(tuple(data.get("add_ons", ())), {(one.severity, one.metric): one for one in targets})

    def to_plain(self) -> dict[str, Any]:
        """As an amendment keeps it."""
        targets = [
            {**asdict(one), "amount": None if one.amount is None else str(one.amount)}
            for _, one in sorted(self.overrides.items())
        ]
        return {"add_ons": list(self.add_ons), "overrides": targets}


@lru_cache(maxsize=1024)
def own_terms(amendment: int | None) -> OwnTerms:
    """The add-ons and overrides that an amendment holds; they never change. Raises KeyError for an unknown one."""
    if amendment is None:
        return OwnTerms()
    data = Amendment.objects.filter(pk=amendment).values_list("data", flat=True).first()
    if data is None:
        raise KeyError(f"amendment {amendment}")
    return OwnTerms.from_plain(data)


@dataclass(eq=False)
class StoredTerms:
    """The terms of every stored programme version, by package key (see `keys`). Implements core's `Terms`.

    Raises KeyError for a key whose programme version, package or region is not stored.
    """

    stamp: Stamp
    _versions: Mapping[tuple[str, str], int]
    _begins: Mapping[str, Sequence[tuple[date, int]]] = field(default_factory=dict)
    _terms: dict[str, ProgrammeTerms] = field(default_factory=dict)
    _rules: dict[tuple[str, str, str], Rule | None] = field(default_factory=dict)
    _edits: dict[int, Mapping[str, Calendar]] = field(default_factory=dict)

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        """The rule of a cell under a package key, or None when it is empty."""
        key = (package, severity, metric)
        if key not in self._rules:
            parts = parse_key(package)
            # After a contract's end every cell is empty: what runs stays, nothing new starts (clock.md 8).
            found = None if parts.ended else self.of(package).rule(parts.package, severity, metric)
            self._rules[key] = None if found is None else replace(found, package=package)
        return self._rules[key]

    def more_severe(self, a: str, b: str) -> bool:
        """Whether `a` is more severe than `b`: levels are ranked by the programmes that know both.

        Raises KeyError when none does.
        """
        for version_id in self._versions.values():
            known = {severity.level for severity in programme_by_id(version_id).severities}
            if a in known and b in known:
                return programme_by_id(version_id).more_severe(a, b)
        raise KeyError(f"{a}/{b}")

    def proposal_lapses(self, package: str, severity: str, at: datetime) -> datetime | None:
        """When a vendor's proposal made at `at` lapses with the severity unchanged; None: never."""
        return self.of(package).proposal_lapses(parse_key(package).package, severity, at)

    def of(self, key: str) -> ProgrammeTerms:
        """The terms that a package key names."""
        if key not in self._terms:
            parts = parse_key(key)
            version_id = self._versions[parts.programme, parts.version]
            own = own_terms(parts.amendment)
            self._terms[key] = programme_by_id(version_id).terms(
                parts.region, self._calendars(version_id), parts.zone, add_ons=own.add_ons, overrides=own.overrides
            )
        return self._terms[key]

    def with_proposed(self, key: str, own: OwnTerms) -> StoredTerms:
        """These terms and, under `key`, a contract's own terms that are not stored yet: for a look ahead."""
        parts = parse_key(key)
        version_id = self._versions[parts.programme, parts.version]
        proposed = programme_by_id(version_id).terms(
            parts.region, self._calendars(version_id), parts.zone, add_ons=own.add_ons, overrides=own.overrides
        )
        return replace(self, _terms={**self._terms, key: proposed}, _rules={})

    def with_edits(self, edits: Mapping[int, Calendar]) -> StoredTerms:
        """These terms with one calendar edited, by programme version, as nobody has stored it: for a look ahead."""
        merged = {pk: {**self._calendars(pk), calendar.code: calendar} for pk, calendar in edits.items()}
        return replace(self, _terms={}, _rules={}, _edits={**self._edits, **merged})

    def versions_of(self, code: str) -> list[tuple[date, int]]:
        """The stored versions of a programme as (first day, id), in the order in which they come into force."""
        return sorted(self._begins.get(code, ()))

    def programme(self, key: str) -> Programme:
        """The programme version that a package key names."""
        parts = parse_key(key)
        return programme_by_id(self._versions[parts.programme, parts.version])

    def _calendars(self, version_id: int) -> Mapping[str, Calendar]:
        """The calendars of a programme version that were edited after it was loaded, by code."""
        if version_id not in self._edits:
            rows = CalendarVersion.objects.filter(programme_version_id=version_id).order_by("code", "version")
            self._edits[version_id] = edited_calendars(programme_by_id(version_id), list(rows))
        return self._edits[version_id]


# Any number that nothing else locks: acts share it, an edit of a calendar has it alone.
_CALENDARS = 0x6361_6C65_6E64

_HELD = "WITH held AS MATERIALIZED (SELECT {}(%s)) SELECT clock_timestamp() FROM held"


def hold_calendars() -> datetime:
    """Keep calendars from being edited until the transaction ends; returns the database's clock since then.

    Without it an edit could become known before an act's instant and be committed after the act had read its terms:
    a later replay would then count by hours that the act did not know. Acts share the hold and never wait for one
    another.
    """
    return _held("pg_advisory_xact_lock_shared")


def change_calendars() -> datetime:
    """Wait for the acts that count right now and keep new ones out until the transaction ends; returns the clock."""
    return _held("pg_advisory_xact_lock")


def _held(function: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(function), [_CALENDARS])
        found: datetime = cursor.fetchone()[0]
        return found


def edited_calendars(programme: Programme, rows: Sequence[CalendarVersion]) -> dict[str, Calendar]:
    """Calendars with more than the version they were loaded with, ready to count."""
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(plain_version(row))
    return {code: calendar_of(programme, code, versions) for code, versions in by_code.items() if len(versions) > 1}


def calendar_of(programme: Programme, code: str, versions: Sequence[Mapping[str, Any]]) -> Calendar:
    """A calendar of a programme version with its stored versions in plain form, ready to count."""
    hours = programme.calendars[code].business_day_hours
    day = {} if hours is None else {"business_day_hours": str(hours)}
    return Calendar.from_plain(code, {"versions": list(versions), **day})


def plain_version(row: CalendarVersion) -> dict[str, Any]:
    """A stored calendar version in core's plain form, with its instants."""
    instants = {
        name: at.isoformat()
        for name, at in (("effective_from", row.effective_from), ("known_from", row.known_from))
        if at is not None
    }
    return {**row.plain, **instants}


@one_answer
def terms() -> StoredTerms:
    """The terms of everything stored now. One small query; the same object as long as nothing was added.

    A page that asks for the moment afterwards has it from here.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        *stamp, now = cursor.fetchone()
    answered(database_now, now)
    return _terms_at(tuple(stamp))


@lru_cache(maxsize=4)
def _terms_at(stamp: Stamp) -> StoredTerms:
    rows = list(
        ProgrammeVersion.objects.order_by("pk").values_list("programme__code", "version", "pk", "effective_from")
    )
    begins: dict[str, list[tuple[date, int]]] = {}
    for code, _, pk, since in rows:
        begins.setdefault(code, []).append((since, pk))
    return StoredTerms(stamp, {(code, version): pk for code, version, pk, _ in rows}, begins)


@lru_cache(maxsize=256)
def programme_by_id(version_id: int) -> Programme:
    """A stored programme version as core's value; versions of the same content share one."""
    rows = ProgrammeVersion.objects.filter(pk=version_id)
    return _Content(rows.values_list("digest", flat=True).get(), version_id).programme()


@dataclass(frozen=True)
class _Content:
    """A programme's content by its digest; which row it is read from makes no difference."""

    digest: str
    version_id: int = field(compare=False)

    @lru_cache(maxsize=32)  # noqa: B019  one entry per content, and meant to stay
    def programme(self) -> Programme:
        """Read and checked once per process."""
        document = ProgrammeVersion.objects.values_list("document", flat=True).get(pk=self.version_id)
        return Programme.from_plain(document)
