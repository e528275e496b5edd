"""`garant mail`: take a message in from standard input, stored first, and print what became of it."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Annotated, NoReturn

import typer

from garant.cli.mail_mailboxes import mailboxes
from garant.core.instants import parse_instant
from garant.kit.desk import desk_database
from garant.kit.postgres import PostgresError

#: No more of a message is kept; so large a one is not read.
LONGEST = 40_000_000

app = typer.Typer(no_args_is_help=True, help="Mail that arrives.")


@app.callback()
def mail() -> None:
    """Mail that arrives."""


@app.command()
def deliver(
    mailbox: Annotated[
        str, typer.Option("--mailbox", metavar="NAME", help="The mailbox that it arrived in: it binds the programme.")
    ] = "reference",
    rcpt: Annotated[str, typer.Option("--rcpt", metavar="ADDRESS", help="The envelope's recipient.")] = "",
    received: Annotated[
        str, typer.Option("--received", metavar="INSTANT", help="When it arrived, with an offset; left out: now.")
    ] = "",
) -> None:
    """Take one message from standard input; print one JSON line: outcome, case, reason.

    Exit code 1 when it could not be stored, and only then: nothing was kept, so hand it over again.
    """
    at = _instant(received)
    raw = sys.stdin.buffer.read(LONGEST)
    try:
        with desk_database(lambda line: typer.echo(line, err=True)):
            from django.db import Error

            from garant.cases.operations_mail import Outcome, dealt_with, store

            try:
                mail_id = store(raw=raw, mailbox=mailbox, recipient=rcpt, received=at)
            except Error as error:
                _fail(f"the database failed: {error}")
            try:
                done = dealt_with(mail_id)
            except Error:  # it is kept, and the desk takes it up: the one who hands it over must not do so again
                done = Outcome("held", None, "to_be_read")
    except PostgresError as error:
        _fail(str(error))
    typer.echo(json.dumps({"outcome": done.outcome, "case": done.case, "reason": done.reason or None}))


app.command()(mailboxes)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_instant(text)
    except ValueError:
        _fail(f"--received {text} is no instant with an offset, such as 2026-11-28T09:30:00+01:00")


def _fail(line: str) -> NoReturn:
    typer.echo(f"garant mail: {' '.join(line.split())}", err=True)
    raise typer.Exit(1) from None
