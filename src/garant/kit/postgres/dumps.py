"""Save a desk into one file and bring it back, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from garant.kit.home import Home
from garant.kit.postgres.binaries import Binaries, client_environment, installed_from
from garant.kit.postgres.errors import PostgresError
from garant.kit.postgres.roles import ensure_database, let_app_in
from garant.kit.postgres.running import superuser
from garant.kit.postgres.urls import Database, connection_parts, one_line, with_database

RESTORING = "garant_restoring"
BEFORE = "garant_before_restore"
# Rows of these are there in a desk nobody has used yet.
_BOOKKEEPING = ("django_migrations", "django_content_type", "auth_permission", "django_site")


def backup(database: Database, file: Path) -> int:
    """Write the whole database to `file` (pg_dump's custom format, mode 0600); its size in bytes.

    The file appears complete or not at all; an older one of that name is replaced then. Raises PostgresError.
    """
    if not file.parent.is_dir() or file.is_dir():
        raise PostgresError(f"{file} can't be written: name a file in an existing folder")
    if not holds_desk(database):
        raise PostgresError("there is no desk to save yet: `garant run` makes one")
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        extra = ["--no-acl"] if database.external else []
        _run(database.owner_url, "pg_dump", "--format=custom", "--no-owner", f"--file={temporary}", *extra)
        size = temporary.stat().st_size
        temporary.replace(file)
        _sync(file.parent)
    except OSError as error:
        raise PostgresError(f"{file} can't be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return size


def check_backup(database: Database, file: Path) -> None:
    """Raise PostgresError unless `file` is a whole backup of a Garant desk this server can read."""
    try:
        with open(file, "rb") as opened:
            opened.read(1)
    except OSError as error:
        raise PostgresError(f"{file} can't be read: {error.strerror or error}") from None
    try:
        listing = _run(database.owner_url, "pg_restore", "--list", str(file), connect=False)
    except PostgresError as error:
        raise PostgresError(f"{file} is no backup this PostgreSQL can read: {error}") from None
    if " django_migrations " not in listing:
        raise PostgresError(f"{file} is a PostgreSQL dump, but not of a Garant desk")


def holds_desk(database: Database) -> bool:
    """Has the database been migrated, by whatever version?"""
    import psycopg

    try:
        with psycopg.connect(database.owner_url) as connection:
            row = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    except psycopg.Error as error:
        raise PostgresError(one_line(error)) from None
    return bool(row and row[0])


def is_used(database: Database) -> bool:
    """Does any table but Django's bookkeeping hold a row?"""
    import psycopg
    from psycopg import sql

    with psycopg.connect(database.owner_url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            if table in _BOOKKEEPING:
                continue
            query = sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(schema, table))
            row = connection.execute(query).fetchone()
            if row and row[0]:
                return True
    return False


def restore(
    database: Database, file: Path, home: Home, verify: Callable[[Database], object], say: Callable[[str], None]
) -> None:
    """Replace the desk by the backup in `file`.

    It is read into a new database, which `verify` must accept (migrate it) before the two change names in one
    transaction. Until then nothing of the present desk is touched; it stays as garant_before_restore until the
    next restore. Raises PostgresError.
    """
    parts = connection_parts(database.owner_url)
    current = str(parts.get("dbname") or parts.get("user"))
    fresh = Database(
        with_database(database.owner_url, RESTORING), with_database(database.app_url, RESTORING), database.external
    )
    _drop(database, home, RESTORING)
    try:
        _create(database, fresh, home)
        say(f"reading {file}")
        extra = ["--no-acl"] if database.external else []
        _run(fresh.owner_url, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", *extra, str(file))
        verify(fresh)
        _swap(database, home, current)
    finally:
        _drop(database, home, RESTORING)


def _create(database: Database, fresh: Database, home: Home) -> None:
    if not database.external:
        ensure_database(lambda name: superuser(home, name), RESTORING)
        return
    with _administrator(database, home) as connection:
        connection.execute(f"CREATE DATABASE {RESTORING} TEMPLATE template0")
    let_app_in(fresh)


def _swap(database: Database, home: Home, current: str) -> None:
    """Put the restored database in the present one's place; sessions that stand in the way are ended."""
    import psycopg
    from psycopg import sql

    _drop(database, home, BEFORE)
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with _administrator(database, home) as connection:
        for attempt in range(50):
            connection.execute(
                "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname IN (%s, %s)"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
                [current, RESTORING],
            )
            try:
                with connection.transaction():
                    connection.execute(rename.format(sql.Identifier(current), sql.Identifier(BEFORE)))
                    connection.execute(rename.format(sql.Identifier(RESTORING), sql.Identifier(current)))
                return
            except psycopg.errors.ObjectInUse:
                if attempt == 49:
                    raise PostgresError("other programs keep using the database: stop them, then restore") from None


def _drop(database: Database, home: Home, name: str) -> None:
    with _administrator(database, home) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextlib.contextmanager
def _administrator(database: Database, home: Home) -> Iterator[Any]:
    """A connection that may make and rename databases: our superuser; outside, the owner (needs CREATEDB)."""
    import psycopg

    try:
        if not database.external:
            with superuser(home) as connection:
                yield connection
            return
        with psycopg.connect(with_database(database.owner_url, "postgres"), autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise PostgresError(f"the server refused: {one_line(error)}") from None


def _run(url: str, program: str, *arguments: str, connect: bool = True) -> str:
    """Run a program of PostgreSQL against `url`; its output. The password travels in the environment, not in ps."""
    parts = connection_parts(url)
    password = str(parts.pop("password", ""))
    keywords = " ".join(f"{key}='{_escaped(str(value))}'" for key, value in parts.items())
    target = [f"--dbname={keywords}"] if connect else []
    done = subprocess.run(
        [_programs(url).program(program), *target, *arguments],
        env={**client_environment(), "PGPASSWORD": password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        told = [line for line in lines if "error:" in line] or lines or [f"{program} failed"]
        raise PostgresError(one_line(told[0].removeprefix(f"{program}: ").removeprefix("error: ")))
    return done.stdout


def _programs(url: str) -> Binaries:
    """Programs at least as new as the server: an older pg_dump refuses it."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            return installed_from(connection.info.server_version // 10000)
    except psycopg.Error as error:
        raise PostgresError(one_line(error)) from None


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
