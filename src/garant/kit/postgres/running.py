"""Using the desk's database: it is started when it is down and stopped when the last user leaves."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from garant.kit.files import is_locked
from garant.kit.home import Home
from garant.kit.postgres.cluster import running_pid
from garant.kit.postgres.errors import PostgresError
from garant.kit.postgres.place import find_place
from garant.kit.postgres.urls import APP, OWNER, SUPERUSER, Database, external_database, one_line, socket_url
from garant.kit.processes import wait_until

_PATIENCE = 3600.0


def quiet(said: str) -> None:
    """Say nothing: the progress listener of commands that print results only."""


@dataclass
class Lease:
    """A claim on the embedded server of one home: it runs at least until `release`, or until this process dies."""

    home: Home
    say: Callable[[str], None] = quiet
    careless: bool = False
    keeper: subprocess.Popen[bytes] | None = None
    _users: BinaryIO | None = field(default=None, repr=False)

    def take(self) -> Lease:
        """Claim the server and wait until it answers; raises PostgresError."""
        self.home.ensure()
        self._users = open(self.home.run / "users.lock", "ab")  # noqa: SIM115 - the open file is the claim
        # A keeper that is just stopping holds it exclusively: wait for its end, then start anew.
        fcntl.flock(self._users, fcntl.LOCK_SH)
        try:
            self.ensure()
        except BaseException:
            self.release()
            raise
        return self

    def ensure(self) -> None:
        """Wait until the server answers, with a new keeper when the last one is gone."""
        told, end = "", time.monotonic() + _PATIENCE
        spawned_at = 0.0
        while time.monotonic() < end:
            kept = is_locked(self.home.run / "keeper.lock")
            state = server_state(self.home)
            if kept and state.get("phase") == "ready" and _answers(self.home, state):
                return
            self._fail_if_told(state, spawned_at)
            if not kept and time.monotonic() - spawned_at > 3.0:
                spawned_at = self._spawn()
            if kept and state.get("message") and state["message"] != told:
                told = state["message"]
                self.say(told)
            time.sleep(0.03)
        raise PostgresError("the database did not answer within an hour")

    def keep_up(self) -> None:
        """Start a new keeper when the last one was killed; it adopts the server or starts it again."""
        if self.keeper is not None:
            self.keeper.poll()  # collects a zombie
        if not is_locked(self.home.run / "keeper.lock"):
            self.ensure()

    def database(self) -> Database:
        """The addresses of both roles."""
        socket = str(server_state(self.home)["socket"])
        return Database(socket_url(self.home, socket, OWNER), socket_url(self.home, socket, APP), keep_up=self.keep_up)

    def release(self) -> None:
        """Give the claim up; the last one waits until the server has stopped."""
        if self._users is None:
            return
        self._users.close()
        self._users = None
        wait_until(self._is_over, 90.0)
        if self.keeper is not None:
            self.keeper.poll()

    def _is_over(self) -> bool:
        """Is the server down, or in use by others?"""
        if not is_locked(self.home.run / "keeper.lock"):
            return True
        if (self.home.run / "stay").exists():
            return True
        return server_state(self.home).get("phase") != "stopping" and _others(self.home)

    def _spawn(self) -> float:
        log = os.open(self.home.logs / "keeper.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        command = [sys.executable, "-m", "garant.kit.postgres.keeper", "--home", str(self.home.path)]
        try:
            self.keeper = subprocess.Popen(
                command + ["--careless"] * self.careless, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(log)
        return time.monotonic()

    def _fail_if_told(self, state: dict[str, Any], spawned_at: float) -> None:
        if self.keeper is not None and self.keeper.poll() and spawned_at:
            failed = state.get("phase") == "failed" and state.get("keeper") == self.keeper.pid
            message = state.get("message") if failed else None
            raise PostgresError(message or f"the database's keeper ended: see {self.home.logs}/keeper.log")


def server_state(home: Home) -> dict[str, Any]:
    """What the last keeper published: phase, pid, socket, data, version, ...; {} when there was none."""
    try:
        found = json.loads((home.run / "server.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def stay(home: Home) -> None:
    """Leave the server running when its last user goes, until `stop_staying`."""
    (home.run / "stay").touch(mode=0o600)


def stop_staying(home: Home) -> bool:
    """Let the server stop with its last user; True when it is down now, False when somebody still uses it."""
    (home.run / "stay").unlink(missing_ok=True)
    if not home.run.is_dir():
        return True
    if not is_locked(home.run / "keeper.lock"):
        if not _has_server(home):
            return True
        Lease(home).take().release()  # an orphan: adopt it, then let it go
    elif not _others(home):
        wait_until(lambda: not is_locked(home.run / "keeper.lock"), 90.0)
    return not is_locked(home.run / "keeper.lock")


def _has_server(home: Home) -> bool:
    place = find_place(home, make=False)
    return place.exists and running_pid(place.data) is not None


@contextlib.contextmanager
def running_database(
    home: Home | None = None, *, say: Callable[[str], None] = quiet, careless: bool = False
) -> Iterator[Database]:
    """A database that answers, for the length of the block.

    DATABASE_URL when set; else the embedded server of `home` (default: GARANT_HOME), started when it is down and
    stopped at the end unless another command still uses it. `say` hears about a long start. Raises PostgresError.
    """
    if external := external_database():
        _check_external(external)
        yield external
        return
    try:
        lease = Lease(home or Home.find(), say, careless).take()
    except OSError as error:
        raise PostgresError(f"the database can't be started: {one_line(error)}") from None
    try:
        yield lease.database()
    finally:
        lease.release()


@contextlib.contextmanager
def superuser(home: Home, database: str = "postgres") -> Iterator[Any]:
    """An autocommit connection as the superuser of our own running server, for the account that started it and root."""
    import psycopg

    try:
        connection = psycopg.connect(
            socket_url(home, str(server_state(home)["socket"]), SUPERUSER, database), autocommit=True
        )
    except (psycopg.Error, KeyError) as error:
        raise PostgresError(f"the server does not let its superuser in: {one_line(error)}") from None
    with connection:
        yield connection


def _answers(home: Home, state: dict[str, Any]) -> bool:
    import psycopg

    try:
        url = socket_url(home, str(state["socket"]), APP)
        psycopg.connect(url, connect_timeout=5).close()
    except (psycopg.Error, KeyError):
        return False
    return True


def _others(home: Home) -> bool:
    """Does anybody hold a claim (or the keeper the exclusive lock of its last moments)?"""
    with open(home.run / "users.lock", "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _check_external(database: Database) -> None:
    import psycopg

    for name, url in (("DATABASE_URL", database.owner_url), ("GARANT_APP_DATABASE_URL", database.app_url)):
        try:
            with psycopg.connect(url, connect_timeout=10) as connection:
                version = connection.info.server_version // 10000
        except psycopg.Error as error:
            raise PostgresError(f"{name}: {one_line(error)}") from None
        if version < 15:
            raise PostgresError(f"{name}: PostgreSQL 15 or newer is needed, that server is {version}")
