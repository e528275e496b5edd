"""What a person has chosen about their own account, for the sender of notices and for the person's own page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from garant.core.people import Viewer
from garant.directory.models import NoticePreference, Person, Undeliverable

#: How a kind of notice reaches somebody.
AT_ONCE, IN_DIGEST, NEVER = "at_once", "digest", "never"
WAYS = (AT_ONCE, IN_DIGEST, NEVER)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser in which somebody is signed in. `program` is what it calls itself, `current` the asker's own."""

    id: int
    program: str
    address: str
    began: datetime
    seen: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """What somebody has set up for signing in besides the password. `passkeys` are (id, name, added, last used)."""

    app: bool
    codes_left: int
    passkeys: tuple[tuple[int, str, datetime, datetime | None], ...]

    def __bool__(self) -> bool:
        return self.app or bool(self.passkeys)


def notice_choices(person_id: int) -> Mapping[str, str]:
    """Kind of notice -> at_once, digest or never, where the person chose; kinds they said nothing about are absent."""
    return dict(NoticePreference.objects.filter(person_id=person_id).values_list("kind", "how"))


@dataclass(frozen=True, slots=True)
class Returned:
    """Somebody whose mail comes back: since when, and what the other side says."""

    person_id: int
    name: str
    since: datetime
    problem: str


def undeliverable(viewer: Viewer, ids: Collection[int] | None = None) -> list[Returned]:
    """Those of some people (None: of all) to whom mail comes back, the newest first. Staff see everybody, others
    themselves."""
    rows = Undeliverable.objects.select_related("person").order_by("-since", "pk")
    if ids is not None:
        rows = rows.filter(person_id__in=ids)
    if not viewer.is_staff:
        rows = rows.filter(person_id=viewer.person_id or 0)
    return [Returned(row.person_id, row.person.name, row.since, row.problem) for row in rows[:100]]


def account_of(person_id: int) -> Person:
    """The account itself, for the accounts library alone. Raises Person.DoesNotExist. Never for a door."""
    return Person.objects.get(pk=person_id)


def sessions(viewer: Viewer, current_key: str | None) -> list[SessionRow]:
    """Where the viewer is signed in, the asking browser first, then by when each was last seen."""
    person = Person.objects.filter(pk=viewer.person_id or 0).first()
    rows = UserSession.objects.purge_and_list(person) if person is not None else []
    found = [
        SessionRow(row.pk, row.user_agent, row.ip, row.created_at, row.last_seen_at, row.session_key == current_key)
        for row in rows
    ]
    return sorted(found, key=lambda row: (not row.current, -row.seen.timestamp()))


def second_steps(viewer: Viewer) -> SecondSteps:
    """What the viewer has set up for signing in besides the password."""
    rows = list(Authenticator.objects.filter(user_id=viewer.person_id).order_by("created_at", "pk"))
    codes = [row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES]
    keys = [row for row in rows if row.type == Authenticator.Type.WEBAUTHN]
    return SecondSteps(
        app=any(row.type == Authenticator.Type.TOTP for row in rows),
        codes_left=len(codes[0].wrap().get_unused_codes()) if codes else 0,
        passkeys=tuple((row.pk, row.wrap().name, row.created_at, row.last_used_at) for row in keys),
    )


def has_second_step(person_id: int) -> bool:
    """Whether a password alone does not sign this person in."""
    own = Authenticator.objects.filter(user_id=person_id)
    return bool(own.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())
