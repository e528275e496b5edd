"""`garant db`: status, start, stop, url, backup and restore of the desk's database."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from garant.kit.desk import desk_database, migrated_database
from garant.kit.files import is_locked
from garant.kit.home import Home
from garant.kit.postgres import PostgresError, running_database
from garant.kit.postgres.running import server_state, stay, stop_staying
from garant.kit.postgres.urls import external_database

app = typer.Typer(no_args_is_help=True, help="The desk's database.")


class Role(StrEnum):
    """Whose address: the owner migrates, the app role reads and writes rows."""

    owner = "owner"
    app = "app"


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Where the database is and whether it runs. Starts nothing."""
    from garant.kit.postgres.status import status as look

    with _told():
        found = look(Home.find())
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(_lines(found)))


@app.command()
def start() -> None:
    """Start the database and leave it running until `garant db stop`."""
    with _told():
        if external_database():
            raise PostgresError("DATABASE_URL names an external server: it is not ours to start")
        with migrated_database(_say):
            stay(Home.find())
            where = server_state(Home.find()).get("data")
    typer.echo(f"The database runs, data in {where}. `garant db stop` stops it.")


@app.command()
def stop() -> None:
    """Stop the database when no other Garant command uses it."""
    with _told():
        if external_database():
            raise PostgresError("DATABASE_URL names an external server: it is not ours to stop")
        if not stop_staying(Home.find()):
            raise PostgresError("the database is in use by another Garant command (`garant run`?) and stops with it")
    typer.echo("The database is down.")


@app.command()
def url(role: Annotated[Role, typer.Option(help="Whose address.")] = Role.app) -> None:
    """Print a libpq URL that psql accepts; a database that is down is started and left running."""
    with _told():
        home = Home.find()
        external = external_database()
        was_down = not external and not is_locked(home.run / "keeper.lock")
        if external or not was_down:
            with running_database() as database:
                typer.echo(database.url(role))
            return
        with migrated_database(_say) as started:
            address = started.url(role)
            stay(home)
        typer.echo(address)
    _say("The database was down and runs now; `garant db stop` stops it.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Save the whole desk into FILE (pg_dump's custom format, readable by you only)."""
    from garant.kit.postgres.dumps import backup as save

    # Not migrated first: a backup before an upgrade must hold the desk as it is.
    with _told(), running_database(say=_say) as database:
        size = save(database, file.absolute())
    typer.echo(f"Saved {size / 1024:,.0f} kB in {file}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file made by `garant db backup`.")],
    yes: Annotated[bool, typer.Option("--yes", "--force", help="Replace a desk that holds something.")] = False,
) -> None:
    """Replace the desk by the backup in FILE, all or nothing."""
    from garant.kit.postgres import dumps
    from garant.kit.postgres.migrating import ensure_migrated

    home = Home.find()
    with _told(), desk_database(_say) as database:
        if database is None:
            raise PostgresError("GARANT_DB_URL is set: unset it, it is meant for children of `garant run`")
        if is_locked(home.run / "desk.lock"):
            raise PostgresError("`garant run` is using the desk: stop it first, then restore")
        dumps.check_backup(database, file)
        used = dumps.is_used(database)
        if used and not yes:
            raise PostgresError(f"the desk is not empty: --yes replaces it (and keeps it as {dumps.BEFORE})")
        dumps.restore(database, file, home, lambda fresh: ensure_migrated(fresh, _say), _say)
    typer.echo(f"Restored {file}. The desk as it was before is the database {dumps.BEFORE}, until the next restore.")


def _say(line: str) -> None:
    typer.echo(line, err=True)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Errors as one line on stderr and exit code 1."""
    try:
        yield
    except PostgresError as error:
        typer.echo(f"garant db: {error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"garant db: {error.filename or 'system'}: {error.strerror or error}", err=True)
        raise typer.Exit(1) from None


def _lines(found: dict[str, Any]) -> list[str]:
    """The status for people."""
    lines = ["The database is running." if found["running"] else "The database is down."]
    if not found["running"] and found.get("made") is False:
        lines = ["The database is down; it is made at the first start."]
    names = {
        "problem": "problem", "kind": "kind", "version": "PostgreSQL", "data": "data", "host": "host",
        "database": "database", "socket": "socket", "account": "account", "binaries": "programs", "pid": "process",
        "migrations": "migrations",
    }  # fmt: skip
    lines += [f"  {name:<11}{found[key]}" for key, name in names.items() if found.get(key) is not None]
    if found.get("size_bytes") is not None:
        lines.append(f"  {'size':<11}{found['size_bytes'] / 1024 / 1024:.1f} MB")
    if found.get("stays"):
        lines.append("  stays up until `garant db stop`")
    return lines
