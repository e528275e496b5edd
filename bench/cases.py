"""Cases for a bench: one filed through the operation, and many copies of it as if each had been filed."""

from __future__ import annotations

from datetime import datetime

from bench.desk import Desk

#: A shift for `clone`: received within the last 45 minutes, so that a promise of two hours lies ahead.
AHEAD = "now() - received_at - random() * interval '45 minutes'"


def file_one(desk: Desk, at: datetime | None = None) -> int:
    """One case of severity 1 through the operation; returns its number."""
    from garant.cases.operations import file_case
    from garant.core.people import Actor

    return file_case(
        by=Actor("person", desk.contact),
        person_id=desk.contact,
        subscriber_id=desk.subscriber,
        at=at,
        severity="1",
        request_type="error",
        subject="Nothing loads",
        description="Every page stays empty. " * 20,
        steps="Sign in.",
        expected="A page.",
        actual="Nothing.",
        environment="Production",
    ).number


def clone(template: int, number: int, count: int, shift: str) -> None:
    """Copies of the case with the id `template`, with its periods and journal entries, every instant moved by `shift`
    (SQL over the case `c`); their numbers begin after `number`."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE made ON COMMIT DROP AS SELECT nextval(pg_get_serial_sequence("
            "'cases_case', 'id')) AS id, g + %s AS number, "
            f"(SELECT {shift} FROM cases_case c WHERE c.id = %s AND g > 0) AS shift "
            "FROM generate_series(1, %s) g",
            [number, template, count],
        )
        for table, (changed, where) in _CHANGED.items():
            cursor.execute(_copied(table, changed, where), [template])


#: The later levels of a ladder, moved like everything else.
_LADDER = (
    "(SELECT coalesce(jsonb_agg(jsonb_set(e, '{at}', to_jsonb((e->>'at')::timestamptz + m.shift))), '[]')"
    " FROM jsonb_array_elements(t.ladder) e)"
)

#: Table -> which columns of a copy differ (None: the default), and which rows of the template are copied.
_CHANGED: dict[str, tuple[dict[str, str | None], str]] = {
    "cases_case": (
        {
            "id": "m.id",
            "number": "m.number",
            "received_at": "t.received_at + m.shift",
            "next_due": "t.next_due + m.shift",
            "next_near": "t.next_near + m.shift",
            "last_activity_at": "t.last_activity_at + m.shift",
        },
        "t.id = %s",
    ),
    "cases_period": (
        {
            "id": None,
            "case_id": "m.id",
            "started": "t.started + m.shift",
            "due": "t.due + m.shift",
            "near_at": "t.near_at + m.shift",
            "known_at": "t.known_at + m.shift",
            "step_at": "t.step_at + m.shift",
            "ladder": _LADDER,
            "near_recorded_at": "CASE WHEN t.near_at + m.shift < now() THEN now() END",
        },
        "t.case_id = %s",
    ),
    "journal_entry": (
        {
            "id": None,
            "subject_id": "m.id",
            "at": "t.at + m.shift",
            "recorded_at": "t.at + m.shift",
            "data": "jsonb_set(t.data, '{number}', to_jsonb(m.number))",
        },
        "t.subject_kind = 'case' AND t.subject_id = %s",
    ),
}


def _copied(table: str, changed: dict[str, str | None], where: str) -> str:
    """An INSERT of the rows of `table` that match, once for each row of `made`; None leaves a column to its default."""
    from django.apps import apps

    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    columns = [f.column for f in model._meta.concrete_fields if changed.get(f.column, "") is not None]
    values = [changed.get(column) or f"t.{column}" for column in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM made m CROSS JOIN {table} t WHERE {where}"
    )
