"""What staff may send. A field that a form doesn't name is refused, never ignored: nobody sets a clock by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import OnceForm, StrictForm, UnknownFields, fresh_token

__all__ = [
    "AssignForm",
    "BareForm",
    "DraftForm",
    "MessageForm",
    "OnceForm",
    "ReasonForm",
    "StrictForm",
    "UnknownFields",
    "body_field",
    "fresh_token",
]

LONGEST = 20_000


def body_field(label: Any) -> forms.CharField:
    """A text to write: required, kept as typed (not stripped of its line breaks)."""
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        strip=True,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea,
    )


class MessageForm(OnceForm):
    """The composer: what kind of message, its text, and what follows it."""

    KINDS = ("reply", "note", "call")
    kind = forms.ChoiceField(choices=[(k, k) for k in KINDS])
    body = body_field(_("Text"))
    wait = forms.BooleanField(required=False)
    resolve = forms.BooleanField(required=False)


class DraftForm(StrictForm):
    """What was typed so far; nothing is required."""

    once = forms.CharField(max_length=64, required=False)
    kind = forms.ChoiceField(choices=[(k, k) for k in MessageForm.KINDS])
    body = forms.CharField(max_length=LONGEST, required=False, strip=False)
    wait = forms.BooleanField(required=False)


class AssignForm(StrictForm):
    """Who works on the case: an id of a staff member, or nothing for nobody."""

    assignee = forms.IntegerField(required=False, min_value=1)


class ReasonForm(StrictForm):
    """Why: kept in the history."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        error_messages={"required": _("Give a reason: it stays in the history of the case.")},
    )


class BareForm(StrictForm):
    """A button without any field."""
