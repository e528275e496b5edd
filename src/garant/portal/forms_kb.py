"""What a reader says of an article."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import StrictForm

#: The room's codes (knowledge.models.REASONS) in words.
REASONS = (
    ("missing", _("Something is missing")),
    ("unclear", _("I do not understand it")),
    ("wrong", _("It is wrong, or does not work")),
    ("outdated", _("It is out of date")),
    ("other", _("Something else")),
)


class HelpfulForm(StrictForm):
    """Whether an article helped, what was amiss, and anything else."""

    answer = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], widget=forms.HiddenInput)
    reason = forms.ChoiceField(choices=REASONS, required=False)
    text = forms.CharField(
        label=_("What would have helped you?"),
        help_text=_("Write nothing that is private: support reads this, and does not answer it."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
