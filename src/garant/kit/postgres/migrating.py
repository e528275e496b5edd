"""Bring a database to the shape this version of Garant expects, as the owner."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from importlib.metadata import version

from garant.kit.home import PACKAGE
from garant.kit.postgres.errors import PostgresError
from garant.kit.postgres.roles import let_app_in
from garant.kit.postgres.row_security import ensure_row_security
from garant.kit.postgres.running import quiet
from garant.kit.postgres.urls import CUSTOMER, Database, connection_parts, django_database, one_line

# Any number; two commands that start at once must agree on it so that only one of them migrates.
_MIGRATING = 7241053


def is_current(database: Database) -> bool:
    """Was the database migrated by exactly this code? Asked without loading Django, so a second start is quick.

    The mark is a comment on the database itself: it goes with the database, and a restored one has none.
    """
    import psycopg

    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    try:
        with psycopg.connect(database.owner_url) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.Error as error:
        raise PostgresError(one_line(error)) from None
    return bool(row and row[0] == _mark())


def ensure_migrated(database: Database, say: Callable[[str], None] = quiet) -> int:
    """Apply the migrations that are missing; how many there were. Django must be set up unless `is_current`.

    Raises PostgresError when one fails, or when the database was migrated by a newer version than this one.
    """
    if is_current(database):
        return 0
    from django.db import DatabaseError
    from django.db.migrations.exceptions import MigrationSchemaMissing

    with _as_owner(database):
        try:
            missing = _missing()
            if missing:
                with _alone():
                    missing = _missing()  # another command may have applied them while we waited
                    if missing:
                        say(f"applying {missing} migrations")
                        let_app_in(database)
                        _migrate()
            _secure(database)
            _leave_mark()
            return missing
        except (DatabaseError, MigrationSchemaMissing) as error:
            raise PostgresError(f"the database can't be migrated: {one_line(error)}") from error


def _missing() -> int:
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("garant.")}
    known = set(executor.loader.disk_migrations)
    for label, name in executor.loader.applied_migrations:
        if label in ours and (label, name) not in known:
            raise PostgresError(
                f"the database was migrated by another version of Garant ({label}.{name} is unknown here):"
                " use that version, or restore a backup of this one"
            )
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _mark() -> str:
    """A digest of everything that decides which migrations there are."""
    digest = hashlib.sha256()
    files = [*sorted(PACKAGE.glob("*/migrations/*.py")), PACKAGE / "config" / "settings.py"]
    files.append(PACKAGE / "kit" / "postgres" / "row_security.py")
    for file in files:
        digest.update(file.relative_to(PACKAGE).as_posix().encode())
        digest.update(file.read_bytes())
    for package in ("django", "django-allauth"):
        digest.update(version(package).encode())
    return f"garant migrated {digest.hexdigest()[:32]}"


def _leave_mark() -> None:
    from django.db import DatabaseError, connection
    from psycopg import sql

    name = sql.Identifier(str(connection.settings_dict["NAME"]))
    statement = sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(_mark())).as_string()
    with contextlib.suppress(DatabaseError), connection.cursor() as cursor:  # only the next start is slower
        cursor.execute(statement)


def _secure(database: Database) -> None:
    """Policies for every table there is now; the role that the desk runs as may take on the customer's."""
    import psycopg
    from psycopg import sql

    app = str(connection_parts(database.app_url).get("user"))
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        if ensure_row_security(owner, app) and database.external:
            with contextlib.suppress(psycopg.Error):  # an administrator's role: they let the app role take it on
                owner.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(CUSTOMER), sql.Identifier(app)))


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)


@contextlib.contextmanager
def _as_owner(database: Database) -> Iterator[None]:
    """Django's default connection under the owner's address, then back as it was."""
    from django.db import connection

    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(django_database(database.owner_url))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        try:
            yield
        finally:
            with contextlib.suppress(Exception):  # a connection lost meanwhile has lost the lock too
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
