"""What people decide about their own account: what they are called, which notices they get, where they stay signed in.

Each act is about the actor alone, so no role is asked. The journal keeps which, never what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping

from allauth.usersessions.models import UserSession
from django.db import transaction

from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.membership import clean, known_language, known_zone, note
from garant.directory.models import NoticePreference, Person
from garant.directory.queries_account import AT_ONCE, WAYS
from garant.wording.letters import KINDS, part

#: What the accounts library tells about how somebody signs in.
ACCESS_KINDS = frozenset({"password_changed", "second_step_added", "second_step_removed"})


@transaction.atomic
def change_account(*, by: Actor, name: str, language: str, zone: str) -> bool:
    """Change one's own name, language and time zone; False when nothing is new.

    Refuses an empty name, a language the desk doesn't speak and an unknown zone.
    """
    person = _own(by)
    wanted = {"name": clean(name, 120), "language": known_language(language), "zone": known_zone(zone)}
    changed = [each for each, value in wanted.items() if getattr(person, each) != value]
    if not changed:
        return False
    for each in changed:
        setattr(person, each, wanted[each])
    person.save(update_fields=changed)
    data: dict[str, object] = {"fields": changed, "language": person.language, "zone": person.zone}
    note(by, ("person", person.pk), "account_changed", data, None)
    return True


@transaction.atomic
def choose_notices(*, by: Actor, choices: Mapping[str, str]) -> bool:
    """Choose how kinds of notices arrive: at_once, digest or never; kinds not named stay; False when nothing is new.

    Refuses a kind that nobody can put off, one that there isn't, and another way than the three.
    """
    person = _own(by)
    for kind, how in choices.items():
        if kind not in KINDS or not part(kind):
            raise Refusal("notice_always_told", "some_notices_always_come", "choose_offered_notices", {"kind": kind})
        if how not in WAYS:
            raise Refusal("notice_way_unknown", "notices_come_three_ways", "choose_offered_notices", {"offered": WAYS})
    before = dict(NoticePreference.objects.filter(person=person).values_list("kind", "how"))
    new = {kind: how for kind, how in choices.items() if before.get(kind, AT_ONCE) != how}
    for kind, how in new.items():
        NoticePreference.objects.update_or_create(person=person, kind=kind, defaults={"how": how})
    if new:
        note(by, ("person", person.pk), "notices_chosen", {"choices": dict(sorted(new.items()))}, None)
    return bool(new)


@transaction.atomic
def end_session(*, by: Actor, session_id: int) -> None:
    """Sign oneself out in one browser. Raises NotFound for a session that isn't one's own."""
    person = _own(by)
    row = UserSession.objects.filter(pk=session_id, user=person).first()
    if row is None:
        raise NotFound("session")
    row.end()
    note(by, ("person", person.pk), "session_ended", {"count": 1}, None)


@transaction.atomic
def end_other_sessions(*, by: Actor, current_key: str) -> int:
    """Sign oneself out everywhere but in the browser that asks; how many sessions ended."""
    person = _own(by)
    rows = list(UserSession.objects.filter(user=person).exclude(session_key=current_key))
    for row in rows:
        row.end()
    if rows:
        note(by, ("person", person.pk), "session_ended", {"count": len(rows)}, None)
    return len(rows)


@transaction.atomic
def note_access(*, person_id: int, kind: str, what: str) -> None:
    """Write down that somebody's way of signing in changed: one of ACCESS_KINDS, and a code that says which."""
    if kind not in ACCESS_KINDS:
        raise ValueError(f"no kind of a change of access: {kind}")
    note(Actor("person", person_id), ("person", person_id), kind, {"what": what}, None)


def _own(by: Actor) -> Person:
    """The actor's account, locked. Raises NotFound."""
    person = Person.objects.select_for_update().filter(pk=by.id or 0).first()
    if person is None:
        raise NotFound("person")
    return person
