"""Homes and processes for tests that start servers of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from garant.kit.files import is_locked
from garant.kit.home import Home
from garant.kit.postgres import running_database
from garant.kit.postgres.cluster import Cluster, running_pid
from garant.kit.postgres.place import find_place, remove_place
from garant.kit.postgres.running import server_state
from garant.kit.processes import is_alive, wait_until

# A user of the desk's database in a process of its own: says "ready", then waits to be killed or told to end.
USER = """
import sys
from pathlib import Path
from garant.kit.home import Home
from garant.kit.postgres import running_database
with running_database(Home(Path(sys.argv[1])), careless=True):
    print("ready", flush=True)
    sys.stdin.readline()
print("left", flush=True)
"""


class OwnDesk:
    """A home of the test's own, with handles on the processes around its server."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.started: list[subprocess.Popen[str]] = []

    def database(self):
        """The server for the length of a block."""
        return running_database(self.home, careless=True)

    def user(self) -> subprocess.Popen[str]:
        """Another process that uses the database and has it ready."""
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(self.home.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    @property
    def keeper(self) -> int:
        return int(server_state(self.home)["keeper"])

    @property
    def server(self) -> int | None:
        return running_pid(find_place(self.home, make=False).data)

    def cluster(self) -> Cluster:
        place = find_place(self.home)
        return Cluster(place, place.programs())

    def is_down(self) -> bool:
        return self.server is None and not is_locked(self.home.run / "keeper.lock")

    def wait_down(self) -> None:
        assert wait_until(self.is_down, 20.0), "the server or its keeper is still there"

    def clean(self) -> None:
        for process in self.started:
            process.kill()
            process.communicate()
        (self.home.run / "stay").unlink(missing_ok=True)
        if not wait_until(self.is_down, 15.0):
            for pid in (self.keeper, self.server):
                if pid and is_alive(pid):
                    os.kill(pid, signal.SIGINT)
        remove_place(find_place(self.home, make=False))


@pytest.fixture
def short_tmp() -> Iterator[Path]:
    """A folder with a short path that every account can pass through (pytest's own are private to ours)."""
    yield from _passable_folder("/tmp")


def _passable_folder(parent: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gt-", dir=parent))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fast_tmp() -> Iterator[Path]:
    """The same in memory, where there is room for a server."""
    yield from _passable_folder(os.environ["GARANT_TEST_TMP"])


@pytest.fixture
def new_desk(fast_tmp: Path) -> Iterator[OwnDesk]:
    """A desk that was never started, whose server the test may kill."""
    own = OwnDesk(Home(fast_tmp / "home"))
    yield own
    if own.home.path.exists():
        own.clean()


@pytest.fixture(scope="session")
def made_data() -> Iterator[Path]:
    """The data directory of a server that was started once and stopped."""
    folder = Path(tempfile.mkdtemp(prefix="gt-", dir=os.environ["GARANT_TEST_TMP"]))
    folder.chmod(0o711)
    own = OwnDesk(Home(folder / "home"))
    with own.database():
        pass
    yield find_place(own.home).data
    own.clean()
    shutil.rmtree(folder)


@pytest.fixture
def desk(new_desk: OwnDesk, made_data: Path) -> OwnDesk:
    """A desk with data already made (a copy: making it anew costs a second each time)."""
    place = find_place(new_desk.home).prepare()
    subprocess.run(["cp", "-a", str(made_data), str(place.data)], check=True)
    return new_desk


@pytest.fixture
def own_desk() -> type[OwnDesk]:
    """For desks in a place the test chooses; it calls `clean`."""
    return OwnDesk


@pytest.fixture
def note() -> Callable[[str, str], None]:
    """Write a word into a table of the database at that address, made at first."""

    def write(url: str, word: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS word (word text)")
            connection.execute("INSERT INTO word VALUES (%s)", [word])

    return write


@pytest.fixture
def words() -> Callable[[str], list[str]]:
    """The words written."""

    def read(url: str) -> list[str]:
        with psycopg.connect(url) as connection:
            return [row[0] for row in connection.execute("SELECT word FROM word ORDER BY word").fetchall()]

    return read
