"""`garant sweep`: record what is due now, deliver what waits; once or for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from garant.kit.desk import desk_database
from garant.kit.heartbeat import beat
from garant.kit.home import Home
from garant.kit.postgres import PostgresError
from garant.kit.supervisor import Stopping, stop_on_signals

#: Seconds between attempts after the database was lost: at first soon, then twice as long each time up to this.
LONGEST_PAUSE = 30.0
#: Seconds between looks for cases that stayed silent.
SILENCE_EVERY = 600.0
_silence_looked_at: float | None = None
#: Seconds of one sweep that mails may take, and after which a mail was left behind by the receiver.
MAILS_FOR, LEFT_BEHIND = 10.0, 60.0

app = typer.Typer()


@app.command()
def sweep(
    forever: Annotated[bool, typer.Option("--forever/--once", help="Keep sweeping, or sweep once.")] = False,
    every: Annotated[float, typer.Option(min=0.1, max=60, help="Seconds between sweeps.")] = 5.0,
) -> None:
    """Record missed targets and escalation steps, grant and end allotments, deliver what waits in the journal."""
    stop_on_signals()
    try:
        with desk_database(lambda line: typer.echo(line, err=True)) as database:
            if forever:
                _for_ever(every, database.keep_up if database else lambda: None)
            elif not _report(_sweep_once()):
                typer.echo("Nothing was due.")
    except Stopping:
        return
    except PostgresError as error:
        typer.echo(f"garant sweep: {error}", err=True)
        raise typer.Exit(1) from None
    except _database_errors() as error:
        typer.echo(f"garant sweep: the database failed: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from None


def _for_ever(every: float, keep_up: Callable[[], None]) -> None:
    """Sweep until a signal. `keep_up` brings back a database of our own whose keeper was killed."""
    home = Home.find().ensure()
    pause = every
    while True:
        try:
            _report(_sweep_once())
            pause = every
            beat(home, "sweeper")
        except _database_errors() as error:
            pause = min(max(pause, every) * 2, LONGEST_PAUSE)
            _log(f"the database is away, next attempt in {pause:g} s: {' '.join(str(error).split())[:200]}")
            _forget_connection()
            _bring_back(keep_up)
        _sleep(pause, home)


def _bring_back(keep_up: Callable[[], None]) -> None:
    try:
        keep_up()
    except PostgresError as error:
        _log(str(error))


def _sleep(seconds: float, home: Home) -> None:
    """Sleep; waiting for the database is life too, so the watchdog hears of it."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 5.0))
        beat(home, "sweeper")


def _sweep_once() -> tuple[int, int]:
    """How many due periods, steps and allotments were recorded, how many journal entries delivered."""
    from garant.cases.operations import lapse_proposals
    from garant.cases.sweeping import sweep_all
    from garant.config.wiring import deliver_all
    from garant.contracts.operations_contacts import settle_contacts
    from garant.contracts.operations_invitations import end_invitations
    from garant.contracts.operations_ledger import ledger_housekeeping
    from garant.kit.each import each_alone
    from garant.knowledge.operations import publish_due

    jobs: tuple[Callable[[], int], ...] = (
        sweep_all,
        publish_due,
        _mails,
        ledger_housekeeping,
        lapse_proposals,
        _slowly,
        settle_contacts,
        end_invitations,
    )
    # Due times, allotments, contacts: nothing of one kind may keep the others from being looked at.
    recorded = each_alone("sweep", jobs, lambda job: int(job()))
    return recorded, int(deliver_all())


def _mails() -> int:
    """Take up mails that are stored and not processed; where a receiver runs, only what it has left."""
    from garant.cases.operations_mail import process_pending
    from garant.config.gate_settings import GateSettingsError, incoming

    try:
        left = LEFT_BEHIND if incoming() else 0.0
    except GateSettingsError:
        left = 0.0
    return process_pending(waited=timedelta(seconds=left), seconds=MAILS_FOR)


def _slowly() -> int:
    """What is counted in days (silence, standing, gaps of rotas): in the first sweep, then now and then."""
    from garant.cases.operations import close_silent, drop_old_files, standing_housekeeping
    from garant.directory.gap_alarm import tell_gaps
    from garant.kit.each import each_alone

    global _silence_looked_at
    if _silence_looked_at is not None and time.monotonic() - _silence_looked_at < SILENCE_EVERY:
        return 0
    jobs: tuple[Callable[[], int], ...] = (close_silent, standing_housekeeping, tell_gaps, drop_old_files, _silent)
    done = each_alone("sweep", jobs, lambda job: int(job()))
    _silence_looked_at = time.monotonic()
    return done


def _silent() -> int:
    """How many mailboxes nobody could look through for long; managers are told once an outage."""
    from garant.cases.operations_mailboxes import tell_silent
    from garant.config.gate_settings import incoming

    return tell_silent([one.name for one in incoming().fetched])


def _report(counts: tuple[int, int]) -> bool:
    """Log one line when anything was done."""
    recorded, delivered = counts
    if recorded or delivered:
        _log(f"recorded {recorded} due, delivered {delivered} journal entries")
    return bool(recorded or delivered)


def _database_errors() -> tuple[type[Exception], ...]:
    from django.db import Error

    return (Error,)


def _forget_connection() -> None:
    """Drop a broken connection so that the next sweep opens a new one."""
    from django.db import connections

    connections.close_all()


def _log(line: str) -> None:
    typer.echo(f"{datetime.now(UTC).isoformat(timespec='seconds')} sweep: {line}", err=True)
