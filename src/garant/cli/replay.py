"""`garant replay`: run a real event log through the law. It needs no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

if TYPE_CHECKING:
    from garant.core.clocks import Step
    from garant.core.programmes import Programme
    from garant.insight.mapping import LogMapping
    from garant.insight.replaying import Offer, Report

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

Tick = Callable[[int], None]


class Format(StrEnum):
    """How the report is printed."""

    text = "text"
    json = "json"


@app.command()
def replay(
    log: Annotated[Path, typer.Argument(metavar="LOG.csv[.gz]", help="The event log.")],
    mapping_file: Annotated[Path, typer.Option("--map", metavar="MAP.yaml", help="How the log is read.")],
    programme: Annotated[str, typer.Option(metavar="NAME|FILE", help="A programme's name, or its YAML file.")],
    package: Annotated[str, typer.Option(metavar="NAME", help="The package whose promises are asked.")],
    region: Annotated[str, typer.Option(metavar="NAME", help="The programme's region.")] = "default",
    form: Annotated[Format, typer.Option("--format", help="text for people, json for programs.")] = Format.text,
) -> None:
    """Run a real event log through the law, case by case, and report how the promises would have been kept.

    Ends with 1 when the mapping, programme, package or region is wrong, with 2 when the log can't be read.
    """
    from garant.core.calendars import CalendarError
    from garant.insight.logs import LogError
    from garant.insight.mapping import MappingError, read_mapping
    from garant.wording.sentences import sentences

    try:
        mapping = read_mapping(mapping_file)
        found = _programme(programme)
        offer = _offer(found, package, region, mapping, mapping_file)
        report = _run(log, mapping, offer)
    except (MappingError, CalendarError) as error:
        raise _failed(str(error), 1) from None
    except LogError as error:
        raise _failed(str(error), 2) from None

    def say(steps: Sequence[Step]) -> list[str]:
        return sentences(steps, language="en", names=found)

    _print(report, form, say)


def _failed(message: str, code: int) -> typer.Exit:
    from garant.insight.reading_out import printable

    typer.echo("garant replay: " + printable(" ".join(message.split())), err=True)
    return typer.Exit(code)


def _programme(name: str) -> Programme:
    from garant.cli.programme import read

    try:
        return read(name)
    except typer.Exit:  # its message is out; for a replay a programme that can't be read is a wrong name
        raise typer.Exit(1) from None


def _offer(found: Programme, package: str, region: str, mapping: LogMapping, mapping_file: Path) -> Offer:
    """What is asked of the programme. Ends the command with 1 when a name is not in it."""
    from garant.core.programmes import ProgrammeTerms
    from garant.insight.replaying import Offer

    levels = tuple(severity.level for severity in sorted(found.severities, key=lambda severity: severity.rank))
    packages = [one.code for one in found.all_packages]
    if package not in packages:
        raise _failed(f"programme {found.code} has no package {package!r}; it has {', '.join(packages)}", 1)
    if region not in found.regions:
        raise _failed(f"programme {found.code} has no region {region!r}; it has {', '.join(found.regions)}", 1)
    sold_in = found.package(package).region
    if sold_in is not None and sold_in != region:
        raise _failed(f"package {package} is sold in region {sold_in} only; add --region {sold_in}", 1)
    for level in (*mapping.severities.values(), mapping.default_severity):
        if level not in levels:
            have = ", ".join(levels)
            raise _failed(
                f"{mapping_file}: severities: programme {found.code} has no level {level!r}; it has {have}", 1
            )
    return Offer(found.code, package, region, levels, ProgrammeTerms(found, region))


def _run(log: Path, mapping: LogMapping, offer: Offer) -> Report:
    from garant.insight.logs import read_log
    from garant.insight.replaying import replay_log

    with _progress() as begin:
        size = log.stat().st_size if log.is_file() else 0
        read = read_log(log, mapping, begin("Reading the log", size))
        return replay_log(read, mapping, offer, begin("Running the cases", len(read.cases)))


@contextmanager
def _progress() -> Iterator[Callable[[str, int], Tick]]:
    """A function that begins a named stage of some length and returns how to tell its progress.

    A bar is drawn on stderr, and only when that is a terminal.
    """
    if not sys.stderr.isatty():
        yield lambda _stage, _length: lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:

        def begin(stage: str, length: int) -> Tick:
            task = bars.add_task(stage, total=length or None)
            return lambda done: bars.update(task, completed=done)

        yield begin


def _print(report: Report, form: Format, say: Callable[[Sequence[Step]], list[str]]) -> None:
    from garant.insight.reading_out import lines

    if form is Format.json:
        # Plain ASCII, so that no terminal or pipe encoding can get in the way of a case's name.
        typer.echo(json.dumps(report.to_plain(say), indent=1))
        return
    out: TextIO | Any = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(errors="replace")
    for line in lines(report, say):
        typer.echo(line)
