"""The filter above the queue: fields that write the same text that people can type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from garant.console.people import answering
from garant.contracts.queries_offer import offered
from garant.core.looking import ME, NOBODY, Criterion, Look
from garant.core.people import Viewer
from garant.kit.languages import NAMES


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a field."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the filter: an operator and its values; the first, empty one asks for nothing."""

    name: str
    label: str
    options: tuple[Option, ...]


def choices(viewer: Viewer, look: Look) -> list[Field]:
    """The fields, filled from what is looked for now."""
    programmes = offered(viewer=viewer)
    people = [(ME, pgettext("filter", "Me")), (NOBODY, pgettext("filter", "Nobody"))]
    people += [(person.name.lower(), person.name) for person in answering(viewer)]
    due = [
        ("today", gettext("Today")),
        ("tomorrow", gettext("Tomorrow")),
        ("week", gettext("Within seven days")),
        ("near", gettext("Near")),
        ("late", gettext("Missed")),
        ("none", gettext("Nothing is owed")),
    ]
    states = [
        ("open", gettext("Open")),
        ("waiting", gettext("Waiting on customer")),
        ("held", gettext("Held")),
        ("resolved", gettext("Resolved")),
        ("closed", gettext("Closed")),
        ("all", gettext("In any state")),
    ]
    return [
        _field(look, "sev", gettext("Severity"), [(code, code) for code in programmes.severities]),
        _field(look, "due", gettext("Due"), due),
        _field(look, "who", gettext("Assignee"), people),
        _field(look, "is", gettext("State"), states),
        _field(look, "pkg", gettext("Package"), programmes.packages),
        _field(look, "lang", gettext("Language"), list(NAMES.items())),
    ]


def _field(look: Look, name: str, label: str, values: Sequence[tuple[str, str]]) -> Field:
    now = next((each.values[0] for each in look.criteria if each.name == name and not each.negated), "")
    options = [Option("", gettext("Any"), not now)]
    return Field(name, label, (*options, *(Option(value, text, value == now) for value, text in values)))


def organisation(look: Look) -> str:
    """The subscriber that is looked for, for the filter's text field; empty for none."""
    return next((each.values[0] for each in look.criteria if each.name == "org" and not each.negated), "")


#: The fields that the filter's form sends besides its words.
FIELDS = ("sev", "due", "who", "is", "pkg", "lang", "org")


def typed(sent: Mapping[str, str]) -> str:
    """The search that the filter's fields mean, as it would be typed."""
    words = sent.get("words", "").strip()
    criteria = [Criterion(name, (value,)) for name in FIELDS if (value := sent.get(name, "").replace('"', "").strip())]
    return " ".join([*([words] if words else []), *(str(each) for each in criteria)])


def misread_lines(look: Look) -> list[str]:
    """What could not be understood of a search, each with what could be meant."""
    return [
        gettext("“%(part)s” can’t be understood here. It could be: %(known)s.")
        % {"part": misread.part, "known": ", ".join(misread.known)}
        for misread in look.misread
    ]
