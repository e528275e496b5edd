"""`garant send`: hand the outbox over to the mail server; once or for ever. A process of its own: it may wait long."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from garant.kit.desk import desk_database
from garant.kit.heartbeat import beat
from garant.kit.home import Home
from garant.kit.postgres import PostgresError
from garant.kit.supervisor import Stopping, stop_on_signals

if TYPE_CHECKING:
    from garant.config.mailing import Sender

#: Seconds between attempts after the mail server or the database was away: twice as long each time, up to this.
LONGEST_PAUSE = 120.0
#: Seconds between looks for digests that are due.
DIGESTS_EVERY = 60.0

app = typer.Typer()


@app.command()
def send(
    forever: Annotated[bool, typer.Option("--forever/--once", help="Keep sending, or send what is due now.")] = False,
    every: Annotated[float, typer.Option(min=0.1, max=60, help="Seconds between looks.")] = 2.0,
) -> None:
    """Hand the messages of the outbox to the mail server that GARANT_SMTP_URL or GARANT_ANYMAIL names."""
    from garant.config.mail_settings import MailSettingsError, mail_settings

    stop_on_signals()
    try:
        settings = mail_settings()
        if settings is None:
            raise MailSettingsError("no mail server is named: set GARANT_SMTP_URL, or GARANT_ANYMAIL")
        with desk_database(lambda line: typer.echo(line, err=True)) as database:
            from garant.config.mailing import Sender

            sender = Sender(settings)
            if forever:
                _for_ever(sender, every, database.keep_up if database else lambda: None)
            else:
                _once(sender)
    except Stopping:
        return
    except (MailSettingsError, PostgresError) as error:
        _fail(str(error))


def _fail(line: str) -> None:
    typer.echo(f"garant send: {' '.join(line.split())}", err=True)
    raise typer.Exit(1) from None


def _once(sender: Sender) -> None:
    """Send what is due; exit code 1 when the server or the database is away."""
    from django.db import Error

    from garant.config.mailing import ServerAway, make_digests

    sent = 0
    try:
        make_digests()
        while more := sender.send_due():
            sent += more
    except ServerAway as away:
        _fail(f"{sent} sent, then the mail server was away: {away}")
    except Error as error:
        _fail(f"the database failed: {error}")
    typer.echo(f"{sent} sent." if sent else "Nothing was sent.")


def _for_ever(sender: Sender, every: float, keep_up: Callable[[], None]) -> None:
    """Send until a signal; whatever is away is asked again after growing pauses."""
    from django.db import Error, connections

    from garant.config.mailing import ServerAway, make_digests

    home = Home.find().ensure()
    pause, digests_at = every, 0.0
    while True:
        try:
            if time.monotonic() >= digests_at:
                make_digests()
                digests_at = time.monotonic() + DIGESTS_EVERY
            sent = sender.send_due(alive=lambda: beat(home, "sender"))
            if sent:
                _log(f"{sent} sent")
            pause = every
        except ServerAway as away:
            pause = min(max(pause, every) * 2, LONGEST_PAUSE)
            _log(f"the mail server is away, next attempt in {pause:g} s: {away}")
        except Error as error:
            pause = min(max(pause, every) * 2, LONGEST_PAUSE)
            _log(f"the database is away, next attempt in {pause:g} s: {' '.join(str(error).split())[:200]}")
            connections.close_all()
            _bring_back(keep_up)
        _sleep(pause, home)


def _bring_back(keep_up: Callable[[], None]) -> None:
    try:
        keep_up()
    except PostgresError as error:
        _log(str(error))


def _sleep(seconds: float, home: Home) -> None:
    """Sleep; waiting for a server is life too, so the watchdog hears of it."""
    end = time.monotonic() + seconds
    while True:
        beat(home, "sender")
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, 5.0))


def _log(line: str) -> None:
    typer.echo(f"{datetime.now(UTC).isoformat(timespec='seconds')} send: {line}", err=True)
