"""Finding what may name or reach a person in a text that is about to be read by others.

It flags, it never cuts: only a reader can tell a person's name from a product's. What it does not find is not proven to
be absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_PATTERNS = (
    ("email", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    ("address", re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")),
    (
        "secret",
        re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{28,200}(?![A-Za-z0-9_-])"),
    ),
    ("phone", re.compile(r"(?<![\w.])(?:\+\d|0\d|\(\d)(?:[ ()/.-]{0,2}\d){6,13}(?![\w.])")),
)
#: A name shorter than this says too little to look for.
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Flag:
    """One passage: `kind` is email, address (of a machine), secret, phone or name; `text` as it stands there."""

    kind: str
    text: str


def flags(text: str, names: Iterable[str] = ()) -> list[Flag]:
    """What stands in a text, each passage once, in the order of the kinds; `names` of people and organisations count
    whole and in their parts."""
    found: dict[str, Flag] = {}
    rest = text
    for kind, pattern in _PATTERNS:
        for match in pattern.findall(rest):
            found.setdefault(match.lower(), Flag(kind, match))
        rest = pattern.sub(" ", rest)
    wanted = {part for name in names for part in (name, *name.split()) if len(part) >= SHORTEST}
    for name in sorted(wanted, key=lambda each: (-len(each), each)):
        match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", rest, re.IGNORECASE)
        if match is not None and not any(name.lower() in known for known in found):
            found[name.lower()] = Flag("name", match[0])
    return list(found.values())
