"""The keeper: a small process that owns the server as long as any command uses it.

Commands hold a shared lock on `run/users.lock` (the kernel drops it when they die, however they die). The keeper
starts the server or adopts an orphan, restarts it when it dies, and stops it when the last user is gone and nobody
asked for it to stay (`run/stay`). When the keeper itself is killed, the kernel tells the server to stop fast.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

from garant.kit.files import try_lock, write_atomically
from garant.kit.home import Home
from garant.kit.postgres.cluster import START_LIMIT, Cluster
from garant.kit.postgres.errors import PostgresError
from garant.kit.postgres.place import find_place
from garant.kit.postgres.roles import ensure_database, ensure_roles
from garant.kit.processes import wait_until

TICK = 0.1
_BACK_OFF = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Keeper:
    """Starts, watches and stops the server of one home."""

    def __init__(self, home: Home, *, careless: bool) -> None:
        self.home = home
        self.careless = careless
        self.asked_to_stop = False
        self.state: dict[str, Any] = {"keeper": os.getpid()}
        self.lock: BinaryIO | None = None

    def run(self) -> int:
        """Keep the server until nobody needs it; the exit code of the process."""
        # Somebody may be probing the lock just now, so try for a moment.
        wait_until(self._take_lock, 2.0)
        if self.lock is None:
            return 0  # another keeper was faster
        for sig in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sig, self._note_stop)
        try:
            cluster = self._bring_up()
            self._watch(cluster)
        except (PostgresError, OSError) as error:
            self.tell("failed", message=" ".join(str(error).split()))
            return 1
        self.tell("stopping")
        cluster.stop()
        self.tell("stopped", pid=None)
        return 0

    def tell(self, phase: str, **facts: Any) -> None:
        """Publish the phase for the commands that wait, and note it in the log."""
        self.state = {**self.state, **facts, "phase": phase}
        write_atomically(self.home.run / "server.json", json.dumps(self.state))
        said = facts.get("message", "")
        sys.stderr.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {phase} {said}\n")
        sys.stderr.flush()

    def _take_lock(self) -> bool:
        self.lock = try_lock(self.home.run / "keeper.lock")
        return self.lock is not None

    def _note_stop(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def _bring_up(self) -> Cluster:
        """A server that answers, with roles and database; an orphan that still answers is adopted."""
        self.tell("starting", message="")
        place = find_place(self.home).prepare()
        cluster = Cluster(place, place.programs(), careless=self.careless)
        self.state |= {
            "data": str(place.data), "socket": str(place.socket), "version": cluster.binaries.version,
            "binaries": str(cluster.binaries.folder), "source": cluster.binaries.source,
            "account": place.account.name if place.account else None,
        }  # fmt: skip
        adopted = self._adopt(cluster)
        if not adopted:
            if not place.exists:
                self.tell("starting", message=f"making a new database in {place.data}")
            cluster.create()
            cluster.configure()
            self._start(cluster)
        self._finish(cluster)
        self.tell("ready", pid=cluster.pid(), adopted=adopted, message="")
        return cluster

    def _adopt(self, cluster: Cluster) -> bool:
        """Take over a server already running on our data; one that does not let us in is stopped instead."""
        if cluster.pid() is None:
            return False
        wait_until(lambda: cluster.is_settled() or self.asked_to_stop, START_LIMIT)
        if wait_until(lambda: cluster.pid() is None or cluster.answers(), 2.0) and cluster.pid() is not None:
            return True
        cluster.stop()
        return False

    def _start(self, cluster: Cluster) -> None:
        """Start, trying again while sessions of a killed server still hold its memory."""
        for attempt, pause in enumerate(_BACK_OFF):
            cluster.start(self.home.logs / "postgres.log")
            try:
                cluster.wait_ready(lambda said: self.tell("starting", message=said))
                return
            except PostgresError:
                if attempt == 4 or self.asked_to_stop:
                    last = _last_line(self.home.logs / "postgres.log")
                    raise PostgresError(f"PostgreSQL does not start: {last} (log: {self.home.logs}/postgres.log)")
                time.sleep(pause)

    def _finish(self, cluster: Cluster) -> None:
        with cluster.connect("postgres") as connection:
            ensure_roles(connection, self.home)
        ensure_database(cluster.connect)

    def _watch(self, cluster: Cluster) -> None:
        """Return when the last user is gone or we are told to stop; restart a server that died."""
        users = self.home.run / "users.lock"
        quick_deaths, started = 0, time.monotonic()
        while not self.asked_to_stop:
            time.sleep(TICK)
            if cluster.pid() is None:
                quick_deaths = quick_deaths + 1 if time.monotonic() - started < 60 else 0
                self.tell("starting", message="the server died, starting it again")
                time.sleep(_BACK_OFF[min(quick_deaths, len(_BACK_OFF) - 1)])
                cluster.configure()
                self._start(cluster)
                self.tell("ready", pid=cluster.pid(), adopted=False, message="")
                started = time.monotonic()
            if (self.home.run / "stay").exists():
                continue
            # Held until this process ends: a command that comes now waits, then starts a new keeper.
            if self._nobody(users):
                return

    def _nobody(self, users: Path) -> bool:
        self.alone = try_lock(users)
        return self.alone is not None


def _last_line(log: Path) -> str:
    try:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "no log"
    told = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line]
    return (told or lines or ["empty log"])[-1]


def main() -> int:
    """Entry of `python -m garant.kit.postgres.keeper`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", required=True)
    parser.add_argument("--careless", action="store_true")
    told = parser.parse_args()
    return Keeper(Home(Path(told.home)), careless=told.careless).run()


if __name__ == "__main__":
    sys.exit(main())
