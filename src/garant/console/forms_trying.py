"""What somebody sends to try an escalation policy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.console.forms import StrictForm

#: Longest policy, in characters.
LONGEST = 20_000
DAYS = (7, 30, 90)


class TryForm(StrictForm):
    """A programme, a stretch of days, and a policy; an empty policy: the programme's own."""

    programme = forms.ChoiceField(label=_("Programme"), choices=[])
    days = forms.TypedChoiceField(label=_("Cases of the last"), coerce=int, choices=[])
    policy = forms.CharField(
        label=_("Escalation policies"),
        required=False,
        max_length=LONGEST,
        strip=False,
        help_text=_("As under escalations: in the programme's file. Empty: the policies in force."),
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, data: Any = None, *, programmes: Any = (), days: Any = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["programme"].choices = list(programmes)  # type: ignore[attr-defined]
        self.fields["days"].choices = list(days)  # type: ignore[attr-defined]
