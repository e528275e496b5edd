"""Backup and restore: whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import psycopg
import pytest

from garant.kit.postgres import PostgresError, dumps
from garant.kit.postgres.migrating import ensure_migrated
from garant.kit.postgres.urls import with_database

pytestmark = pytest.mark.database


@pytest.fixture
def migrated(desk, django_db_blocker):
    """A desk of its own, migrated, with Django's connection free to visit it."""
    with django_db_blocker.unblock(), desk.database() as database:
        assert ensure_migrated(database) > 10
        yield desk, database


def fill(url: str, word: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO django_session VALUES (%s, 'data', now())", [word])


def held(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [r[0] for r in connection.execute("SELECT session_key FROM django_session ORDER BY 1").fetchall()]


def test_a_round_trip_brings_everything_back(migrated, tmp_path: Path) -> None:
    desk, database = migrated
    file, said = tmp_path / "desk.dump", []
    assert not dumps.is_used(database)
    fill(database.app_url, "saved")
    assert dumps.is_used(database)
    size = dumps.backup(database, file)
    assert size == file.stat().st_size > 10_000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    fill(database.app_url, "later")

    dumps.check_backup(database, file)
    dumps.restore(database, file, desk.home, ensure_migrated, said.append)

    assert held(database.app_url) == ["saved"]
    fill(database.app_url, "the app role may write again")
    with psycopg.connect(database.app_url, autocommit=True) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE mine (id int)")
    assert ensure_migrated(database) == 0
    assert held(with_database(database.owner_url, dumps.BEFORE)) == ["later", "saved"]


def test_a_broken_backup_leaves_the_desk_as_it_was(migrated, tmp_path: Path) -> None:
    desk, database = migrated
    file = tmp_path / "desk.dump"
    dumps.backup(database, file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    fill(database.app_url, "present")
    with pytest.raises(PostgresError):
        dumps.restore(database, file, desk.home, ensure_migrated, lambda _: None)
    assert held(database.app_url) == ["present"]
    _no_leftovers(database)


def test_a_backup_its_migration_refuses_leaves_the_desk_as_it_was(migrated, tmp_path: Path) -> None:
    desk, database = migrated
    file = tmp_path / "desk.dump"
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '9999_later', now())")
        dumps.backup(database, file)
        owner.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
    fill(database.app_url, "present")
    with pytest.raises(PostgresError, match="another version of Garant"):
        dumps.restore(database, file, desk.home, ensure_migrated, lambda _: None)
    assert held(database.app_url) == ["present"]
    _no_leftovers(database)


def _no_leftovers(database) -> None:
    with psycopg.connect(database.owner_url) as connection:
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}
    assert names == {"postgres", "template0", "template1", "garant"}


def test_what_is_no_backup_is_refused_in_one_line(pg, tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match=r"can't be read"):
        dumps.check_backup(pg, tmp_path / "missing")
    junk = tmp_path / "junk"
    junk.write_text("not a dump")
    with pytest.raises(PostgresError, match=r"is no backup") as refused:
        dumps.check_backup(pg, junk)
    assert "\n" not in str(refused.value)


def test_a_dump_of_something_else_is_refused(desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk.database() as database:
        with pytest.raises(PostgresError, match="no desk to save"):
            dumps.backup(database, tmp_path / "empty.dump")
        monkeypatch.setattr(dumps, "holds_desk", lambda _: True)
        dumps.backup(database, tmp_path / "empty.dump")
        with pytest.raises(PostgresError, match="not of a Garant desk"):
            dumps.check_backup(database, tmp_path / "empty.dump")


def test_a_place_that_can_not_be_written_is_named(pg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dumps, "holds_desk", lambda _: True)
    with pytest.raises(PostgresError, match="name a file in an existing folder"):
        dumps.backup(pg, tmp_path / "no" / "file")
