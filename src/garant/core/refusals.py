"""Refusals: what may not be done, by which rule, and the way out. One type for every door."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """An act that a rule forbids.

    `code` is stable and for programs; `rule` names the rule and `remedy` the way out, both as codes that wording turns
    into sentences; `values` fills them. Rooms raise it, doors show it; nothing was written when it is raised.
    """

    def __init__(self, code: str, rule: str, remedy: str, values: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{code} (rule: {rule}; remedy: {remedy})")
        self.code = code
        self.rule = rule
        self.remedy = remedy
        self.values: Mapping[str, object] = dict(values or {})

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str, str, Mapping[str, object]]]:
        """Pickle by its parts, so that a worker can hand it on."""
        return (type(self), (self.code, self.rule, self.remedy, self.values))


class NotFound(LookupError):
    """There is no such thing for this viewer: absent and hidden look the same. Doors answer with a 404."""
