"""`garant ask`: answer the situations of a fact sheet under a programme."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garant.cli.programme import fail, read

if TYPE_CHECKING:
    from garant.core.programmes import Programme

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def ask(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET.json", help="A fact sheet with golden situations.")],
    programme: Annotated[str, typer.Option("--programme", help="A programme's name, or its YAML file.")],
) -> None:
    """Answer the golden situations of a fact sheet, one JSON line each, in file order.

    Reads id, ask and situation only. Ends with 1 when a situation can't be answered, 2 when a file can't be read.
    """
    from garant.contracts.reading import Unreadable, load_sheet

    try:
        golden = load_sheet(sheet)
    except Unreadable as error:
        raise fail(str(error), 2) from None
    terms = read(programme)
    worst = 0
    for item in golden:
        line = answered(item, terms)
        typer.echo(json.dumps(line, ensure_ascii=False, default=_plain))
        worst = max(worst, 1 if "error" in line else 0)
    raise typer.Exit(worst)


def answered(item: Any, programme: Programme) -> dict[str, Any]:
    """The line for one situation: its id and the answer, or the error."""
    from garant.core.situations import Unanswerable, answer
    from garant.wording.sentences import reason, sentences

    if not isinstance(item, dict):
        return {"id": None, "error": "expected an object with id, ask and situation"}
    name = item.get("id")
    try:
        found = answer(item.get("ask"), item.get("situation"), programme)
    except Unanswerable as error:
        return {"id": name, "error": str(error)}
    line: dict[str, Any] = {"id": name, **found.fields}
    if "due" in line or found.steps:
        line["explanation"] = sentences(found.steps, "en", found.zone, programme)
        if line.get("reason"):
            line["explanation"].append(reason(str(line["reason"]), "en"))
    return line


def _plain(value: Any) -> Any:
    """An exact number as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return str(value)
