"""`garant receive` as a process: its settings, alone, under the supervisor, and when it is killed."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from garant.cli.mail import app as mail_app
from garant.contracts.operations import load_programme
from garant.contracts.reading import load_programme_file
from garant.core.people import SYSTEM
from garant.kit.postgres.running import running_database
from garant.kit.processes import is_alive, wait_until
from garant.kit.shipped import shipped

pytestmark = pytest.mark.database
PATIENCE = 180.0
BOX = "- name: support\n  address: support@desk.example\n"
GONE = BOX + "  imap: {host: 127.0.0.1, port: 9, tls: no, user: support, password: secret}\n"


def command(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "GARANT_HOME": str(home), **environment}
    return subprocess.run(
        [sys.executable, "-m", "garant", *words], env=env, capture_output=True, text=True, timeout=PATIENCE
    )


def written(path: Path, text: str, mode: int = 0o600) -> str:
    path.write_text(text)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    ("environment", "text", "mode", "word"),
    [
        ({}, None, 0, "no way in is named"),
        ({"GARANT_LMTP": "2424"}, None, 0, "GARANT_LMTP must look like"),
        ({"GARANT_LMTP": "0.0.0.0:2424"}, None, 0, "GARANT_LMTP_OPEN=1"),
        ({"GARANT_LMTP": "127.0.0.1:2424", "GARANT_MAIL_FROM": ""}, None, 0, "takes mails for nobody"),
        ({}, GONE, 0o644, "open to everybody on this machine"),
        ({}, BOX + "  imap: {}\n", 0o600, "line 3: imap.host: is missing"),
    ],
)
def test_a_mistake_in_the_settings_is_one_line(
    tmp_path: Path, environment: dict[str, str], text: str | None, mode: int, word: str
) -> None:
    if text is not None:
        written(tmp_path / "mailboxes.yaml", text, mode)
    for verb in ("receive", "run") if "no way" not in word else ("receive",):
        done = command(tmp_path, verb, **environment)
        assert done.returncode == 1
        assert word in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr


def test_what_cant_be_listened_on_or_reached_is_one_line(desk: Any) -> None:
    with desk.database(), socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        told = {"GARANT_LMTP": where, "GARANT_MAIL_FROM": "support@desk.example"}
        busy = command(desk.home.path, "receive", "--forever", **told)
        written(desk.home.path / "mailboxes.yaml", GONE)
        away = command(desk.home.path, "receive", "--once")
    assert (busy.returncode, away.returncode) == (1, 1)
    assert busy.stderr.splitlines()[-1].startswith(f"garant receive: GARANT_LMTP={where} can't be listened on:")
    assert away.stderr.splitlines()[-1].startswith("garant receive: 0 taken; support: ")
    assert "refused" in away.stderr.splitlines()[-1].lower()


@pytest.mark.django_db
def test_mailboxes_are_listed_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programme, _ = load_programme_file(shipped("programmes/reference.yaml"))
    assert programme is not None
    load_programme(document=programme, source="reference", by=SYSTEM)
    monkeypatch.setenv("GARANT_MAILBOXES", written(tmp_path / "boxes.yaml", BOX))
    listed = CliRunner().invoke(mail_app, ["mailboxes", "--check"])
    assert (listed.exit_code, listed.stdout) == (
        0, "support: support@desk.example, reference, no IMAP: a mail server hands over (GARANT_LMTP): ok\n",
    )  # fmt: skip
    written(tmp_path / "boxes.yaml", GONE)
    plain = CliRunner().invoke(mail_app, ["mailboxes"])
    assert plain.exit_code == 0
    assert plain.stdout == "support: support@desk.example, reference, support at 127.0.0.1:9 (tls: no), INBOX\n"
    checked = CliRunner().invoke(mail_app, ["mailboxes", "--check", "--json"])
    (row,) = json.loads(checked.stdout)["mailboxes"]
    assert (checked.exit_code, row["state"]) == (1, "problem")
    assert row["problem"].startswith("the server can't be talked to: ")
    assert "secret" not in checked.stdout
    for more, said in (
        ("region: mars", "has no region mars: default, japan"),
        ("programme: none", "no programme none"),
    ):
        written(tmp_path / "boxes.yaml", f"{BOX}  {more}\n")
        wrong = CliRunner().invoke(mail_app, ["mailboxes", "--check"])
        assert (wrong.exit_code, said in wrong.stdout) == (1, True)
    monkeypatch.setenv("GARANT_MAILBOXES", str(tmp_path / "none.yaml"))
    missing = CliRunner().invoke(mail_app, ["mailboxes"])
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1)


@pytest.mark.long
def test_the_desk_takes_mails_and_a_killed_receiver_comes_back(desk: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = {
        **os.environ, "GARANT_HOME": str(desk.home.path), "GARANT_LMTP": f"127.0.0.1:{port}",
        "GARANT_MAIL_FROM": "support@desk.example",
    }  # fmt: skip
    log = desk.home.path.parent / "run.log"
    with log.open("w") as out:
        run = subprocess.Popen([sys.executable, "-m", "garant", "run"], env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        assert wait_until(lambda: "Ctrl-C stops" in log.read_text() or run.poll() is not None, PATIENCE)
        assert wait_until(lambda: _taken(port, "first"), PATIENCE), log.read_text()
        receiver = _child(run.pid, "receive")
        os.kill(receiver, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(receiver), 20.0)
        assert wait_until(lambda: _taken(port, "second"), PATIENCE), log.read_text()
        with running_database(desk.home) as database, psycopg.connect(database.owner_url) as connection:
            connection.autocommit = True
            waiting = "SELECT count(*) FROM cases_storedmail WHERE outcome = 'stored'"
            assert wait_until(lambda: connection.execute(waiting).fetchone() == (0,), PATIENCE), "they are processed"
            asked = "SELECT mailbox, recipient, convert_from(raw, 'UTF8') FROM cases_storedmail"
            asked += " WHERE recipient <> '' ORDER BY id"  # the sample desk's own mails came by no envelope
            rows = connection.execute(asked).fetchall()
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait(PATIENCE)
    assert [(mailbox, recipient) for mailbox, recipient, _ in rows] == [("reference", "support@desk.example")] * 2
    assert ["Subject: first" in rows[0][2], "Subject: second" in rows[1][2]] == [True, True]
    assert "Traceback" not in log.read_text()


def _taken(port: int, subject: str) -> bool:
    """Hand a mail over; False while nobody listens."""
    raw = f"From: ann@people.example\r\nSubject: {subject}\r\n\r\nHello.\r\n"
    try:
        with smtplib.LMTP("127.0.0.1", port) as talk:
            talk.ehlo()
            return talk.sendmail("ann@people.example", ["support@desk.example"], raw) == {}
    except OSError:
        return False


def _child(parent: int, word: str) -> int:
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in task.read_text().split():
            if f"\0{word}\0" in Path(f"/proc/{child}/cmdline").read_text():
                return int(child)
    raise AssertionError(f"no child {word}")
