"""Many rows of one table in one statement whose length does not grow with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def insert_all(rows: Sequence[models.Model], *, ignore_conflicts: bool = False) -> int:
    """Insert new rows of one model, in order; returns how many were written.

    The values travel as one array a column, which the driver handles many times faster than a list of VALUES. Keys
    and values that the database fills in are left to it and not read back. `ignore_conflicts`: rows that a unique
    constraint forbids are left out, instead of an IntegrityError.
    """
    if not rows:
        return 0
    meta = rows[0]._meta
    fields = [f for f in meta.concrete_fields if not f.primary_key and not _left_to_database(rows[0], f)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    given = ", ".join(f"%s::{_type(field)}[]" for field in fields)
    names = ", ".join(f"c{n}" for n in range(len(fields)))
    values = ", ".join(f"g.c{n}::jsonb" if _is_json(field) else f"g.c{n}" for n, field in enumerate(fields))
    conflict = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({columns}) SELECT {values}'
            f" FROM unnest({given}) WITH ORDINALITY AS g({names}, place) ORDER BY g.place{conflict}",
            [[_value(row, field) for row in rows] for field in fields],
        )
        return int(cursor.rowcount)


def _left_to_database(row: models.Model, field: models.Field[Any, Any]) -> bool:
    return isinstance(getattr(row, field.attname), DatabaseDefault)


def _is_json(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.JSONField)


def _type(field: models.Field[Any, Any]) -> str:
    """The type of a column's array. Texts go as text: a cast to varchar(n) would cut them silently."""
    if isinstance(field, models.CharField | models.TextField) or _is_json(field):
        return "text"
    return str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))


def _value(row: models.Model, field: models.Field[Any, Any]) -> Any:
    value = getattr(row, field.attname)
    return json.dumps(value, allow_nan=False) if _is_json(field) and value is not None else value
