"""What others see of a person: the profile, and its end."""

from __future__ import annotations

from django.db import transaction

from garant.community.acting import acting
from garant.community.models import Flag, Follow, Profile
from garant.community.texts import (
    LONGEST_ABOUT,
    cleaned,
    cleaned_link,
    cleaned_name,
    handle_of,
)
from garant.core.people import Actor
from garant.core.refusals import Refusal
from garant.journal import operations as journal

__all__ = ["erase_person", "save_profile"]


@transaction.atomic
def save_profile(*, by: Actor, name: str, handle: str, about: str, link: str, shows_organisation: bool) -> None:
    """Change one's profile. Refusals of names and links, `handle_taken`, `handle_malformed`."""
    act = acting(by)
    me, wish = act.me, handle_of(handle.lstrip("@"))
    me.name, me.link = cleaned_name(name), cleaned_link(link)
    me.about = cleaned(about, field="about", longest=LONGEST_ABOUT, required=False)
    me.shows_organisation = shows_organisation
    if len(wish) < 2:
        raise Refusal("handle_malformed", "handles_are_short_words", "choose_another_handle", {})
    if Profile.objects.filter(handle=wish).exclude(pk=me.pk).exists():
        raise Refusal("handle_taken", "handles_are_unique", "choose_another_handle", {})
    me.handle = wish
    me.save()
    _record(me, "profile_changed", by)


@transaction.atomic
def erase_person(*, by: Actor, person_id: int) -> bool:
    """Take a person's name off everything they wrote here; their texts stay, as a former member's (GDPR art. 17).

    What goes: name, handle, text about themselves, link, what they follow, their reasons for flags, and which person
    it was. What stays: posts and their versions, votes, and the journal, which names the person by number alone.
    False when the person has written nothing here. For the caller that erases the person everywhere.
    """
    me = Profile.objects.select_for_update().filter(person_id=person_id).first()
    if me is None:
        return False
    me.person, me.name, me.about, me.link, me.shows_organisation = None, "", "", "", False
    me.handle, me.erased_at = f"former-{me.pk}", journal.database_now()
    me.save()
    Follow.objects.filter(profile=me).delete()
    Flag.objects.filter(profile=me).update(reason="")
    _record(me, "profile_erased", by)
    return True


def _record(me: Profile, kind: str, by: Actor) -> None:
    journal.append(subject=("profile", me.pk), kind=kind, data={}, by=by, at=journal.database_now(), subscriber_id=None)
