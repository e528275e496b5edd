"""What staff send about an escalation. Fields that a form doesn't know are refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from garant.console.forms import OnceForm

LONGEST_NOTE = 2000


def _note() -> forms.CharField:
    return forms.CharField(
        label=pgettext_lazy("remark", "Note"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=_("Kept as an internal note; the subscriber does not see it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AcknowledgeForm(OnceForm):
    """Somebody takes care of it."""

    note = _note()


class HandOverForm(OnceForm):
    """It goes to a named person."""

    to = forms.TypedChoiceField(
        label=_("To whom"),
        coerce=int,
        choices=[],
        error_messages={"required": _("Choose a person."), "invalid_choice": _("Choose a person of the list.")},
    )
    note = _note()

    def __init__(self, data: Any = None, *, people: Any = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["to"].choices = [("", _("Choose a person")), *people]  # type: ignore[attr-defined]


class EndForm(OnceForm):
    """Nothing more is told about it, for a reason, and on purpose."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_NOTE,
        help_text=_("Kept with the case; the subscriber does not see it."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Give a reason: it stays in the history of the case.")},
    )
    sure = forms.BooleanField(
        label=_("The promise is still owed. Nobody is told of it again."),
        error_messages={"required": _("Confirm that nobody is to be told of it again.")},
    )
