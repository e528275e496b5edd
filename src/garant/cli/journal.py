"""`garant journal verify`: replay everything, and say where what is stored differs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garant.kit.desk import desk_database
from garant.kit.postgres import PostgresError

if TYPE_CHECKING:
    from garant.cases.views import Difference

app = typer.Typer(no_args_is_help=True)


@app.callback()
def journal() -> None:
    """The journal: what happened, in order, unchanged."""


@app.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
) -> None:
    """Replay the journal and compare it with the stored cases and periods; exit 1 when anything differs."""
    from django.db import Error as DatabaseFailure

    try:
        with desk_database(lambda line: typer.echo(line, err=True)):
            different = _verified(as_json)
    except PostgresError as error:
        typer.echo(f"garant journal verify: {error}", err=True)
        raise typer.Exit(2) from None
    except DatabaseFailure as error:
        typer.echo(f"garant journal verify: the database failed: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(2) from None
    if different:
        raise typer.Exit(1)


def _verified(as_json: bool) -> bool:
    """Print the comparison; whether there was any difference."""
    from garant.cases.queries import Verification

    run, kept, count = Verification(), [], 0
    for difference in run.run():
        count += 1
        if as_json:
            kept.append(asdict(difference))
        else:
            typer.echo(line(difference))
    if as_json:
        counts: dict[str, Any] = {"cases": run.cases, "periods": run.periods, "entries": run.entries}
        typer.echo(json.dumps({**counts, "differences": kept}, ensure_ascii=False))
    else:
        typer.echo(
            f"{run.cases} cases, {run.periods} periods, {run.entries} entries: "
            + (f"{count} differences" if count != 1 else "1 difference")
        )
    return count > 0


def line(difference: Difference) -> str:
    """One difference as a line: where, which field, what is stored and what the journal gives."""
    where = "journal" if difference.case is None else f"case {difference.case}"
    if difference.period:
        where += f", {difference.period}"
    stored, replayed = (
        "nothing" if value is None else json.dumps(value, ensure_ascii=False)
        for value in (difference.stored, difference.replayed)
    )
    return f"{where}: {difference.field}: stored {stored}, replayed {replayed}"
