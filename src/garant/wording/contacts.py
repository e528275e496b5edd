"""Contacts in words: roles, the state of a contact place, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from garant.wording.catalogs import say, spoken


def role(code: str, language: str | None = None) -> str:
    """What a role is called; the code itself for an unknown one."""
    language = spoken(language)
    return {
        "contact": say(language, "authorized contact"),
        "administrator": say(language, "administrator"),
        "viewer": say(language, "reader"),
        "learner": say(language, "learner"),
        "executive": say(language, "executive"),
        "agent": say(language, "agent"),
        "senior_advisor": say(language, "senior advisor"),
        "named_advisor": say(language, "named advisor"),
        "manager": say(language, "support manager"),
        "programme_owner": say(language, "programme owner"),
        "trainer": say(language, "trainer"),
        "finance": say(language, "finance"),
    }.get(code, code)


def role_means(code: str, language: str | None = None) -> str:
    """What a subscriber's role may do, in one sentence; empty for an unknown one."""
    language = spoken(language)
    return {
        "contact": say(language, "Opens cases and writes in them, once trained."),
        "administrator": say(language, "Names the contacts and the other roles of the organisation; reads its cases."),
        "viewer": say(language, "Reads the organisation's cases."),
        "learner": say(language, "Takes courses; sees only what they filed themselves."),
        "executive": say(language, "Reads the organisation's cases, standing and reports."),
    }.get(code, "")


def place_state(code: str, language: str | None = None) -> str:
    """How a contact place stands."""
    language = spoken(language)
    return {
        "free": say(language, "free"),
        "reserved": say(language, "reserved by an invitation"),
        "filled": say(language, "filled"),
        "handover": say(language, "handed over soon"),
        "stand_in": say(language, "stood in for"),
    }.get(code, code)


def happened(kind: str, data: Mapping[str, Any], names: Mapping[int, str], language: str | None = None) -> str:
    """A fact about a contract's contacts as a sentence; `names`: people by id."""
    language = spoken(language)
    values = {
        "who": _name(names, data.get("person"), language),
        "other": _name(names, data.get("leaving", data.get("absent")), language),
        "slot": data.get("slot", ""),
        "role": role(str(data.get("role", "")), language),
    }
    sentence = {
        "contact_named": say(language, "{who} was named in place {slot}", **values),
        "contact_removed": say(language, "{who} was removed from place {slot}", **values),
        "contact_replaced": say(language, "{who} replaces {other} in place {slot}", **values),
        "contact_took_effect": say(language, "{who} has taken over place {slot}", **values),
        "stand_in_named": say(language, "{who} stands in for {other} in place {slot}", **values),
        "stand_in_began": say(language, "{who} began to stand in, place {slot}", **values),
        "stand_in_ended": say(language, "{other} has place {slot} back", **values),
        "training_recorded": say(language, "Training recorded for {who}", **values),
        "contact_invited": say(language, "Somebody was invited: {role}", **values),
        "invitation_accepted": say(language, "{who} accepted an invitation: {role}", **values),
        "invitation_revoked": say(language, "An invitation was withdrawn"),
        "invitation_expired": say(language, "An invitation expired"),
    }
    return sentence.get(kind, kind)


def _name(names: Mapping[int, str], who: object, language: str) -> str:
    return names.get(who, say(language, "somebody")) if isinstance(who, int) else say(language, "somebody")
