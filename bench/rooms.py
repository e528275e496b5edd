"""Filing through the operation, and the sweep with 1,000 due of 100,000 open, each beside a floor in the same run.

Both run on a durable PostgreSQL of their own. The floor of filing is one committed row by Django; the floor of the
sweep is one set-based statement that marks 1,000 rows late and writes one journal and one outbox row for each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg

from bench.cases import AHEAD, clone, file_one
from bench.desk import Desk, throwaway_desk
from bench.measuring import System, Table, interleaved

FILED = 20
OPEN, DUE = 100_000, 1_000
ROUNDS = 5


def run() -> Table:
    """Filing first, then the sweeps on the same desk."""
    table = Table(f"Rooms: filing, and sweeps with {OPEN:,} cases open")
    with throwaway_desk() as desk:
        table.rows += _filing(desk)
        sweep = Sweep(desk)
        sweep.fill()
        table.rows += sweep.measured()
        table.rows += sweep.idle()
        table.notes += sweep.notes
    table.notes.append("filing: contract check, number, case, period, journal, acknowledgement in one durable commit")
    table.notes.append("floor of filing: one case row in one durable commit; of the sweep: one set-based statement")
    return table


def _filing(desk: Desk) -> list[Any]:
    from django.db import transaction

    from garant.cases.models import Case

    file_one(desk)
    plain = {f.attname: getattr(Case.objects.get(), f.attname) for f in Case._meta.concrete_fields if f.name != "id"}
    numbers = iter(range(10**12, 10**13))

    def floor() -> None:
        for _ in range(FILED):
            with transaction.atomic():
                Case.objects.create(**{**plain, "number": next(numbers)})

    def garant() -> None:
        for _ in range(FILED):
            file_one(desk)

    known = Case.objects.count()

    def check() -> None:
        nonlocal known
        before, known = known, Case.objects.count()
        if known != before + FILED:
            raise AssertionError(f"{known - before} cases stored instead of {FILED}")

    return interleaved(
        "file a case",
        [
            System("Garant", "garant", garant, FILED, after=check),
            System("bare insert", "floor", floor, FILED, after=check),
        ],
        ROUNDS,
    )


@dataclass(slots=True)
class Sweep:
    """Cases cloned from one filed case, shifted in time, as if each had been filed: row, period, journal entry."""

    desk: Desk
    template: int = 0
    number: int = 10**13
    notes: list[str] = field(default_factory=list)

    def fill(self) -> None:
        """100,000 open cases whose promise lies ahead."""
        from garant.cases.models import Case, Period
        from garant.journal.operations import database_now

        Case.objects.filter(periods=None).delete()  # the floor's rows, which nobody promised anything
        now = database_now()
        self.template = Case.objects.get(number=file_one(self.desk, now - timedelta(minutes=1))).pk
        self._clone(OPEN, AHEAD)
        with self._owner() as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute(
                "CREATE TABLE bench_period AS SELECT * FROM cases_period;"
                "CREATE INDEX ON bench_period (due) WHERE ended IS NULL AND NOT missed;"
                "CREATE TABLE bench_entry (period bigint, at timestamptz, data jsonb);"
                "CREATE TABLE bench_notice (once text UNIQUE, data jsonb);"
            )
        open_now = Period.objects.filter(ended=None, due__gt=now).count()
        self.notes.append(f"sweep: {open_now:,} running periods ahead of their due time, {DUE:,} more late each round")

    def measured(self) -> list[Any]:
        """A round: 1,000 cases pass their due time, then one sweep records and tells them."""
        return interleaved(
            "sweep, per due period",
            [
                System("Garant", "garant", self._sweep, DUE, before=self._due, after=self._check),
                System("set-based SQL", "floor", self._floor, DUE, before=self._floor_due, after=self._floor_check),
            ],
            ROUNDS,
        )

    def idle(self) -> list[Any]:
        """A sweep that finds nothing, beside a bare query for nothing."""
        from django.db import connection

        def floor() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")

        return interleaved(
            "idle sweep", [System("Garant", "garant", self._sweep), System("SELECT 1", "floor", floor)], ROUNDS
        )

    def _owner(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.desk.database.owner_url, autocommit=True)

    def _clone(self, count: int, shift: str) -> None:
        clone(self.template, self.number, count, shift)
        self.number += count

    def _due(self) -> None:
        # The target's two hours have passed; the level that comes an hour after the miss has not.
        self._clone(DUE, "now() - interval '2 hours' - random() * interval '50 seconds' - received_at")

    def _sweep(self) -> None:
        from garant.cases.sweeping import sweep_all

        self.swept = sweep_all()

    swept: int = 0

    def _check(self) -> None:
        from garant.cases.models import Escalation, Period
        from garant.journal.models import Entry

        late = Period.objects.filter(ended=None, missed=True)
        entries = Entry.objects.filter(kind="target_missed").count()
        told = Escalation.objects.filter(trigger="missed").count()
        if (
            self.swept != DUE
            or not (late.count() == entries == told)
            or Period.objects.filter(ended=None, missed=False, due__lt=late.latest("due").due).exists()
        ):
            raise AssertionError(f"swept {self.swept}; {late.count()} late, {entries} entries, {told} told")

    def _floor_due(self) -> None:
        with self._owner() as connection:
            connection.execute(
                "UPDATE bench_period SET due = now() - interval '1 minute' WHERE id IN (SELECT id FROM bench_period "
                "WHERE NOT missed LIMIT %s)",
                [DUE],
            )

    def _floor(self) -> None:
        with self._owner() as connection:
            self.swept = connection.execute(_FLOOR, [DUE]).rowcount

    def _floor_check(self) -> None:
        if self.swept != DUE:
            raise AssertionError(f"the floor's statement wrote {self.swept} rows")


_FLOOR = """
WITH late AS (
    UPDATE bench_period SET missed = true, missed_recorded_at = clock_timestamp()
    WHERE id IN (SELECT id FROM bench_period WHERE ended IS NULL AND NOT missed AND due < now() ORDER BY due LIMIT %s
                 FOR UPDATE SKIP LOCKED)
    RETURNING id, case_id, due
), written AS (
    INSERT INTO bench_entry SELECT id, due, jsonb_build_object('case', case_id) FROM late
)
INSERT INTO bench_notice SELECT 'late:' || id, jsonb_build_object('due', due) FROM late
"""
