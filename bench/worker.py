"""Start-up and memory of one web worker, beside bare Django under the same server, started in turn.

Start-up is from the start of the server process to its first answer. Memory is the resident set of the worker process
after that answer, and again after 200 requests for public pages in two languages: it should stay flat.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.desk import Desk, throwaway_desk
from bench.measuring import System, Table, compared

ROUNDS = 3
REQUESTS = 200
PAGES = ("/packages/", "/accounts/login/", "/")
GARANT, BARE = "garant.cli.serving:application", "bench.bare:application"
#: A worker that does not answer by then is broken, in seconds.
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Life:
    """One life of a worker: seconds to the first answer, and megabytes after it and after all requests."""

    start: float
    fresh: float
    used: float


def run() -> Table:
    """Garant and the floor in turn, after one round that is dropped."""
    table = Table(f"Web worker: start-up and memory over {REQUESTS} requests")
    with throwaway_desk() as desk:
        known = known_to(desk)
        systems = {"Garant": ("garant", GARANT, known), "bare Django": ("floor", BARE, known)}
        lives: dict[str, list[Life]] = {name: [] for name in systems}
        for turn in range(ROUNDS + 1):
            for name, (_, target, environment) in systems.items():
                life = _life(target, environment)
                if turn:
                    lives[name].append(life)
    sides = [System(name, role, lambda: None) for name, (role, _, _) in systems.items()]
    for operation, unit, taken in (
        ("start to first answer", "s", {name: [life.start for life in seen] for name, seen in lives.items()}),
        ("memory, first answer", "MB", {name: [life.fresh for life in seen] for name, seen in lives.items()}),
        (f"memory, {REQUESTS} requests", "MB", {name: [life.used for life in seen] for name, seen in lives.items()}),
    ):
        table.rows += compared(operation, sides, taken, unit)
    table.notes.append("ratios below 1: the floor is that much of Garant's")
    return table


def known_to(desk: Desk) -> dict[str, str]:
    """What a worker knows: the app role's address."""
    return {**os.environ, "GARANT_DB_URL": desk.database.app_url, "GARANT_ROLE": "web"}


def _life(target: str, environment: Mapping[str, str]) -> Life:
    port = free_port()
    began = time.perf_counter()
    with _server(target, port, environment) as server:
        _await(port, server)
        start = time.perf_counter() - began
        fresh = _megabytes(server.pid)
        for number in range(REQUESTS):
            page, language = PAGES[number % len(PAGES)], ("en", "fr")[number // len(PAGES) % 2]
            _get(port, page, language)
        return Life(start, fresh, _megabytes(server.pid))


@contextmanager
def serving(target: str, port: int, environment: Mapping[str, str]) -> Iterator[None]:
    """One worker that answers, until the block ends."""
    with _server(target, port, {**os.environ, **environment}) as server:
        _await(port, server)
        yield


@contextmanager
def _server(target: str, port: int, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "--log-level", "warning", target]
    server = subprocess.Popen(command, env=dict(environment))
    try:
        yield server
    finally:
        server.terminate()
        server.wait(timeout=30)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            _get(port, "/healthz", "en")
            return
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.005)
    raise AssertionError(f"the worker did not answer within {PATIENCE:.0f} s")


def _get(port: int, page: str, language: str) -> None:
    """One request; every reply is checked: 200 and not empty."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{page}", headers={"Accept-Language": language})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        if answer.status != 200 or not answer.read():
            raise AssertionError(f"{page}: {answer.status}")


def _megabytes(server: int) -> float:
    """The resident set of the server's worker, the largest of its children."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    return max(_resident(int(child)) for child in children) / 1024


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
