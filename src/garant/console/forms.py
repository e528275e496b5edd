"""What staff may send. A field that a form doesn't name is refused, never ignored: nobody sets a clock by hand."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

#: What every form may carry besides its own fields.
ENVELOPE = frozenset({"csrfmiddlewaretoken"})
LONGEST = 20_000


class UnknownFields(Exception):
    """The request names fields that this form doesn't have; `names` are they."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class StrictForm(forms.Form):
    """A form that refuses fields it doesn't know, and a field sent twice."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None:
            unknown = sorted(name for name in data if name not in self.base_fields and name not in ENVELOPE)
            twice = sorted(name for name in data if len(data.getlist(name)) > 1) if hasattr(data, "getlist") else []
            if unknown or twice:
                raise UnknownFields(unknown + twice)
        super().__init__(data, **kwargs)


def fresh_token() -> str:
    """A key that makes sending the same form twice one act."""
    return secrets.token_urlsafe(16)


class OnceForm(StrictForm):
    """A form whose second sending does nothing: `once` is made with the page."""

    once = forms.CharField(max_length=64, min_length=16, widget=forms.HiddenInput)


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
