"""A programme's text with some of its values changed in place: comments, order and layout stay as they were written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from garant.contracts.reading import parse_yaml
from garant.core.programmes.nodes import Path, written

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.@+-]*(:[A-Za-z0-9_.@+-]+)?\Z")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


class NotEditable(ValueError):
    """A value that can't be changed in place: an alias repeats it, it is no scalar, or it isn't there."""


def scalar_text(value: Any) -> str:
    """A scalar as YAML that `reading.parse_yaml` reads back as the same value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    text = str(value)
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def rewritten(text: str, changes: Mapping[Path, Any]) -> str:
    """The text with other scalars at some paths. A key that its mapping doesn't have yet is put before the others.

    Raises NotEditable for a path that can't be changed in place; the text is then to be edited by hand.
    """
    source = parse_yaml(text)
    edits = [_edit(source.spans, source.openings, path, value) for path, value in changes.items()]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    found = parse_yaml(text)
    for path, value in changes.items():
        if found.problems or not _there(found.values, path, value):
            raise NotEditable(written(path))
    return text


def _edit(
    spans: Mapping[Path, tuple[int, int]], openings: Mapping[Path, tuple[int, int | None]], path: Path, value: Any
) -> tuple[int, int, str]:
    if path in spans:
        return (*spans[path], scalar_text(value))
    if not path or path[:-1] not in openings or any(p[: len(path)] == path for p in (*spans, *openings)):
        raise NotEditable(written(path))
    at, column = openings[path[:-1]]
    entry = f"{scalar_text(path[-1])}: {scalar_text(value)}"
    return (at, at, f"{entry}, " if column is None else f"{entry}\n{' ' * column}")


def _there(values: Any, path: Path, value: Any) -> bool:
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(values == value) and isinstance(values, bool) == isinstance(value, bool)
