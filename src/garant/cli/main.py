"""The command `garant`: a table of verbs; each module is imported only when its verb is called."""

from __future__ import annotations

import importlib
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import garant

#: Verb -> one line of help. The module `garant.cli.VERB` holds a typer app named `app`.
VERBS = {
    "ask": "Answer the golden situations of a fact sheet under a programme.",
    "clock": "Answer clock vectors: due times, elapsed seconds, timelines.",
    "db": "Status, backup, restore and URL of the desk's database.",
    "doctor": "Look at what is around the desk: garant doctor mail.",
    "journal": "Replay the journal and compare it with what is stored.",
    "kb": "Import and export help articles.",
    "mail": "Take a mail in; list and check the mailboxes.",
    "programme": "Check, show and load a vendor's programme.",
    "receive": "Fetch the mailboxes and listen for mail servers.",
    "replay": "Run a real event log through the law.",
    "run": "Start the desk: database, web, sweeper, sender and receiver under one supervisor.",
    "search": "Measure the search: garant search eval DIR...",
    "send": "Hand the outbox to the mail server.",
    "standing": "A subscriber's standing: record payments, suspend, reinstate.",
    "sweep": "Record what is due now and tell whom it concerns.",
}


class Verbs(TyperGroup):
    """The verbs of the command line, loaded on demand so that `garant clock` never pays for Django."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All verbs, in alphabetical order."""
        return sorted(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb's command, or None when there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module: Any = importlib.import_module(f"garant.cli.{cmd_name}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(VERBS.items()))


app = typer.Typer(
    name="garant",
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"garant {garant.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """The support desk that knows the contract."""


def main() -> None:
    """Run the command line; a closed pipe or Ctrl-C ends it without a traceback."""
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
