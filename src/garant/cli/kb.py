"""`garant kb`: help articles in from files and out to files."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garant.kit.desk import desk_database
from garant.kit.postgres import PostgresError

if TYPE_CHECKING:
    from garant.knowledge.reading import Item

app = typer.Typer(no_args_is_help=True, help="Import and export help articles.")


class Format(StrEnum):
    """What is in the files."""

    markdown = "markdown"
    html = "html"
    jsonl = "jsonl"


@app.command(name="import")
def take(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, or folders with all their folders.")],
    kind: Annotated[Format | None, typer.Option("--format", help="By each file's ending, unless said.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
) -> None:
    """Take in articles: SLUG.LANG.md with front matter, HTML pages, or JSON lines. Again changes only what differs.

    One line on stderr for each item that can't be taken. Ends with 0 when there is none, 1 when there is one, 2 when
    a path can't be read.
    """
    try:
        with desk_database(lambda line: typer.echo(line, err=True)):
            from garant.knowledge.reading import items

            found = items(*paths, kind=kind.value if kind else "")
            counts = _take_all(found, dry_run)
    except PostgresError as error:
        raise _fail(f"garant kb: {error}", 1) from None
    except OSError as error:
        raise _fail(f"garant kb: {error}", 2) from None
    told = ", ".join(f"{counts[word]} {word}" for word in ("new", "changed", "same", "refused"))
    typer.echo(f"{len(found)} texts: {told}{' (nothing was written)' if dry_run else ''}")
    if counts["refused"]:
        raise typer.Exit(1)


def _take_all(found: list[Item], dry_run: bool) -> Counter[str]:
    from rich.console import Console
    from rich.progress import track

    console, counts = Console(stderr=True, soft_wrap=True), Counter[str]()
    for item in track(found, description="Articles", console=console, transient=True):
        word, problem = _take_one(item, dry_run)
        counts[word] += 1
        if problem:
            console.print(f"{item.place}: {problem}", markup=False, highlight=False)
    return counts


def _take_one(item: Item, dry_run: bool) -> tuple[str, str]:
    """What became of an item, and why it was refused."""
    from garant.core.people import SYSTEM
    from garant.core.refusals import Refusal
    from garant.knowledge.operations import add_file
    from garant.knowledge.operations_import import take_in
    from garant.wording.sentences import refusal_lines

    if item.incoming is None:
        return "refused", item.problem
    try:
        word, article = take_in(by=SYSTEM, item=item.incoming, dry_run=dry_run)
        for file in () if dry_run else item.files:
            add_file(by=SYSTEM, article_id=article, name=file.name, content=file.read_bytes())
    except Refusal as why:
        return "refused", " ".join(refusal_lines(why, "en"))
    except OSError as why:
        return "refused", str(why)
    return word, ""


@app.command(name="export")
def give(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder that is empty or not there yet.")],
) -> None:
    """Write every article that is not archived: SLUG.LANG.md with front matter, and its files in SLUG.files."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise _fail(f"garant kb: {path} is not an empty folder", 2)
    try:
        with desk_database(lambda line: typer.echo(line, err=True)):
            count = _write_all(path)
    except PostgresError as error:
        raise _fail(f"garant kb: {error}", 1) from None
    except OSError as error:
        raise _fail(f"garant kb: {error}", 2) from None
    typer.echo(f"{count} texts written to {path}")


def _write_all(path: Path) -> int:
    from garant.core.people import Viewer
    from garant.knowledge.queries import exported, file_content
    from garant.knowledge.reading import file_of

    # Whoever may run commands on the desk's machine reads everything, like its staff.
    viewer, count = Viewer(staff_roles=frozenset({"manager"})), 0
    path.mkdir(parents=True, exist_ok=True)
    for row in exported(viewer=viewer):
        path.joinpath(f"{row.slug}.{row.language}.md").write_text(file_of(row), encoding="utf-8")
        for file in row.files:
            folder = path / f"{row.slug}.files"
            folder.mkdir(exist_ok=True)
            content = file_content(viewer=viewer, slug=row.slug, key=file.key).content
            folder.joinpath(file.name).write_bytes(content)
        count += 1
    return count


def _fail(message: str, code: int) -> Any:
    typer.echo(message, err=True)
    return typer.Exit(code)
