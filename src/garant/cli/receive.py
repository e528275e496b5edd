"""`garant receive`: fetch the mailboxes and listen for mail servers; once or for ever. A process of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from garant.config.gate_settings import GateSettingsError, Incoming, incoming
from garant.kit.desk import desk_database
from garant.kit.heartbeat import beat
from garant.kit.home import Home
from garant.kit.postgres import PostgresError
from garant.kit.supervisor import Stopping, stop_on_signals

if TYPE_CHECKING:
    from garant.config.fetching import Worker
    from garant.config.mail_gate import MailGate

#: A thread that gave no sign of life for so many seconds hangs: the process ends and is started again.
HANGS = 1800.0

app = typer.Typer()


@app.command()
def receive(
    forever: Annotated[bool, typer.Option("--forever/--once", help="Keep receiving, or fetch once.")] = False,
) -> None:
    """Fetch the mailboxes of GARANT_MAILBOXES, and take mails from mail servers at GARANT_LMTP."""
    stop_on_signals()
    try:
        ways = incoming()
        if not ways:
            raise GateSettingsError("no way in is named: write GARANT_HOME/mailboxes.yaml, or set GARANT_LMTP")
        with desk_database(lambda line: typer.echo(line, err=True)) as database:
            if forever:
                _for_ever(ways, database.keep_up if database else lambda: None)
            else:
                _once(ways)
    except Stopping:
        return
    except (GateSettingsError, PostgresError, OSError) as error:
        _fail(str(error))


def _fail(line: str) -> None:
    typer.echo(f"garant receive: {' '.join(line.split())}", err=True)
    raise typer.Exit(1) from None


def _once(ways: Incoming) -> None:
    """Fetch each mailbox once; exit code 1 when one can't be read."""
    from django.db import Error

    from garant.cases.operations_mailboxes import configure_mailboxes
    from garant.config.fetching import fetch_once
    from garant.kit.imap import ImapFailed

    taken, failed = 0, []
    try:
        configure_mailboxes(one.name for one in ways.fetched)
        for mailbox in ways.fetched:
            try:
                taken += fetch_once(mailbox)
            except ImapFailed as problem:
                failed.append(f"{mailbox.name}: {problem}")
    except Error as error:
        _fail(f"the database failed: {error}")
    if failed:
        _fail(f"{taken} taken; {'; '.join(failed)}")
    typer.echo(f"{taken} taken." if taken else "Nothing was there.")


def _for_ever(ways: Incoming, keep_up: Callable[[], None]) -> None:
    """Receive until a signal. What can't be brought back in here ends the process: the supervisor starts it anew.
    `keep_up` brings back a database of our own whose keeper was killed."""
    home, stop = Home.find().ensure(), threading.Event()
    _configure(ways, home, keep_up)
    door = _door(ways)
    workers = _workers(ways, stop)
    try:
        while True:
            _check(door, workers)
            beat(home, "receiver")
            _bring_back(keep_up)
            time.sleep(1.0)
    finally:
        stop.set()
        if door is not None:
            door.stop()
        for worker in workers:
            worker.join(3)


def _bring_back(keep_up: Callable[[], None]) -> None:
    try:
        keep_up()
    except PostgresError as error:
        _log(str(error))


def _configure(ways: Incoming, home: Home, keep_up: Callable[[], None]) -> None:
    """Note which mailboxes there are, as soon as the database answers."""
    from django.db import Error, connections

    from garant.cases.operations_mailboxes import configure_mailboxes

    pause = 1.0
    while True:
        beat(home, "receiver")
        try:
            configure_mailboxes(one.name for one in ways.fetched)
            return
        except Error as error:
            _log(f"the database is away, next attempt in {pause:g} s: {' '.join(str(error).split())[:200]}")
            connections.close_all()
            _bring_back(keep_up)
        time.sleep(pause)
        pause = min(pause * 2, 30.0)


def _door(ways: Incoming) -> MailGate | None:
    if ways.gate is None:
        return None
    from garant.config.mail_gate import MailGate
    from garant.config.taking import keep

    door = MailGate(ways.gate, ways.taken_for, keep)
    try:
        door.start()
    except OSError as error:
        raise OSError(f"GARANT_LMTP={ways.gate} can't be listened on: {error.strerror or error}") from None
    _log(f"listening at {ways.gate} for {', '.join(one.address for one in ways.taken_for)}")
    return door


def _workers(ways: Incoming, stop: threading.Event) -> list[Worker]:
    """A thread for each mailbox, and one that takes up what was stored; started."""
    from garant.config.fetching import Fetcher, Processor

    found: list[Worker] = [Processor(stop, _log), *(Fetcher(mailbox, stop, _log) for mailbox in ways.fetched)]
    for worker in found:
        worker.start()
    return found


def _check(door: MailGate | None, workers: list[Worker]) -> None:
    """Raise OSError when a thread ended or hangs."""
    if door is not None and not door.is_alive:
        raise OSError("the door for mail servers has closed")
    for worker in workers:
        if not worker.is_alive() or time.monotonic() - worker.life > HANGS:
            raise OSError(f"the thread of the {worker.name} ended or hangs")


def _log(line: str) -> None:
    typer.echo(f"{datetime.now(UTC).isoformat(timespec='seconds')} receive: {line}", err=True)
