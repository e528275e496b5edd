"""What the room hands out: plain values, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Text:
    """What an author writes in one language; `body` is Markdown."""

    title: str
    summary: str
    keywords: str
    body: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section in the reader's language. `count`: articles that this reader may read."""

    code: str
    name: str
    count: int
    names: Mapping[str, str]
    order: int


@dataclass(frozen=True, slots=True)
class Line:
    """An article in a list, in the language in which this reader gets it."""

    id: int
    slug: str
    title: str
    summary: str
    language: str
    updated_at: datetime
    visibility: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of an article without its content."""

    key: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file of an article. `is_public`: anybody may read it."""

    name: str
    media_type: str
    sha256: str
    content: bytes
    is_public: bool


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A published article as this reader gets it.

    `language`: that of the text; another one than asked for is `is_fallback`. `languages`: all that are published.
    `is_outdated`: the source has been published anew since this translation was made.
    """

    id: int
    slug: str
    section: str
    section_name: str
    text: Text
    language: str
    is_fallback: bool
    is_outdated: bool
    languages: tuple[str, ...]
    source_language: str
    products: tuple[str, ...]
    versions: tuple[str, ...]
    visibility: str
    revision: int
    published_at: datetime
    updated_at: datetime
    files: tuple[FileView, ...]
    helped: int
    answered: int
    credits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TranslationState:
    """Where a translation stands, for authors. `published_revision` 0: readers don't see it."""

    language: str
    state: str
    revision: int
    published_revision: int
    title: str
    publish_at: datetime | None
    updated_at: datetime | None
    is_outdated: bool


@dataclass(frozen=True, slots=True)
class ArticleForAuthors:
    """What all translations of an article share, and where each stands."""

    id: int
    slug: str
    origin: str
    section: str
    products: tuple[str, ...]
    versions: tuple[str, ...]
    visibility: str
    packages: tuple[str, ...]
    source_language: str
    revision: int
    is_archived: bool
    translations: tuple[TranslationState, ...]
    files: tuple[FileView, ...]
    old_addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """A saved text and who saved it; `by` None: a command."""

    number: int
    text: Text
    source_revision: int
    note: str
    by: int | None
    by_name: str
    at: datetime
    is_published: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a difference: `kind` is "same", "added" or "removed"; `text` is plain text, to be escaped."""

    part: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Work:
    """A translation that waits for somebody of the staff."""

    article_id: int
    slug: str
    title: str
    language: str
    state: str
    revision: int
    at: datetime
    by_name: str
    publish_at: datetime | None
    is_published: bool


@dataclass(frozen=True, slots=True)
class Fading(Line):
    """An article that helps less than it did: shares from 0 to 1 in the last 30 days and in the 30 before."""

    share: float
    share_before: float
    answers: int
    answers_before: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A link inside a published article that leads nowhere for its readers."""

    article_id: int
    slug: str
    language: str
    title: str
    target: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A translation as it is written out: its newest text, and what it shares with the others."""

    id: str
    slug: str
    language: str
    section: str
    text: Text
    products: tuple[str, ...]
    versions: tuple[str, ...]
    visibility: str
    packages: tuple[str, ...]
    source_language: str
    is_published: bool
    credits: tuple[str, ...] = ()
    files: tuple[FileView, ...] = ()
