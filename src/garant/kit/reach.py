"""How far the statements of a request reach: everything, or the rows of some subscribers (kit.postgres.row_security).

A request of a subscriber's person, or of a visitor, is narrowed as a whole. What the desk itself has to look at beyond
it (who has least to do, what a secret link opens) says so with `desk_wide`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.backends.signals import connection_created

from garant.kit.postgres.urls import CUSTOMER

log = logging.getLogger(__name__)

_SET = "SELECT set_config('garant.reach', %s, false), set_config('role', %s, false)"


@cache
def net_is_there() -> bool:
    """Whether the database has the role and lets this connection take it on; asked once a process."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s",
            [CUSTOMER],
        )
        row = cursor.fetchone()
    there = row is not None and bool(row[0])
    if not there:
        log.warning("row security is off: the role %s is missing, or this desk may not take it on", CUSTOMER)
    return there


@contextmanager
def narrowed(subscribers: Collection[int]) -> Iterator[None]:
    """Let statements reach the rows of some subscribers only, and those of nobody in particular."""
    if not net_is_there():
        yield
        return
    reach = "{" + ",".join(str(int(each)) for each in sorted(subscribers)) + "}"
    before = _reach()
    _set(reach, CUSTOMER)
    try:
        yield
    finally:
        _back(*before)


@contextmanager
def desk_wide() -> Iterator[None]:
    """Let statements inside a narrowed request reach everything: for what the desk does itself, never for a list."""
    if _reach()[1] == "none":
        yield
        return
    before = _reach()
    _set("", "none")
    try:
        yield
    finally:
        _back(*before)


def _reach() -> tuple[str, str]:
    found: tuple[str, str] = getattr(connection, "garant_reach", ("", "none"))
    return found


def _set(reach: str, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SET, [reach, role])
    connection.garant_reach = (reach, role)  # type: ignore[attr-defined]


def _back(reach: str, role: str) -> None:
    """As before. In a transaction that has failed its rollback does it; a connection that can't be brought back is
    closed: the next statement opens a fresh one."""
    try:
        _set(reach, role)
    except DatabaseError:
        connection.garant_reach = (reach, role)  # type: ignore[attr-defined]
        if not connection.in_atomic_block:
            connection.close()


def _forget(connection: Any, **_: Any) -> None:
    """A new connection reaches everything until it is narrowed."""
    connection.garant_reach = ("", "none")


connection_created.connect(_forget, dispatch_uid="garant.reach")
