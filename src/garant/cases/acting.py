"""The frame of every act on a case: lock, look, check, write down, replay, save. In this order, always.

Locks are taken in one order everywhere: the idempotency key, then the case's row, then whatever the act needs. The
instant is read after the case's row is locked, and the sweeper locks it too, so a reply and a miss have one order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from garant.cases import consequences, lateness, scope
from garant.cases.events import CLOCK_KINDS, ENTRY_KINDS, MISSED, MOVED, events_of, seen_until
from garant.cases.models import Case, Message, Period
from garant.cases.standing import follow_entitlement
from garant.cases.texts import cleaned, message_data
from garant.cases.timing import CASE_COLUMNS, Key, behind, bring_into_line, replayed
from garant.cases.views import Done
from garant.contracts import queries as contracts
from garant.contracts.queries import StoredTerms
from garant.contracts.queries_terms import hold_calendars
from garant.core.clocks import CaseClock
from garant.core.people import NOBODY, SYSTEM, Actor, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.journal import operations as journal
from garant.journal.queries_replay import entries_by_subject
from garant.journal.views import EntryView

#: The kinds of entries that a replay reads.
REPLAYED = (*CLOCK_KINDS, MISSED)
CASE_SAVED = (*CASE_COLUMNS, "assignee", "last_activity_at")


@dataclass(slots=True)
class Act:
    """One act on a locked case at one instant. `side` is "vendor" or "contact"; `entries` are those of its clocks."""

    case: Case
    at: datetime
    by: Actor
    viewer: Viewer
    side: str
    entries: list[EntryView]
    rows: Mapping[Key, Period]
    terms: StoredTerms
    message: Message | None = None
    clock: CaseClock | None = None
    written: list[EntryView] = field(default_factory=list)

    @property
    def person(self) -> int:
        """The id of the person who acts. Raises Refusal `automatic_act` for the system."""
        if self.by.id is None:
            raise Refusal("automatic_act", "acts_are_by_people", "sign_in", {"actor": self.by.kind})
        return self.by.id

    def record(self, kind: str, data: Mapping[str, Any], at: datetime | None = None) -> EntryView:
        """Write a fact about the case into its journal; `at` None: at the act's instant.

        A case that comes back first takes the contract's terms and the standing as they are now.
        """
        if kind == "case_reopened":
            follow_entitlement(self)
        entry = journal.append(
            subject=("case", self.case.pk),
            kind=kind,
            data=data,
            by=self.by,
            at=at or self.at,
            subscriber_id=self.case.subscriber_id,
        )
        self.written.append(entry)
        if kind in REPLAYED:
            self.entries.append(entry)
        consequences.follow(self, entry)
        return entry

    def say(self, kind: str, body: str, *, field: str = "body") -> dict[str, Any]:
        """Store a text and return how an entry refers to it. Raises Refusal for an empty or overlong one."""
        self.message = Message.objects.create(
            case=self.case,
            subscriber_id=self.case.subscriber_id,
            kind=kind,
            author_id=self.by.id,
            by_vendor=self.side == "vendor",
            body=cleaned(body, field=field),
            at=self.at,
        )
        return message_data(self.message)

    def catch_up(self) -> None:
        """Before anything new: let calendar edits move what runs, and record what was late already."""
        if behind(self.rows.values(), self.terms, self.at):
            self.record(ENTRY_KINDS["check"], {})
            self.settle()
        else:
            lateness.record_late(
                self.case, self.rows.values(), self.at, already=frozenset(), terms=self.terms, into=self.entries
            )

    def settle(self) -> None:
        """Bring periods and case into line with the journal, and record what that shows to be late."""
        events = events_of(self.entries)
        self.clock = replayed(self.entries, self.terms, self.at)
        before = {key: row.known_at for key, row in self.rows.items()}
        running = {key for key, row in self.rows.items() if row.ended is None}
        self.rows = bring_into_line(self.case, self.rows, self.clock, events, self.terms)
        self._note_moved(before)
        lateness.record_late(
            self.case, self.rows.values(), self.at, already=self._missed(), terms=self.terms, into=self.entries
        )
        lateness.end_with(self.rows[key] for key in running)
        self.case.last_activity_at = max(self.case.last_activity_at, self.at)
        self.case.save(update_fields=CASE_SAVED)

    def _missed(self) -> frozenset[Key]:
        return frozenset((e.data["metric"], e.data["number"]) for e in self.entries if e.kind == MISSED)

    def _note_moved(self, before: Mapping[Key, datetime | None]) -> None:
        """Write down each due time that a calendar's edit has moved since the case was last looked at."""
        for period in self.clock.periods if self.clock else ():
            known = before.get(period.key)
            for note in period.notes:
                if note.code == "due_moved" and known is not None and note.values["at"] > known:  # type: ignore[operator]
                    moved = {name: _iso(note.values[name]) for name in ("at", "from", "to")}
                    self.record(
                        MOVED,
                        {
                            "metric": period.metric,
                            "number": period.number,
                            "cause": note.values["cause"],
                            **moved,
                        },
                    )

    def done(self) -> Done:
        """What the act left behind."""
        case = self.case
        message = self.message.pk if self.message else None
        return Done(case.number, case.state, case.severity, case.next_due, self.at, message)


def _iso(value: object) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else None


def catch_up(case: Case, now: datetime) -> None:
    """Let calendar edits move the due times of a locked case, on behalf of the system."""
    entries, rows = _known(case)
    act = Act(case, instant_of(None, now, seen_until(entries)), SYSTEM, NOBODY, "", entries, rows, contracts.terms())
    act.record(ENTRY_KINDS["check"], {})
    act.settle()


@contextmanager
def acting(*, name: str, by: Actor, number: int, at: datetime | None = None) -> Iterator[Act]:
    """An act called `name` by a person on a case, in one transaction; what the body records is settled at its end.

    `at`: the instant of an imported act; None: the database's clock. Raises NotFound when the person may not see the
    case, Refusal when their role or the case's state forbids the act, or `at` lies before what is known already.
    """
    viewer = scope.viewer_of(by)
    with transaction.atomic():
        act = _opened(viewer, by, number, at)
        scope.check(viewer, act.case, name)
        act.catch_up()
        yield act
        act.settle()


@contextmanager
def act_for_system(*, by: Actor, number: int, at: datetime | None = None) -> Iterator[Act]:
    """An act that follows from something else (a contract that changed): no role is asked, a merged case is left be."""
    with transaction.atomic():
        case = Case.objects.select_for_update().filter(number=number).first()
        if case is None:
            raise NotFound("case")
        now = hold_calendars()
        entries, rows = _known(case)
        act = Act(case, instant_of(at, now, seen_until(entries)), by, NOBODY, "", entries, rows, contracts.terms())
        act.catch_up()
        yield act
        act.settle()


def _opened(viewer: Viewer, by: Actor, number: int, at: datetime | None) -> Act:
    if not 0 < number < 2**63:
        raise NotFound("case")
    case = scope.visible(viewer).select_for_update(of=("self",)).filter(number=number).first()
    if case is None:
        raise NotFound("case")
    now = hold_calendars()
    entries, rows = _known(case)
    side = scope.side_of(viewer, case.subscriber_id) or ""
    return Act(case, instant_of(at, now, seen_until(entries)), by, viewer, side, entries, rows, contracts.terms())


def upon(case: Case, by: Actor, now: datetime) -> Act:
    """An act on a case that the caller has locked, as one of many; the caller records and settles."""
    entries, rows = _known(case)
    act = Act(case, instant_of(None, now, seen_until(entries)), by, NOBODY, "", entries, rows, contracts.terms())
    act.catch_up()
    return act


def _known(case: Case) -> tuple[list[EntryView], dict[Key, Period]]:
    """The entries of a case that a replay reads, and its periods as stored."""
    entries = list(entries_by_subject(kind="case", ids=[case.pk], only=REPLAYED).get(case.pk, ()))
    return entries, {(row.metric, row.number): row for row in Period.objects.filter(case=case)}


def instant_of(at: datetime | None, now: datetime, seen: datetime | None) -> datetime:
    """The instant of an act: the database's, or the one it was imported with.

    Raises Refusal `instant_ahead` for one after now and `instant_behind` for one before what the case has seen.
    """
    if at is None:
        # A clock set back must not turn the order of what happened around.
        return now if seen is None else max(now, seen)
    if at.utcoffset() is None:
        raise ValueError("an act's instant needs an offset")
    if at > now:
        raise Refusal("instant_ahead", "acts_lie_in_the_past", "check_instant", {"at": at, "now": now})
    if seen is not None and at < seen:
        raise Refusal("instant_behind", "acts_come_in_order", "check_instant", {"at": at, "seen": seen})
    return at
