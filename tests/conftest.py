"""One throw-away PostgreSQL for the whole test session, started only when a test needs it.

With xdist every worker uses the same server (and its own test database). Nothing here imports Django or psycopg at
the top: tests/core also runs where neither is installed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from garant.kit.postgres import Database

# The first process of the session (xdist's controller) makes the home; workers inherit its path.
_OWNS_HOME = "GARANT_TEST_HOME" not in os.environ
if _OWNS_HOME:
    # Throw-away data lives in memory where there is room: the files of one server take seconds on a slow disk.
    _memory = Path("/dev/shm")
    _roomy = _memory.is_dir() and os.access(_memory, os.W_OK) and shutil.disk_usage(_memory).free > 2**31
    os.environ["GARANT_TEST_TMP"] = str(_memory) if _roomy else "/tmp"
    os.environ["GARANT_TEST_HOME"] = tempfile.mkdtemp(prefix="gt-", dir=os.environ["GARANT_TEST_TMP"]) + "/home"
_HOME = Path(os.environ["GARANT_TEST_HOME"])
for _name in ("DATABASE_URL", "GARANT_APP_DATABASE_URL", "GARANT_DB_URL", "GARANT_BASE_URL", "GARANT_PORT"):
    os.environ.pop(_name, None)  # never the desk somebody works on
os.environ["GARANT_HOME"] = str(_HOME)
os.environ["GARANT_TESTING"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "garant.config.settings")


def pytest_configure(config: pytest.Config) -> None:
    """Load Django before test modules import models; tests/core also run where Django is not installed."""
    if importlib.util.find_spec("django") and config.pluginmanager.has_plugin("django"):
        import django

        django.setup()
        _let_tests_empty_the_journal()
        _let_passwords_cost_little()


def _let_passwords_cost_little() -> None:
    """The same hash, made in a thousandth of the time: each desk of a test has five people with passwords."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def _let_tests_empty_the_journal() -> None:
    """Tests that commit empty every table afterwards. As owner of the tables they may; the app role never can."""
    from django.db import connection
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def sql_flush(self: Any, *args: Any, **options: Any) -> list[str]:
        statements = plain(self, *args, **options)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT format('ALTER TABLE %%s %%%%s TRIGGER %%I', tgrelid::regclass, tgname) FROM pg_trigger"
                " WHERE tgname LIKE %s",
                [r"%\_never\_truncated"],
            )
            guards = [row[0] for row in cursor.fetchall()]
        return [*(g % "DISABLE" for g in guards), *statements, *(g % "ENABLE" for g in guards)] if statements else []

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def pg() -> Iterator[Database]:
    """A running PostgreSQL with an empty database `garant` and both roles; the owner may create databases.

    Its data is not safe against power loss (fsync off). Commands run as subprocesses find it through GARANT_HOME.
    """
    from garant.kit.files import lock
    from garant.kit.home import Home
    from garant.kit.postgres import running_database
    from garant.kit.postgres.running import superuser

    os.chmod(_HOME.parent, 0o711)  # ours, made above; as root the server runs under another account
    home = Home(_HOME)
    with running_database(home, careless=True) as database:
        with lock(home.run / "test.lock"), superuser(home) as connection:  # workers start at the same time
            connection.execute("ALTER ROLE garant_owner CREATEDB")
            # Tests run as the owner: it takes on the customer's role as the app does.
            connection.execute("GRANT garant_customer TO garant_owner")
        yield database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pg: Database) -> None:
    """Point Django at the session's server before pytest-django makes its test database there."""
    from django.db import connections

    from garant.kit.postgres import django_database

    entry: dict[str, Any] = connections["default"].settings_dict
    entry.update({**django_database(pg.owner_url), "CONN_MAX_AGE": 0})
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    entry["TEST"]["NAME"] = "test_garant" + (f"_{worker}" if worker else "")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database with the policies that a migrated desk has."""
    from django.db import connection

    from garant.kit.postgres.row_security import ensure_row_security

    with django_db_blocker.unblock():
        connection.ensure_connection()
        assert ensure_row_security(connection.connection, "garant_app")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's home once its server is down."""
    if not _OWNS_HOME:
        return
    if _HOME.exists():
        from garant.kit.home import Home
        from garant.kit.postgres.place import find_place, remove_place

        remove_place(find_place(Home(_HOME), make=False))
    shutil.rmtree(_HOME.parent, ignore_errors=True)


@pytest.fixture
def believed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that takes mail: whose results count, where people answer, what it sends from.

    Messages are read in the test's own process: a child for each costs a second, and `tests/kit` proves the child.
    """
    from garant.kit.mail_parsing import take_apart

    settings.MAIL_HOST, settings.MAIL_REPLY = "mx.desk.example", "reply@reply.desk.example"
    settings.MAIL_OWN = ("support@desk.example", "reply@reply.desk.example")
    monkeypatch.setattr("garant.cases.mail_reading.parsed", take_apart)
