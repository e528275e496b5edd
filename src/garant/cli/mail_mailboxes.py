"""`garant mail mailboxes`: the mailboxes of the file, looked at and, when asked, connected to."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from garant.kit.mailboxes import Mailbox, MailboxesError


def mailboxes(
    check: Annotated[bool, typer.Option("--check", help="Connect, sign in and open each folder.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
) -> None:
    """List the mailboxes of GARANT_MAILBOXES; with --check connect to each. Exit code 1 when something is wrong."""
    from garant.kit.mailboxes import mailboxes as listed
    from garant.kit.mailboxes import mailboxes_path

    try:
        found = listed()
    except MailboxesError as problem:
        typer.echo(f"garant mail mailboxes: {problem}", err=True)
        raise typer.Exit(1) from None
    if not found and not as_json:
        typer.echo(f"No mailboxes: {mailboxes_path()} does not exist.")
    rows = [_row(one, check) for one in found]
    if as_json:
        typer.echo(json.dumps({"mailboxes": rows}, ensure_ascii=False))
    else:
        for row in rows:
            typer.echo(_line(row))
    if any(row["problem"] for row in rows):
        raise typer.Exit(1)


def _row(mailbox: Mailbox, check: bool) -> dict[str, Any]:
    """A mailbox without its password; `state`: ok or problem, and null where nobody looked."""
    imap = mailbox.imap
    row: dict[str, Any] = {
        "name": mailbox.name,
        "address": mailbox.address,
        "programme": mailbox.programme,
        "region": mailbox.region,
        "server": f"{imap.user} at {imap.host}:{imap.port} (tls: {imap.tls}), {imap.folder}" if imap else None,
        "state": None,
        "waiting": None,
        "problem": "",
    }
    if check and imap is not None:
        row.update(_checked(mailbox))
    return row


def _checked(mailbox: Mailbox) -> dict[str, Any]:
    """What connecting finds; nothing is fetched, and nothing marked."""
    from garant.kit.imap import ImapFailed, opened

    if mailbox.imap is None:
        return {}
    try:
        with opened(mailbox.imap) as folder:
            return {"state": "ok", "waiting": len(folder.waiting(None))}
    except ImapFailed as problem:
        return {"state": "problem", "problem": f"{_WHAT[problem.code]}: {problem}"}


_WHAT = {
    "password": "the sign-in is refused",
    "folder": "the folder can't be used",
    "away": "the server can't be talked to",
}


def _line(row: dict[str, Any]) -> str:
    where = row["server"] or "no IMAP: a mail server hands over (GARANT_LMTP)"
    line = f"{row['name']}: {row['address']}, {row['programme']}/{row['region']}, {where}"
    if row["state"] == "ok":
        return f"{line}: ok, {row['waiting']} unread"
    return f"{line}: {row['problem']}" if row["problem"] else line
