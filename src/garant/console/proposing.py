"""Whom the programme's rules propose for a case, and every step that led there, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from garant.cases.operations_assigning import Suggestion
from garant.console.words import recipient_words
from garant.core.assignment import EVERYBODY, Why
from garant.kit.languages import NAMES


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who should have the case (empty: nobody can take it), and why, one sentence a step."""

    person: int | None
    name: str
    steps: tuple[str, ...]


def proposal_of(found: Suggestion, rules: Mapping[str, str]) -> Proposal:
    """A suggestion in words; `rules`: what the programme calls its rules, by code."""
    name = found.names.get(found.person, "") if found.person is not None else ""
    return Proposal(found.person, name, tuple(step_text(step, found.names, rules) for step in found.choice.why))


def step_text(step: Why, names: Mapping[int, str], rules: Mapping[str, str]) -> str:
    """One step as a sentence."""
    values: dict[str, Any] = dict(step.values)
    who = names.get(values.get("person", 0), "")
    if step.code == "rule":
        if values["rule"] == EVERYBODY:
            return gettext("Everybody who answers cases is asked.")
        asked = ", ".join(_asked(each, rules) for each in values["to"])
        name = rules.get(values["rule"], values["rule"])
        return gettext("Rule “%(rule)s” asks %(to)s.") % {"rule": name, "to": asked}
    if step.code == "nobody":
        return gettext("Nobody there can take it.")
    if step.code == "left_out":
        return _left_out(who, values)
    if step.code == "preferred":
        people = ", ".join(names.get(one, "") for one in values["people"])
        language = NAMES.get(values["language"], values["language"])
        return gettext("Who speaks %(language)s comes first: %(people)s.") % {"language": language, "people": people}
    if step.code == "stand_in":
        away = names.get(values["instead_of"], "")
        return gettext("%(who)s stands in for %(away)s.") % {"who": who, "away": away}
    return _chosen(who, values)


def _asked(recipient: str, rules: Mapping[str, str]) -> str:
    """A recipient of a rule: a team (by the name that the programme gives its rule), a person, a rota or a role."""
    kind, _, code = recipient.partition(":")
    return recipient_words(f"{kind}:{rules.get(code, code)}" if kind == "team" else recipient)


def _left_out(who: str, values: Mapping[str, Any]) -> str:
    reason = {
        "away": gettext("is away"),
        "not_senior": gettext("is no senior advisor"),
        "skill": gettext("lacks the skill %(skill)s") % {"skill": values.get("skill", "")},
        "language": gettext("does not speak %(language)s")
        % {"language": NAMES.get(values.get("language", ""), values.get("language", ""))},
        "load": gettext("has %(open)s open cases; the rule allows %(most)s")
        % {"open": values.get("open", ""), "most": values.get("most", "")},
    }[values["reason"]]
    return gettext("Not %(who)s: %(reason)s.") % {"who": who, "reason": reason}


def _chosen(who: str, values: Mapping[str, Any]) -> str:
    if values["reason"] == "only":
        return gettext("%(who)s is the only one left.") % {"who": who}
    count = values["open"]
    return ngettext(
        "%(who)s has the least to do: %(n)d open case.", "%(who)s has the least to do: %(n)d open cases.", count
    ) % {"who": who, "n": count}
