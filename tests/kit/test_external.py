"""DATABASE_URL: a server that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from garant.kit.postgres import Database, PostgresError, dumps, running_database
from garant.kit.postgres.migrating import ensure_migrated
from garant.kit.postgres.urls import django_database, with_database

pytestmark = pytest.mark.database


@pytest.fixture
def outside(pg: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database on the session's server, reached as if it were somebody else's."""
    with psycopg.connect(pg.owner_url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE outside")
    urls = with_database(pg.owner_url, "outside"), with_database(pg.app_url, "outside")
    monkeypatch.setenv("DATABASE_URL", urls[0])
    monkeypatch.setenv("GARANT_APP_DATABASE_URL", urls[1])
    yield Database(*urls, external=True)
    with psycopg.connect(pg.owner_url, autocommit=True) as owner:
        for name in ("outside", dumps.BEFORE):
            owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_migrated_by_its_owner_used_by_the_app_role_saved_and_restored(
    outside: Database, new_desk, tmp_path: Path, django_db_blocker
) -> None:
    with django_db_blocker.unblock(), running_database(new_desk.home) as database:
        assert database == outside
        assert not new_desk.home.path.exists(), "no server of ours is started"
        assert ensure_migrated(database) > 10
        assert ensure_migrated(database) == 0
        session = "INSERT INTO django_session VALUES ('{}', 'data', now())"
        with psycopg.connect(database.app_url, autocommit=True) as app:
            app.execute(session.format("saved"))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE mine (id int)")
        dumps.backup(database, tmp_path / "outside.dump")
        with psycopg.connect(database.app_url, autocommit=True) as app:
            app.execute(session.format("later"))
        dumps.restore(database, tmp_path / "outside.dump", new_desk.home, ensure_migrated, lambda _: None)
        with psycopg.connect(database.app_url) as app:
            assert app.execute("SELECT session_key FROM django_session").fetchall() == [("saved",)]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root@localhost/desk", "DATABASE_URL must look like postgresql://"),
        ("postgresql://localhost:port/desk", "DATABASE_URL: "),
        ("postgresql:///desk?host=/nonexistent", "DATABASE_URL: "),
        ("postgresql://a@b/c?colour=red", "DATABASE_URL is no PostgreSQL address"),
    ],
)
def test_an_address_that_does_not_work_is_told_in_one_line(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(PostgresError) as refused, running_database():
        pass
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_djangos_form_of_an_address() -> None:
    entry = django_database("postgresql://me:p%40ss@/desk?host=/run/x&port=5433&sslmode=disable")
    wanted = {"NAME": "desk", "USER": "me", "PASSWORD": "p@ss", "HOST": "/run/x", "PORT": "5433"}
    assert {key: entry[key] for key in wanted} == wanted
    assert entry["OPTIONS"]["sslmode"] == "disable"
