"""`garant run` and `garant sweep` as processes: everything under one supervisor starts, comes back and ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from garant.kit.heartbeat import silence
from garant.kit.processes import is_alive, wait_until

pytestmark = pytest.mark.database
PATIENCE = 90.0


class Running:
    """One `garant` command of the test's own desk."""

    def __init__(self, desk, *words: str, **environment: str) -> None:
        self.desk = desk
        self.log = desk.home.path.parent / f"{words[0]}-{len(list(desk.home.path.parent.glob('*.log')))}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "garant", *words],
                env={**os.environ, "GARANT_HOME": str(desk.home.path), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str) -> None:
        found = wait_until(lambda: text in self.said or self.process.poll() is not None, PATIENCE, every=0.1)
        assert found, self.said
        assert text in self.said, self.said

    def children(self) -> list[int]:
        """Every process below this one, the database's keeper and server included."""
        below = [self.process.pid]
        for pid in below:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                below += [int(child) for child in task.read_text().split()]
        return below[1:]

    def child(self, word: str) -> int:
        """The direct child whose command line holds `word`."""
        for task in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            for child in task.read_text().split():
                if word in Path(f"/proc/{child}/cmdline").read_text():
                    return int(child)
        raise AssertionError(f"no child {word}: {self.said}")

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@pytest.fixture
def command(desk) -> Iterator[object]:
    """Start a command on the test's own desk."""
    begun: list[Running] = []

    def start(*words: str, **environment: str) -> Running:
        begun.append(Running(desk, *words, **environment))
        return begun[-1]

    yield start
    for running in begun:
        running.process.kill()
        running.process.wait()


def status(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url + "/healthz", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_whole_desk_starts_comes_back_and_stops(desk, command, taken_port: int) -> None:
    run = command("run", GARANT_PORT=str(taken_port))
    run.wait_for("Ctrl-C stops the desk.")
    told = json.loads(desk.home.desk_file.read_text())
    url = told["url"]
    assert set(told) == {"url", "logins"}
    assert int(url.rpartition(":")[2]) > taken_port, "the next free port"
    assert stat.S_IMODE(desk.home.desk_file.stat().st_mode) == 0o600
    assert str(desk.home.path / "postgres" / "data") in run.said
    assert status(url) == 200

    second = command("run")
    assert second.process.wait(PATIENCE) == 1
    assert second.said == (
        f"garant run: this desk runs already, at {url}: stop it first, or name another GARANT_HOME\n"
    )

    web = run.child("granian")
    workers = [pid for pid in run.children() if pid != web and is_alive(pid) and _parent(pid) == web]
    assert workers
    os.kill(web, signal.SIGKILL)
    assert wait_until(lambda: not any(is_alive(pid) for pid in workers), 20.0), "workers end with their server"
    assert wait_until(lambda: status(url) == 200, PATIENCE)
    os.kill(desk.server, signal.SIGKILL)
    assert wait_until(lambda: status(url) == 200, PATIENCE)
    os.kill(desk.keeper, signal.SIGKILL)
    assert wait_until(lambda: desk.server is None, 20.0)
    assert wait_until(lambda: status(url) == 200, PATIENCE)

    everybody = run.children()
    assert run.end() == 0
    assert "Traceback" not in run.said.split("Stopping")[1]
    desk.wait_down()
    assert not any(is_alive(pid) for pid in everybody)
    assert status(url) is None


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_killing_the_supervisor_ends_everything_below_it(desk, command) -> None:
    run = command("run", GARANT_PORT="18100")
    run.wait_for("Ctrl-C stops the desk.")
    everybody = run.children()
    assert len(everybody) >= 4
    run.process.kill()
    run.process.wait()
    assert wait_until(lambda: not any(is_alive(pid) for pid in everybody), 30.0)
    desk.wait_down()


@pytest.mark.parametrize("port", ["eighty", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused_in_one_line(command, port: str) -> None:
    run = command("run", GARANT_PORT=port)
    assert run.process.wait(PATIENCE) == 1
    assert run.said == f"garant run: GARANT_PORT={port} is no port: name a number from 1 to 65535\n"


def test_a_sweeper_survives_the_loss_of_its_database(desk, command) -> None:
    sweep = command("sweep", "--forever", "--every", "0.2")
    assert wait_until(lambda: silence(desk.home, "sweeper") is not None, PATIENCE)
    os.kill(desk.keeper, signal.SIGKILL)
    sweep.wait_for("the database is away")
    assert wait_until(lambda: desk.server is not None, PATIENCE), "it brings its own database back"
    assert sweep.process.poll() is None
    assert sweep.end() == 0
    assert "Traceback" not in sweep.said
    desk.wait_down()


def test_one_sweep_of_an_empty_desk(desk, command) -> None:
    sweep = command("sweep", "--once")
    assert sweep.process.wait(PATIENCE) == 0
    assert sweep.said.endswith("Nothing was due.\n")
    desk.wait_down()
