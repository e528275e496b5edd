"""Facts about payments and obligations from a CSV file: looked at line by line, loaded whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from garant.contracts.models import ObligationFact
from garant.contracts.operations_standing import checked_fact, record_fact
from garant.contracts.queries_standing import DESK, RECORDERS
from garant.contracts.views_standing import FactFile, FactLine
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory import queries as directory
from garant.directory.operations import require_role

__all__ = ["COLUMNS", "LARGEST_FILE", "MOST_LINES", "load_facts", "preview_facts"]

COLUMNS = ("subscriber", "kind", "reference", "on", "amount", "currency", "note")
LARGEST_FILE = 1_000_000
MOST_LINES = 5_000


def preview_facts(*, by: Actor, content: bytes) -> FactFile:
    """What a file would record, line by line, with what is wrong; writes nothing.

    Raises Refusal `facts_file_unreadable` for a file that is no CSV in UTF-8 with these columns, is larger than
    LARGEST_FILE or has more than MOST_LINES lines.
    """
    require_role(by, RECORDERS)
    return FactFile(tuple(line for line, _ in _read(content)))


@transaction.atomic
def load_facts(*, by: Actor, content: bytes) -> FactFile:
    """Record every line of a file that is not on record yet. Raises Refusal `facts_file_wrong` when one line has a
    mistake: then nothing is recorded."""
    require_role(by, RECORDERS)
    read = _read(content)
    wrong = [line.number for line, _ in read if line.problem]
    if wrong:
        values = {"lines": wrong[:20], "count": len(wrong)}
        raise Refusal("facts_file_wrong", "facts_load_whole", "correct_lines", values)
    # One order of subscribers, so that two files loaded at once never wait for each other in a circle.
    ordered = sorted(read, key=lambda one: one[1]["subscriber_id"])
    new = sum(record_fact(by=by, **values).new for _, values in ordered)
    return FactFile(tuple(line for line, _ in read), loaded=new)


def _read(content: bytes) -> list[tuple[FactLine, dict[str, Any]]]:
    subscribers: dict[str, int | None] = {}
    seen: set[tuple[Any, ...]] = set()
    found = []
    for number, cells in _cells(content):
        line = FactLine(number, tuple(cells), cells[0] if cells else "")
        values: dict[str, Any] = {}
        try:
            values = _values(cells, subscribers)
            key = tuple(values[name] for name in ("subscriber_id", "kind", "reference", "on"))
            if key in seen:
                raise Refusal("line_twice", "facts_load_whole", "correct_lines")
            seen.add(key)
            line = replace(line, known=_known(values))
        except Refusal as refusal:
            line = replace(line, problem=refusal.code, values=dict(refusal.values))
        found.append((line, values))
    return found


def _cells(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The lines of the file with their numbers, without the heading and empty lines."""
    if len(content) > LARGEST_FILE:
        raise _unreadable("too_large")
    try:
        text = content.decode("utf-8-sig")
        if "\x00" in text:
            raise _unreadable("not_text")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text))
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(c.strip() for c in row)]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise _unreadable(type(problem).__name__) from None
    if not lines or tuple(name.lower() for name in lines[0][1]) not in (COLUMNS, COLUMNS[:-1]):
        raise _unreadable("columns")
    if len(lines) > MOST_LINES + 1:
        raise _unreadable("too_many_lines")
    width = len(lines[0][1])
    for number, cells in lines[1:]:
        yield number, cells if len(cells) == width else cells[:1]


def _delimiter(text: str) -> str:
    """Semicolons where a spreadsheet of a decimal-comma country wrote the heading with them."""
    heading = text.partition("\n")[0]
    return ";" if heading.count(";") > heading.count(",") else ","


def _unreadable(why: str) -> Refusal:
    return Refusal("facts_file_unreadable", "facts_come_as_csv", "check_file", {"why": why})


def _values(cells: list[str], subscribers: dict[str, int | None]) -> dict[str, Any]:
    if len(cells) < len(COLUMNS) - 1:
        raise Refusal("columns_wrong", "facts_come_as_csv", "correct_lines")
    slug, kind, reference, on, amount, currency, note = (*cells, "")[: len(COLUMNS)]
    if slug not in subscribers:
        subscribers[slug] = _subscriber(slug)
    owner = subscribers[slug]
    if owner is None:
        raise Refusal("subscriber_unknown", "facts_have_a_reference", "correct_lines", {"longest": 80})
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise Refusal("date_invalid", "facts_have_happened", "check_dates") from None
    try:
        money = Decimal(amount) if amount else None
    except InvalidOperation:
        raise Refusal("amount_invalid", "amounts_are_money", "check_amount") from None
    values: dict[str, Any] = {"subscriber_id": owner, "kind": kind, "reference": reference, "on": day, "amount": money}
    name, checked = checked_fact(**values, currency=currency)
    return {**values, "reference": name, "currency": checked, "note": note}


def _subscriber(slug: str) -> int | None:
    try:
        return directory.subscriber(DESK, slug).id if "\x00" not in slug else None
    except NotFound:
        return None


def _known(values: dict[str, Any]) -> bool:
    """Whether the fact is on record; refused when it is with another amount."""
    row = ObligationFact.objects.filter(**{n: values[n] for n in ("subscriber_id", "kind", "reference", "on")}).first()
    if row is not None and (row.amount, row.currency) != (values["amount"], values["currency"]):
        raise Refusal("fact_recorded_differently", "facts_never_change", "record_another_fact")
    return row is not None
