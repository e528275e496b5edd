"""The contacts page as its reader sees it: each place with who asks in it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import get_language, gettext

from garant.contracts import queries
from garant.contracts.views import ContractView
from garant.contracts.views_contacts import ContactPlace, ContactsView, InvitationRow
from garant.core.people import SUBSCRIBER_ROLES, Viewer
from garant.core.programmes import said
from garant.directory.queries import names
from garant.directory.views import PersonRow
from garant.kit.moments import day_time, long_date, long_day_time
from garant.kit.pages import bounded
from garant.wording import contacts as words

#: How many days before a training lapses its reader is told.
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """A contact place: its title, lines of explanation, and what may be done with it."""

    number: int
    title: str
    state: str
    lines: tuple[str, ...]
    warning: str
    can_change: bool
    can_return: bool
    can_remove: bool
    invitation: InvitationRow | None
    used: bool


@dataclass(frozen=True, slots=True)
class ColleagueShown:
    """One of the organisation's people with their roles; `ends`: the roles that may be ended, `gives`: given."""

    person: PersonRow
    roles: str
    ends: tuple[tuple[str, str], ...]
    gives: tuple[tuple[str, str], ...]


def contracts_of(viewer: Viewer) -> list[ContractView]:
    """The contracts whose contacts the viewer may read, the latest ending first."""
    return [
        one
        for one in queries.contracts(viewer, limit=bounded(200))
        if viewer.subscriber_roles.get(one.subscriber_id, frozenset()) - {"learner"}
    ]


def package_name(contract: ContractView) -> str:
    """The package of a contract in the reader's language."""
    return said(queries.programme_of(contract.package_key).package(contract.package).name, get_language() or "en")


def places(view: ContactsView, zone: str) -> list[PlaceShown]:
    """The places in words, instants in the reader's zone."""
    return [_place(place, view, zone) for place in view.places]


def _place(place: ContactPlace, view: ContactsView, zone: str) -> PlaceShown:
    holder = place.person
    return PlaceShown(
        number=place.number,
        title=holder.name if holder else _empty_title(place),
        state=words.place_state(place.state),
        lines=tuple(line for line in _lines(place, zone) if line),
        warning=_warning(place, view.untrained),
        can_change=place.state == "filled" and place.invitation is None and "replace_contact" in view.may,
        can_return=place.state == "stand_in" and "stand_in_for_contact" in view.may,
        can_remove=holder is not None and "remove_contact" in view.may,
        invitation=place.invitation,
        used=place.state != "free",
    )


def _empty_title(place: ContactPlace) -> str:
    return place.invitation.name if place.invitation else gettext("Free place")


def _lines(place: ContactPlace, zone: str) -> list[str]:
    lines = []
    if place.person:
        lines.append(place.person.email)
        lines.append(_trained(place.trained_on, place.trained_until))
    if place.other and place.counts_from:
        said_ = (
            gettext("%(name)s stands in since %(day)s.")
            if place.state == "stand_in"
            else gettext("%(name)s takes over on %(day)s; until then nothing changes.")
        )
        lines.append(said_ % {"name": place.other.name, "day": day_time(place.counts_from, zone)})
        lines.append(_trained(place.other_trained_on, place.other_trained_until))
    if place.other_until:
        lines.append(gettext("Back on %(day)s.") % {"day": long_date(place.other_until)})
    if place.invitation:
        lines.append(_invited(place.invitation, zone))
    return lines


def _trained(on: date | None, until: date | None) -> str:
    if on is None:
        return gettext("No training is recorded.")
    if until is None:
        return gettext("Trained on %(day)s.") % {"day": long_date(on)}
    return gettext("Trained on %(day)s, counts until %(until)s.") % {"day": long_date(on), "until": long_date(until)}


def _invited(invitation: InvitationRow, zone: str) -> str:
    return gettext("Invited at %(email)s; the invitation expires on %(day)s.") % {
        "email": invitation.email,
        "day": long_day_time(invitation.expires_at, zone),
    }


def _warning(place: ContactPlace, untrained: str) -> str:
    """What stands against the person who asks in the place; empty when nothing does."""
    until = place.other_trained_until if place.asks and place.other and place.asks == place.other.id else None
    until = until if until is not None else place.trained_until
    if place.asks is None or untrained == "accept":
        return ""
    if place.trained:
        soon = until is not None and until - datetime.now(tz=UTC).date() <= SOON
        return gettext("The training lapses soon: ask the vendor for a new one.") if soon else ""
    if untrained == "warn":
        return gettext("Not trained: cases are taken all the same.")
    return gettext("Not trained: this person can't open cases until the vendor has recorded a training.")


def colleagues(view: ContactsView, viewer: Viewer) -> list[ColleagueShown]:
    """The organisation's people with their roles."""
    may = "give_member_role" in view.may
    offered = [role for role in SUBSCRIBER_ROLES if role != "contact"]
    found = []
    for person in view.colleagues:
        held = sorted(person.roles, key=SUBSCRIBER_ROLES.index)
        found.append(
            ColleagueShown(
                person,
                ", ".join(words.role(role) for role in held),
                tuple((role, words.role(role)) for role in held if role in offered) if may else (),
                tuple((role, words.role(role)) for role in offered if role not in held) if may else (),
            )
        )
    return found


def free_colleagues(view: ContactsView) -> list[tuple[int, str]]:
    """Colleagues who have no place of this contract, as choices."""
    named = {one.id for place in view.places for one in (place.person, place.other) if one}
    return [(one.id, f"{one.name}, {one.email}") for one in view.colleagues if one.id not in named]


def history(view: ContactsView) -> list[tuple[str, datetime]]:
    """What happened, newest first: the sentence and when."""
    ids = {
        entry.data[key]
        for entry in view.history
        for key in ("person", "leaving", "absent")
        if isinstance(entry.data.get(key), int)
    }
    known = names(ids)
    return [(words.happened(entry.kind, entry.data, known), entry.at) for entry in view.history]


def role_choices(offered: tuple[str, ...]) -> list[tuple[str, str]]:
    """Roles to choose from, each with what it may do."""
    return [(code, f"{words.role(code)}: {words.role_means(code)}") for code in offered]
