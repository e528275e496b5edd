"""Short words of the console for codes of the law."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop, pgettext

from garant.wording.contacts import role

_OWED = {
    "initial_response": gettext_noop("Initial"),
    "follow_up": gettext_noop("Follow-up"),
    "update": gettext_noop("Update"),
    "corrective_action": gettext_noop("Correction"),
    "resolution": gettext_noop("Resolution"),
}


def owed(metric: str) -> str:
    """What a period owes, in one word for a column; an unknown code stands as it is."""
    words = _OWED.get(metric)
    return metric.replace("_", " ") if words is None else gettext(words)


def recipient_words(code: str) -> str:
    """Whom an escalation or an assignment rule names, inside a sentence; the code itself when nobody knows it."""
    kind, _, name = code.partition(":")
    if name:
        return {
            "team": gettext("the team %(code)s") % {"code": name},
            "rota": gettext("the rota %(code)s") % {"code": name},
        }.get(kind, name)
    return {
        "assignee": gettext("whoever has the case"),
        "team_lead": gettext("team lead"),
        "support_manager": gettext("support manager"),
        "head_of_support": gettext("head of support"),
    }.get(code) or role(code)


def promise_words(metric: str) -> str:
    """What is promised, inside a sentence."""
    return {
        "initial_response": gettext("initial response"),
        "follow_up": gettext("follow-up response"),
    }.get(metric, metric.replace("_", " "))


def promise_title(metric: str, state: str) -> str:
    """The eyebrow over the case's clock: what is due and how it stands."""
    titles = {
        "initial_response": {
            "missed": gettext("Missed: initial response was due"),
            "near": gettext("Near: initial response due"),
            "running": gettext("Initial response due"),
        },
        "follow_up": {
            "missed": gettext("Missed: follow-up response was due"),
            "near": gettext("Near: follow-up response due"),
            "running": gettext("Follow-up response due"),
        },
    }
    return titles.get(metric, {}).get(state) or owed(metric)


def state_words(state: str) -> str:
    """A case's state in words."""
    return {
        "open": pgettext("case", "Open"),
        "waiting": gettext("Waiting on customer"),
        "resolved": pgettext("case", "Resolved"),
        "closed": pgettext("case", "Closed"),
        "held": pgettext("case", "Held"),
        "merged": pgettext("case", "Merged"),
    }.get(state, state)


def channel_words(channel: str) -> str:
    """How a message or a case came in."""
    return {
        "web": gettext("from the portal"),
        "portal": gettext("from the portal"),
        "email": gettext("by e-mail"),
        "phone": gettext("by phone"),
    }.get(channel, channel)


def unit_words(unit: str) -> str:
    """The unit of a target, for many of them."""
    return {
        "minutes": gettext("minutes"),
        "elapsed_hours": gettext("hours by the clock"),
        "business_hours": gettext("business hours"),
        "business_days": gettext("business days"),
    }.get(unit, unit.replace("_", " "))
