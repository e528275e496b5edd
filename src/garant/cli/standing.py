"""`garant standing`: show a subscriber's standing, record payments and obligations, suspend and reinstate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garant.kit.desk import desk_database
from garant.kit.postgres import PostgresError

if TYPE_CHECKING:
    from garant.contracts.views_standing import StandingView
    from garant.core.people import Actor

app = typer.Typer(no_args_is_help=True, help="A subscriber's standing: payments, obligations, and what was decided.")

Subscriber = Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="The subscriber's short name, such as aurora.")]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="Who acts: somebody of finance, or a manager.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the subscriber reads it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def show(subscriber: Subscriber, by: By = "", as_json: AsJson = False) -> None:
    """Show standing, what is late, what the programme's rule says today, and the decisions so far."""
    with _desk():
        row, viewer = _subscriber(subscriber), _viewer(by)
        from garant.contracts.queries_standing import standing

        _print(_shown(row.slug, standing(viewer=viewer, subscriber_id=row.id)), as_json)


@app.command()
def record(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="Its short name; - with --csv.")],
    kind: Annotated[
        str,
        typer.Option("--kind", help="invoice_due, invoice_paid, notice_given, obligation_unmet or obligation_met."),
    ] = "",
    reference: Annotated[str, typer.Option("--reference", help="Invoice number or name of the obligation.")] = "",
    on: Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help="The date it was due, paid, told.")] = "",
    amount: Annotated[str, typer.Option("--amount", help="With a point, such as 1200.50; left out: the whole.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="Three letters, such as EUR.")] = "",
    file: Annotated[Path | None, typer.Option("--csv", help="Record every line of this file, or none.")] = None,
    check: Annotated[bool, typer.Option("--check", help="With --csv: only say what would be recorded.")] = False,
    by: By = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="A note to keep with the fact.")] = "",
    as_json: AsJson = False,
) -> None:
    """Record a payment, a notice or another obligation; or with --csv those of a whole file."""
    with _desk():
        actor = _actor(by)
        if file is not None:
            _record_file(file, actor, check=check, as_json=as_json)
            return
        from garant.contracts.operations_standing import record_fact

        fact = record_fact(
            by=actor, subscriber_id=_subscriber(subscriber).id, kind=kind, reference=reference, on=_date(on),
            amount=_amount(amount), currency=currency, note=reason,
        )  # fmt: skip
        said = {"fact": fact.id, "kind": fact.kind, "reference": fact.reference, "on": str(fact.on), "new": fact.new}
        _print(said, as_json, "recorded" if fact.new else "on record already, nothing written")


@app.command()
def suspend(subscriber: Subscriber, by: By = "", reason: Why = "", as_json: AsJson = False) -> None:
    """Suspend support: every clock of the subscriber pauses, new cases are held."""
    _decide("suspend", subscriber, by, reason, as_json)


@app.command()
def reinstate(subscriber: Subscriber, by: By = "", reason: Why = "", as_json: AsJson = False) -> None:
    """Reinstate support: paused clocks go on, held cases start theirs."""
    _decide("reinstate", subscriber, by, reason, as_json)


def _decide(act: str, subscriber: str, by: str, reason: str, as_json: bool) -> None:
    with _desk():
        from garant.cases import operations

        run: Callable[..., Any] = getattr(operations, act)
        changed = run(by=_actor(by), subscriber_id=_subscriber(subscriber).id, reason=reason)
        said = {"subscriber": subscriber, "decision": changed.decision, "at": changed.at.isoformat(),
                "cases": list(changed.cases)}  # fmt: skip
        _print(said, as_json)


def _record_file(file: Path, actor: Actor, *, check: bool, as_json: bool) -> None:
    from garant.contracts.reading_facts import LARGEST_FILE, load_facts, preview_facts
    from garant.wording.sentences import reason

    try:
        with file.open("rb") as handle:
            content = handle.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _fail(f"garant standing record: {file}: {error.strerror}", 2) from None
    found = preview_facts(by=actor, content=content)
    for line in found.lines:
        if line.problem:
            typer.echo(f"{file}:{line.number}: {reason(line.problem, 'en')}", err=True)
    loaded = 0 if check or found.wrong else load_facts(by=actor, content=content).loaded
    said = {"lines": len(found.lines), "new": found.new, "wrong": found.wrong, "recorded": loaded}
    _print(said, as_json)
    if found.wrong:
        raise typer.Exit(1)


def _shown(slug: str, view: StandingView) -> dict[str, Any]:
    from garant.core.standing import Proposal

    # While support is suspended the rule has nothing to propose: its decision is in force.
    word = None if view.suspended else view.advice
    advice: dict[str, Any] | None = None
    if isinstance(word, Proposal):
        advice = {"proposes": "suspend", "ground": word.ground, "references": list(word.references)}
    elif word is not None:
        until = word.from_on.isoformat() if word.from_on else None
        advice = {"proposes": None, "because": word.reason, "reference": word.reference, "until": until}
    return {
        "subscriber": slug,
        "standing": view.state,
        "since": view.since.isoformat() if view.since else None,
        "ground": view.ground or None,
        "reason": view.reason or None,
        "rule": advice,
        "late": [
            {"ground": item.ground, "reference": item.reference, "since": str(item.since),
             "outstanding": None if item.outstanding is None else str(item.outstanding), "currency": item.currency}
            for item in view.items
        ],
        "decisions": [
            {"decision": each.decision, "at": each.at.isoformat(), "by": each.by or "Garant", "reason": each.reason}
            for each in view.decisions
        ],
    }  # fmt: skip


def _print(said: dict[str, Any], as_json: bool, remark: str = "") -> None:
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    for name, value in said.items():
        for line in value if isinstance(value, list) else [value]:
            if line not in (None, "", {}):
                typer.echo(f"{name}: {_flat(line)}")
    if remark:
        typer.echo(remark)


def _flat(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(f"{name} {_flat(each)}" for name, each in value.items() if each not in (None, "", []))


@contextmanager
def _desk() -> Iterator[None]:
    """The database; what is refused becomes one line on stderr and exit 1."""
    from garant.core.refusals import NotFound, Refusal

    try:
        with desk_database(lambda line: typer.echo(line, err=True)):
            from django.db import Error as DatabaseFailure

            try:
                yield
            except Refusal as refusal:
                from garant.wording.sentences import refusal_lines

                raise _fail(f"garant standing: {' '.join(refusal_lines(refusal, 'en'))}", 1) from None
            except NotFound as missing:
                raise _fail(f"garant standing: there is no such {missing}", 1) from None
            except DatabaseFailure as error:
                raise _fail(f"garant standing: the database failed: {' '.join(str(error).split())}", 2) from None
    except PostgresError as error:
        raise _fail(f"garant standing: {error}", 2) from None


def _fail(message: str, code: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(code)


def _subscriber(slug: str) -> Any:
    from garant.contracts.queries_standing import DESK
    from garant.directory.queries import subscriber

    if "\x00" in slug:
        raise _fail("garant standing: a short name holds no NUL character", 1)
    return subscriber(DESK, slug)


def _viewer(email: str) -> Any:
    """Who looks: the person named, or the desk itself, whose keeper runs this command."""
    from garant.contracts.queries_standing import DESK
    from garant.directory.queries import viewer_of

    return viewer_of(_actor(email).id) if email else DESK


def _actor(email: str) -> Actor:
    from garant.core.people import Actor
    from garant.directory.queries import person_by_email

    if not email:
        raise _fail("garant standing: say who acts with --by EMAIL", 1)
    person = person_by_email(email) if "\x00" not in email else None
    if person is None:
        raise _fail(f"garant standing: nobody signs in as {email}", 1)
    return Actor("person", person.id)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _fail(f"garant standing: --on {text!r} is no date; write it as 2026-11-20", 1) from None


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise _fail(f"garant standing: --amount {text!r} is no number; write it as 1200.50", 1) from None
