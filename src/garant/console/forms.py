"""What staff may send. A field that a form doesn't name is refused, never ignored: nobody sets a clock by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.cases.operations_answering import DIRECTIONS, LONGEST_CALLER
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


class CallFields(StrictForm):
    """What is told of a call besides what was said; nothing is required, and only a call's panel sends it."""

    direction = forms.ChoiceField(choices=[("", ""), *((one, one) for one in DIRECTIONS)], required=False)
    caller = forms.CharField(
        max_length=LONGEST_CALLER,
        required=False,
        error_messages={"max_length": _("A name has at most 120 characters.")},
    )
    called_at = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        required=False,
        error_messages={"invalid": _("Write when the call was, like 2026-11-27 14:30.")},
    )


class MessageForm(OnceForm, CallFields):
    """The composer: what kind of message, its text, and what follows it. `seen`: the last message on the page."""

    KINDS = ("reply", "note", "call")
    kind = forms.ChoiceField(choices=[(k, k) for k in KINDS])
    body = body_field(_("Text"))
    wait = forms.BooleanField(required=False)
    resolve = forms.BooleanField(required=False)
    seen = forms.IntegerField(min_value=0, max_value=2**62, required=False)
    #: Chosen but not inserted: nothing follows from it.
    canned = forms.CharField(max_length=20, required=False)


class DraftForm(CallFields):
    """What was typed so far; nothing is required, and what can't be sent yet is kept all the same. `keep`: a button
    was pressed, and a page is the answer."""

    buttons = frozenset({"keep"})

    called_at = forms.CharField(  # type: ignore[assignment]
        max_length=30, required=False
    )
    seen = forms.CharField(max_length=20, required=False)
    canned = forms.CharField(max_length=20, required=False)
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
