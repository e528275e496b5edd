"""What the community room shows: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who writes. `badge`: "advisor", "staff" or "". `gone`: erased, without name and page."""

    id: int
    handle: str
    name: str
    badge: str = ""
    organisation: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread in a list. `locked`, `held`, `hidden` and `merged_into` are states beside `state` (open, answered)."""

    id: int
    kind: str
    title: str
    slug: str
    language: str
    tags: tuple[str, ...]
    author: Who
    opened_at: datetime
    active_at: datetime
    state: str
    idea_state: str
    locked: bool
    held: bool
    hidden: bool
    answers: int
    votes: int


@dataclass(frozen=True, slots=True)
class Address:
    """What the address of a thread is made of, and when something was last written in it."""

    id: int
    slug: str
    language: str
    changed: datetime


@dataclass(frozen=True, slots=True)
class PostView:
    """Something written. `body` is Markdown; empty when it is hidden from the reader. `mine`: the reader wrote it."""

    id: int
    kind: str
    author: Who
    body: str
    at: datetime
    revision: int
    edited_at: datetime | None
    accepted: bool
    votes: int
    held: bool
    hidden: bool
    hidden_reason: str
    mine: bool
    voted: bool
    flagged: bool
    comments: tuple[PostView, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread with what the reader may see of it. `can`: what the reader may do. `case_number` for staff and asker."""

    row: ThreadRow
    opening: PostView
    answers: tuple[PostView, ...]
    mine: bool
    follows: bool
    can: frozenset[str]
    case_number: int | None = None
    hidden_reason: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """What a post said at a revision."""

    revision: int
    title: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PostPlace:
    """Where a post is: what links to it need."""

    id: int
    kind: str
    thread: ThreadRow
    author: Who
    body: str
    at: datetime
    held: bool = False
    score: int = 0
    hidden: bool = False
    flags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile as others see it, or as its owner edits it."""

    who: Who
    about: str
    link: str
    shows_organisation: bool
    since: datetime
    mine: bool
    counts: Mapping[str, int] = field(default_factory=dict)
