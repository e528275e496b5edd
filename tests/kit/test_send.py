"""`garant send` as a process: alone, under the supervisor, and when it is killed or its settings are wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from garant.kit.processes import is_alive, wait_until

pytestmark = pytest.mark.database
PATIENCE = 90.0


class Box:
    """What arrived, as (receiver, message id)."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        head = envelope.content.decode(errors="replace")
        name = next(line for line in head.splitlines() if line.startswith("Message-ID:"))
        self.mails.append((envelope.rcpt_tos[0], name))
        return "250 taken"


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    """A mail server and its address for GARANT_SMTP_URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Box()
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    yield found, f"smtp://127.0.0.1:{port}"
    controller.stop()


def command(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "GARANT_HOME": str(home), **environment}
    return subprocess.run(
        [sys.executable, "-m", "garant", *words], env=env, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({}, "no mail server is named"),
        ({"GARANT_SMTP_URL": "http://mail"}, "GARANT_SMTP_URL must look like"),
        ({"GARANT_SMTP_URL": "smtp://mail:99999"}, "GARANT_SMTP_URL names no port"),
        ({"GARANT_SMTP_URL": "smtp://mail?tls=perhaps"}, "tls is starttls or no"),
        ({"GARANT_SMTP_URL": "smtp://mail", "GARANT_MAIL_FROM": "nobody"}, "GARANT_MAIL_FROM must be"),
        ({"GARANT_ANYMAIL": "pigeon"}, "no service that django-anymail knows"),
        ({"GARANT_ANYMAIL": "postmark", "GARANT_ANYMAIL_SETTINGS": "{"}, "GARANT_ANYMAIL_SETTINGS must be"),
        ({"GARANT_ANYMAIL": "postmark", "GARANT_SMTP_URL": "smtp://mail"}, "keep one of them"),
    ],
)
def test_a_mistake_in_the_settings_is_one_line(tmp_path: Path, environment: dict[str, str], word: str) -> None:
    told = {"GARANT_MAIL_FROM": "support@desk.example", **environment}
    for verb in ("send", "run") if environment else ("send",):
        done = command(tmp_path, verb, **told)
        assert done.returncode == 1
        assert word in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.long
def test_the_desk_sends_its_mails_and_a_killed_sender_comes_back(desk: Any, box: tuple[Box, str]) -> None:
    found, url = box
    env = {
        **os.environ, "GARANT_HOME": str(desk.home.path), "GARANT_SMTP_URL": url,
        "GARANT_MAIL_FROM": "support@desk.example", "GARANT_PORT": "18200",
    }  # fmt: skip
    log = desk.home.path.parent / "run.log"
    with log.open("w") as out:
        run = subprocess.Popen([sys.executable, "-m", "garant", "run"], env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        assert wait_until(lambda: len(found.mails) > 3 or run.poll() is not None, PATIENCE, every=0.2), log.read_text()
        assert len(found.mails) > 3, log.read_text()
        sender = _child(run.pid, "send")
        os.kill(sender, signal.SIGKILL)
        assert wait_until(lambda: "the sender ended (killed by SIGKILL)" in log.read_text(), PATIENCE)
        assert wait_until(lambda: (_child(run.pid, "send") or sender) != sender, PATIENCE)
        again = _child(run.pid, "send")
    finally:
        run.send_signal(signal.SIGTERM)
        assert run.wait(PATIENCE) == 0, log.read_text()
    assert again is not None
    assert not is_alive(again)
    ids = [name for _, name in found.mails]
    assert len(set(ids)) >= len(ids) - 1, "a mail doubles at most once per death"


def _child(parent: int, word: str) -> int | None:
    """The direct child whose command line has a word, None while there is none."""
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in task.read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            if word in words:
                return int(child)
    return None
