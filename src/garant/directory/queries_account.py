"""What a person has chosen about their own account, for the sender of notices and for the person's own page."""

from __future__ import annotations

from collections.abc import Mapping

from garant.directory.models import NoticePreference, Person

#: How a kind of notice reaches somebody.
AT_ONCE, IN_DIGEST, NEVER = "at_once", "digest", "never"
WAYS = (AT_ONCE, IN_DIGEST, NEVER)


def notice_choices(person_id: int) -> Mapping[str, str]:
    """Kind of notice -> at_once, digest or never, where the person chose; kinds they said nothing about are absent."""
    return dict(NoticePreference.objects.filter(person_id=person_id).values_list("kind", "how"))


def account_of(person_id: int) -> Person:
    """The account itself, for the accounts library alone. Raises Person.DoesNotExist. Never for a door."""
    return Person.objects.get(pk=person_id)
