"""The vendor's own words for messages, as pages show them: the list, what a letter may name, and how it will read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, gettext

from garant.core.letters import SHAPES, Words
from garant.core.people import Viewer
from garant.directory.queries import names_of
from garant.journal.queries_letters import LetterRow, letter_rows, versions
from garant.kit.languages import NAMES as LANGUAGE_NAMES
from garant.wording.letters import AREAS, Letter, letter
from garant.wording.letters_samples import begun, examples, sample


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind of message in the list. `own`: the languages that have own words, as (code, name)."""

    kind: str
    name: str
    own: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Area:
    """The kinds about one thing."""

    name: str
    kinds: tuple[KindLine, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A name that a letter may hold: what it becomes in the sample, and whether a letter can do without it."""

    name: str
    example: str
    needed: bool
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the words: when it was written and by whom. `words` None: the desk's again."""

    at: datetime | None
    who: str
    words: Words | None


def areas(viewer: Viewer) -> list[Area]:
    """All kinds whose words are the vendor's to change, with the languages that have own words now."""
    own: dict[str, list[str]] = {}
    for row in letter_rows(viewer=viewer):
        own.setdefault(row.kind, []).append(row.language)
    names = {
        "cases": gettext("Cases"),
        "escalations": gettext("Escalations"),
        "contacts": gettext("Contacts"),
        "standing": gettext("Standing and allotments"),
        "mail": gettext("Mail that arrived"),
        "desk": gettext("Mailboxes"),
    }
    found = (
        Area(names.get(code, code), tuple(_line(kind, own) for kind in kinds if kind in SHAPES))
        for code, kinds in AREAS.items()
    )
    return [area for area in found if area.kinds]


def _line(kind: str, own: Mapping[str, list[str]]) -> KindLine:
    languages = tuple((code, name) for code, name in LANGUAGE_NAMES.items() if code in own.get(kind, ()))
    return KindLine(kind, name_of(kind), languages)


def name_of(kind: str) -> str:
    """What a kind is called: the desk's subject for it, in the language of the page."""
    return begun(kind, get_language() or "en").subject


def places(kind: str, language: str, viewer: Viewer, now: datetime) -> list[Place]:
    """What a letter of a kind may name, with an example of each in the letter's language."""
    shape = SHAPES[kind]
    becomes = examples(kind, sample(kind, now, language), viewer.zone, language)
    groups = {name: group for group in shape.required for name in group}
    return [
        Place(name, becomes[name], name in groups, tuple(each for each in groups.get(name, ()) if each != name))
        for name in shape.names
    ]


def read_as(kind: str, words: Words | None, language: str, viewer: Viewer, now: datetime) -> Letter:
    """How a letter reads with plausible values, in its language and the viewer's zone; None: in the desk's words."""
    own = {} if words is None else {kind: words}
    return letter(kind, sample(kind, now, language), viewer.zone, language, own)


def as_text(told: Letter) -> str:
    """The letter as a mail without pictures says it."""
    return "\n\n".join((told.subject, *told.paragraphs, *([f"{told.action}: …"] if told.action else [])))


def told_versions(kind: str, language: str, viewer: Viewer) -> list[Version]:
    """The versions of the words, the newest first."""
    rows: list[LetterRow] = versions(viewer=viewer, kind=kind, language=language)
    names = names_of(viewer, {row.written_by for row in rows if row.written_by is not None})
    return [Version(row.written_at, names.get(row.written_by or 0, ""), row.words) for row in rows]
