"""`garant mail mailboxes`: the mailboxes of the file, looked at and, when asked, connected to."""

from __future__ import annotations

import json
from typing import Annotated, Any, NoReturn

import typer

from garant.kit.desk import desk_database
from garant.kit.mailboxes import Mailbox, MailboxesError
from garant.kit.postgres import PostgresError

_WHAT = {
    "password": "the sign-in is refused",
    "folder": "the folder can't be used",
    "away": "the server can't be talked to",
}


def mailboxes(
    check: Annotated[
        bool, typer.Option("--check", help="Look for each programme, connect, sign in and open each folder.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
) -> None:
    """List the mailboxes of GARANT_MAILBOXES; with --check connect to each. Exit code 1 when something is wrong."""
    from garant.kit.mailboxes import mailboxes as listed
    from garant.kit.mailboxes import mailboxes_path

    try:
        found = listed()
        if not found and not as_json:
            typer.echo(f"No mailboxes: {mailboxes_path()} does not exist.")
        rows = [_row(one) for one in found]
        if check and found:
            _check(found, rows)
    except (MailboxesError, PostgresError) as problem:
        _fail(str(problem))
    if as_json:
        typer.echo(json.dumps({"mailboxes": rows}, ensure_ascii=False))
    else:
        for row in rows:
            typer.echo(_line(row))
    if any(row["problem"] for row in rows):
        raise typer.Exit(1)


def _fail(line: str) -> NoReturn:
    typer.echo(f"garant mail mailboxes: {' '.join(line.split())}", err=True)
    raise typer.Exit(1) from None


def _row(mailbox: Mailbox) -> dict[str, Any]:
    """A mailbox without its password; `state`: ok or problem, and null where nobody looked."""
    imap = mailbox.imap
    return {
        "name": mailbox.name,
        "address": mailbox.address,
        "programme": mailbox.programme,
        "region": mailbox.region,
        "server": f"{imap.user} at {imap.host}:{imap.port} (tls: {imap.tls}), {imap.folder}" if imap else None,
        "state": None,
        "waiting": None,
        "problem": "",
    }


def _check(found: tuple[Mailbox, ...], rows: list[dict[str, Any]]) -> None:
    """Fill in what looking at the database and connecting find. Raises PostgresError."""
    from django.db import Error

    with desk_database(lambda line: typer.echo(line, err=True)):
        for mailbox, row in zip(found, rows, strict=True):
            try:
                wrong = _unknown_terms(mailbox)
            except Error as problem:
                _fail(f"the database failed: {problem}")
            row.update({"state": "problem", "problem": wrong} if wrong else _connected(mailbox))


def _unknown_terms(mailbox: Mailbox) -> str:
    """What is wrong with the programme and region of a mailbox; "" when they are there."""
    from garant.contracts.queries import programme_document
    from garant.core.refusals import NotFound

    try:
        regions = programme_document(mailbox.programme).regions
    except NotFound:
        return f"there is no programme {mailbox.programme}"
    if mailbox.region and mailbox.region not in regions:
        return f"the programme {mailbox.programme} has no region {mailbox.region}: {', '.join(regions)}"
    return ""


def _connected(mailbox: Mailbox) -> dict[str, Any]:
    """What connecting finds; nothing is fetched, and nothing marked."""
    from garant.kit.imap import ImapFailed, opened

    if mailbox.imap is None:
        return {"state": "ok"}
    try:
        with opened(mailbox.imap) as folder:
            return {"state": "ok", "waiting": len(folder.waiting(None))}
    except ImapFailed as problem:
        return {"state": "problem", "problem": f"{_WHAT[problem.code]}: {problem}"}


def _line(row: dict[str, Any]) -> str:
    where = row["server"] or "no IMAP: a mail server hands over (GARANT_LMTP)"
    terms = f"{row['programme']}/{row['region']}" if row["region"] else row["programme"]
    line = f"{row['name']}: {row['address']}, {terms}, {where}"
    if row["state"] != "ok":
        return f"{line}: {row['problem']}" if row["problem"] else line
    return f"{line}: ok" if row["waiting"] is None else f"{line}: ok, {row['waiting']} unread"
