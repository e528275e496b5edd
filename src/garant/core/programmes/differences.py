"""What two documents of a programme say differently: value by value, each at its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Keys that tell the entries of a list apart, tried in this order; without one an entry goes by its place.
IDENTITIES = (("code",), ("level",), ("metric", "severity"), ("team",), ("channel",))
#: Parts of a document that say which version it is, not what it promises.
LABELS = ("version", "effective_from")


class _Absent:
    """Stands for a value that one of the two documents doesn't have."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs. `before` or `after` is ABSENT where that document has nothing there; an entry that only
    one of them has is told once, as a whole."""

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        if self.before is ABSENT:
            return "added"
        return "removed" if self.after is ABSENT else "changed"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The differences of two plain documents in the order of the newer one; none when they say the same.

    The order of a mapping's keys makes none; entries of a list are compared by what identifies them.
    """
    return list(_between((), before, after))


def _between(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    if _same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _entries(path, before, after)
        return
    old, new = _keyed(before), _keyed(after)
    if old is not None and new is not None:
        yield from _entries(path, old, new)
        return
    yield Difference(path, before, after)


def _entries(path: tuple[str, ...], before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[Difference]:
    for key, value in after.items():
        where = (*path, str(key))
        if key in before:
            yield from _between(where, before[key], value)
        else:
            yield Difference(where, ABSENT, value)
    for key, value in before.items():
        if key not in after:
            yield Difference((*path, str(key)), value, ABSENT)


def _keyed(value: Any) -> dict[str, Any] | None:
    """A list of mappings as a mapping by what tells them apart; None for anything else, or where nothing does."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return None
    if not all(isinstance(entry, Mapping) for entry in value):
        return None
    for identity in IDENTITIES:
        found = {_name(entry, identity): entry for entry in value if all(key in entry for key in identity)}
        if len(found) == len(value):
            return found
    return {str(place): entry for place, entry in enumerate(value, 1)}


def _name(entry: Mapping[str, Any], identity: tuple[str, ...]) -> str:
    parts = (entry[key] for key in identity)
    return " ".join("+".join(map(str, part)) if isinstance(part, list | tuple) else str(part) for part in parts)


def _same(before: Any, after: Any) -> bool:
    # True == 1 in Python; in a programme a flag and a count are two things, however deep they stand.
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before.keys() == after.keys() and all(_same(before[key], after[key]) for key in before)
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return bool(before == after) and isinstance(before, bool) == isinstance(after, bool)
