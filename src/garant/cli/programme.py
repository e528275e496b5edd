"""`garant programme`: check, show and load a vendor's programme."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garant.kit.shipped import shipped

if TYPE_CHECKING:
    from garant.core.programmes import Programme

app = typer.Typer(no_args_is_help=True, help="Check, show and load a vendor's programme.")


class Format(StrEnum):
    """How `show` prints."""

    text = "text"
    json = "json"


def fail(message: str, code: int) -> typer.Exit:
    """Say what is wrong on stderr; raise the result to end the command."""
    typer.echo(message, err=True)
    return typer.Exit(code)


def file_of(name: str) -> Path:
    """The file that a name or path means: programmes/NAME.yaml of this folder or of the installation, or the path."""
    if name.endswith((".yaml", ".yml")) or "/" in name:
        return Path(name)
    if "\x00" in name:
        raise fail("a programme's name holds no NUL character", 2)
    here = Path("programmes") / f"{name}.yaml"
    if here.is_file():
        return here
    try:
        return shipped(f"programmes/{name}.yaml")
    except FileNotFoundError:
        raise fail(f"no programme called {name}: there is no programmes/{name}.yaml", 2) from None


def read(name: str) -> Programme:
    """The programme of a name or file. Ends the command with 2 when it can't be read, 1 when it has mistakes."""
    from garant.contracts.reading import Unreadable, load_programme_file

    path = file_of(name)
    try:
        programme, problems = load_programme_file(path)
    except Unreadable as error:
        raise fail(str(error), 2) from None
    if programme is None:
        print_problems(path, problems, err=True)
        raise typer.Exit(1)
    return programme


def print_problems(path: Path, problems: list[Any], *, err: bool = False) -> None:
    """One line for each mistake: FILE:LINE: PATH: what is wrong; what to do."""
    for problem in problems:
        typer.echo(f"{path}:{problem.line}: {problem.path}: {problem.message}; {problem.remedy}", err=err)


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A programme's name, or its YAML file.")],
) -> None:
    """Name every mistake of a programme file, one a line, with what to do about it.

    Ends with 0 when there is none, 1 when there is one, 2 when the file can't be read.
    """
    from garant.contracts.reading import Unreadable, load_programme_file

    path = file_of(file)
    try:
        programme, problems = load_programme_file(path)
    except Unreadable as error:
        raise fail(str(error), 2) from None
    print_problems(path, problems)
    if programme is None:
        raise typer.Exit(1)
    typer.echo(f"{path}: {programme.code} version {programme.version}, in order", err=True)


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A programme's name, or its YAML file.")],
    form: Annotated[Format, typer.Option("--format", help="text for people, json for programs.")] = Format.text,
    language: Annotated[str, typer.Option("--language", help="The language of names in text form.")] = "en",
) -> None:
    """Print a programme: packages and their rows, targets, allotments, channels, calendars."""
    programme = read(name)
    if form is Format.json:
        from garant.core.programmes import shown

        typer.echo(json.dumps(shown(programme), ensure_ascii=False, indent=1))
        return
    from garant.wording.programme_text import programme_text

    typer.echo(programme_text(programme, language))


@app.command()
def load(
    file: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A programme's name, or its YAML file.")],
) -> None:
    """Store a programme's packages as immutable versions that contracts can pin; starts the database when down."""
    from garant.contracts.reading import read_text

    programme = read(file)
    source = read_text(file_of(file))
    from garant.core.refusals import Refusal
    from garant.kit.desk import desk_database
    from garant.wording.sentences import refusal_lines

    with desk_database():
        from garant.contracts.operations import load_programme
        from garant.core.people import SYSTEM

        try:
            load_programme(document=programme.to_plain(), source=source, by=SYSTEM)
        except Refusal as refusal:
            raise fail(" ".join(refusal_lines(refusal, "en")), 1) from None
    typer.echo(f"{programme.code} version {programme.version}: {len(programme.all_packages)} packages loaded")
