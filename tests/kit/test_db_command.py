"""`garant db` as people type it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

pytestmark = pytest.mark.database


@pytest.fixture
def db(new_desk):
    """Run `garant db ...` on the test's own desk."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "garant", "db", *words],
            env={**os.environ, "GARANT_HOME": str(new_desk.home.path)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_day_in_the_life(new_desk, db, tmp_path: Path) -> None:
    down = json.loads(db("status", "--json").stdout)
    assert (down["running"], down["made"]) == (False, False)
    assert not new_desk.home.path.exists(), "status makes nothing"

    url = db("url")
    assert url.returncode == 0
    assert "garant db stop" in url.stderr
    with psycopg.connect(url.stdout.strip()) as app:  # still running after the command ended
        assert app.execute("SELECT current_user").fetchone() == ("garant_app",)
        assert app.execute("SELECT count(*) > 10 FROM django_migrations").fetchone() == (True,)
    up = json.loads(db("status", "--json").stdout)
    assert up["running"]
    assert up["migrations"] > 10
    assert up["data"] == str(new_desk.home.path / "postgres" / "data")

    file = tmp_path / "desk.dump"
    saved = db("backup", str(file))
    assert saved.returncode == 0, saved.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with psycopg.connect(url.stdout.strip(), autocommit=True) as app:
        app.execute("INSERT INTO django_session VALUES ('x', 'data', now())")
    refused = db("restore", str(file))
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "--yes" in refused.stderr
    done = db("restore", str(file), "--yes")
    assert done.returncode == 0, done.stderr

    owner = db("url", "--role", "owner").stdout.strip()
    with psycopg.connect(owner) as connection:
        assert connection.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        assert connection.execute("SELECT current_user").fetchone() == ("garant_owner",)
    assert db("stop").returncode == 0
    assert new_desk.is_down()
    assert "is down" in db("status").stdout


def test_restore_waits_for_nobody_who_runs_the_desk(desk, db, tmp_path: Path) -> None:
    from garant.kit.files import try_lock

    with desk.database():
        pass
    with try_lock(desk.home.run / "desk.lock"):
        refused = db("restore", str(tmp_path / "any"))
    assert refused.returncode == 1
    assert "`garant run` is using the desk" in refused.stderr
