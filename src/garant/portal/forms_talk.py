"""What a contact answers about a case: a proposed severity, questions that recreate an error, a resolution."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.core.guidance import IMPACT, REACH, WORKAROUND
from garant.kit.forms import StrictForm
from garant.portal.forms import LONGEST_TEXT, text


class OnceForm(StrictForm):
    """A form whose second sending does nothing: `once` is made with the page. Each form has ids of its own."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}_%s")
        kwargs["initial"] = {"once": secrets.token_urlsafe(16), **(kwargs.get("initial") or {})}
        super().__init__(data, **kwargs)


class ProposalForm(OnceForm):
    """Agree to a proposed severity, or not, with the reason."""

    proposal = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    answer = forms.ChoiceField(choices=[("accept", "accept"), ("reject", "reject")])
    reason = text(_("Why not"), _("Only needed when you don’t agree."), required=False, rows=2)

    def clean(self) -> dict[str, Any]:
        """Whoever doesn't agree says why."""
        data = super().clean() or {}
        if data.get("answer") == "reject" and not data.get("reason"):
            self.add_error("reason", _("Say why you don’t agree"))
        return data


class RecreateForm(OnceForm):
    """The answer to one question."""

    request = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    step = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    text = text(_("Your answer"), error=_("Write an answer; “I don’t know” is one"), rows=3)


SCORES = [
    ("5", _("5, very content")),
    ("4", _("4, content")),
    ("3", _("3, so-so")),
    ("2", _("2, not content")),
    ("1", _("1, not at all")),
]


class SolvedForm(OnceForm):
    """It is solved; how content the contact is may stay open."""

    score = forms.ChoiceField(
        label=_("How content are you with how it went?"), choices=[("", _("No rating")), *SCORES], required=False
    )
    comment = text(_("Anything to add"), required=False, rows=2)


class RateForm(OnceForm):
    """How content the contact is."""

    score = forms.ChoiceField(
        label=_("How content are you with how it went?"),
        choices=[("", _("Choose a rating")), *SCORES],
        error_messages={"required": _("Choose a rating"), "invalid_choice": _("Choose a rating")},
    )
    comment = text(_("Anything to add"), required=False, rows=2)


class EscalateForm(OnceForm):
    """Call in support management."""

    reason = forms.CharField(
        label=_("What should support management know?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what support management should know")},
    )


class FollowForm(OnceForm):
    """Follow or not."""

    follow = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


class GuideForm(StrictForm):
    """The questions that lead to a severity."""

    buttons = frozenset({"guide"})
    reach = forms.ChoiceField(
        label=_("Who is affected?"),
        widget=forms.RadioSelect,
        choices=list(zip(REACH, (_("Everybody"), _("Many people"), _("Some people, or nobody yet")), strict=True)),
        error_messages={"required": _("Choose who is affected")},
    )
    impact = forms.ChoiceField(
        label=_("What is affected?"),
        widget=forms.RadioSelect,
        choices=list(
            zip(
                IMPACT,
                (
                    _("Production is unavailable, or data is lost or wrong"),
                    _("Important work is blocked or very slow, again and again"),
                    _("Something smaller, or a question"),
                ),
                strict=True,
            )
        ),
        error_messages={"required": _("Choose what is affected")},
    )
    workaround = forms.ChoiceField(
        label=_("Is there another reasonable way to get the work done for now?"),
        widget=forms.RadioSelect,
        choices=list(zip(WORKAROUND, (_("No"), _("Yes")), strict=True)),
        error_messages={"required": _("Say whether there is another way")},
    )
