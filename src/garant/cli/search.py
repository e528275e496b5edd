"""`garant search`: how good the search is, by sets with known answers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from garant.finding.evaluating import Report

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def search() -> None:
    """How good the search is, by sets with known answers."""


@app.command("eval")
def evaluate(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders with articles and queries.")],
    queries: Annotated[
        list[Path] | None, typer.Option("--queries", metavar="DIR", help="Take the queries of the same name from here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Load the sets into a scratch database, ask their questions, and print how many were answered.

    hit@5: a right article is among the first five. Several folders after --queries: name the option again for each, or
    write them after the first. Ends with 1 when a folder or a line can't be read.
    """
    from garant.finding.sets import corpora_in, queries_in
    from garant.kit.postgres import PostgresError
    from garant.kit.scratch import scratch_desk

    def say(text: str) -> None:
        typer.echo(text, err=True)

    try:
        sets = corpora_in(folders)
        instead = queries_in(queries or [], sets)
        with scratch_desk():
            from garant.finding.evaluating import evaluated

            report = evaluated(sets, instead, processes=os.cpu_count() or 1, say=say)
    except (ValueError, PostgresError) as error:
        typer.echo("garant search eval: " + " ".join(str(error).split()), err=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps({"rows": report.rows, "cross": report.cross}) if as_json else _tables(report))


def _tables(report: Report) -> str:
    parts = [_table(report.rows)]
    if report.cross:
        parts.append("Asked in one language, found in another (words alone):\n" + _table(report.cross))
    return "\n\n".join(parts)


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "no questions"
    lines = [list(rows[0]), *([f"{v:.3f}" if isinstance(v, float) else str(v) for v in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if not cell[:1].isdigit() else cell.rjust(width)
            for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )
