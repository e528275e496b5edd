"""What a letter is made of, and the voice that says its sentences in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation

from garant.core.instants import parse_instant
from garant.kit.languages import QUOTES
from garant.kit.moments import long_date, long_day_time, place
from garant.wording import catalogs


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words. `page` is the code of what it is about, `action` what opening that page is called (both empty:
    nothing to open)."""

    subject: str
    paragraphs: tuple[str, ...]
    page: str = ""
    action: str = ""

    @property
    def body(self) -> tuple[str, ...]:
        """The paragraphs without the quoted title of a case and a greeting."""
        opening = tuple(quotes[0] for quotes in QUOTES.values())
        return tuple(text for text in self.paragraphs if not text.startswith(opening) and text[-1:] != ",")


@dataclass(frozen=True, slots=True)
class Voice:
    """Says messages of the catalog with the values of a notice."""

    data: Mapping[str, Any]
    zone: str
    language: str

    @classmethod
    def of(cls, data: Mapping[str, Any], zone: str, language: str | None) -> Voice:
        """The voice for a reader; `language` None: the active one."""
        return cls(data, zone, catalogs.spoken(language))

    def text(self, name: str) -> str:
        """A value as it stands; empty without one."""
        value = self.data.get(name)
        return "" if value is None else str(value)

    def when(self, name: str) -> str:
        """An instant in full with its place; empty without one."""
        value = self.data.get(name)
        if not isinstance(value, str) or not value:
            return ""
        with translation.override(self.language):
            return f"{long_day_time(parse_instant(value), self.zone)} ({place(self.zone)})"

    def day(self, name: str) -> str:
        """A day of a contract, in no zone; empty without one."""
        value = self.data.get(name)
        if not value:
            return ""
        with translation.override(self.language):
            return long_date(date.fromisoformat(str(value)))

    def say(self, message: str, **more: str) -> str:
        """A message in the reader's language, filled with the notice's plain values and `more`."""
        plain = {name: str(value) for name, value in self.data.items() if isinstance(value, str | int)}
        return catalogs.catalog(self.language).gettext(message).format_map(_Gaps(plain | more))

    def quoted(self, name: str) -> tuple[str, ...]:
        """A paragraph with a text of the notice in the quotes of the language; none without the text."""
        before, after = QUOTES.get(self.language, QUOTES["en"])
        text = self.text(name)
        return (f"{before}{text}{after}",) if text else ()

    def plain(self, kind: str) -> str:
        """A code as words."""
        return kind.replace("_", " ")


class _Gaps(dict[str, str]):
    """Values by name; one that a notice lacks is empty: a letter must not fail on it."""

    def __missing__(self, name: str) -> str:
        return ""


Writer = Callable[[Voice], Letter]
