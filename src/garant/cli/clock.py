"""`garant clock`: answer clock vectors with the law alone, without database or settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from garant.core.vectors import VectorFileError, answer, read_vectors

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def clock(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Vector files; - reads standard input.")],
) -> None:
    """Answer clock vectors: due times, elapsed seconds and timelines, one JSON line per vector.

    Ends with 1 when a vector was refused, with 2 when a file can't be read.
    """
    worst = 0
    for name in files:
        try:
            vectors = read_vectors(_text(name))
        except (OSError, UnicodeDecodeError, VectorFileError) as wrong:
            reason = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong)
            typer.echo(f"garant clock: {name}: {reason}", err=True)
            worst = 2
            continue
        for vector in vectors:
            line = answer(vector)
            typer.echo(json.dumps(line, ensure_ascii=False))
            worst = max(worst, 1 if "error" in line else 0)
    raise typer.Exit(worst)


def _text(name: str) -> str:
    raw: Any = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return str(raw.decode("utf-8-sig"))
