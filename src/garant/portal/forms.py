"""What a contact fills in. Errors say what to do, in the same words above the form and at the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import StrictForm

LONGEST_TEXT = 20_000
LONGEST_LINE = 200


def line(
    label: Any, hint: Any = "", error: Any = "", required: bool = True, longest: int = LONGEST_LINE
) -> forms.CharField:
    """A one-line field."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=longest,
        error_messages={"required": error} if error else None,
    )


def text(label: Any, hint: Any = "", error: Any = "", required: bool = True, rows: int = 4) -> forms.CharField:
    """A field of several lines."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": error} if error else None,
    )


class KindForm(StrictForm):
    """First page: what kind of request, and for which organisation when there are several."""

    subscriber = forms.ChoiceField(
        label=_("Organisation"), error_messages={"required": _("Choose the organisation you write for")}
    )
    request_type = forms.ChoiceField(
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about"), "invalid_choice": _("Choose what it is about")},
    )

    def __init__(
        self, *args: Any, kinds: list[tuple[str, str]], organisations: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_type"].choices = kinds  # type: ignore[attr-defined]
        if len(organisations) == 1:
            del self.fields["subscriber"]
        else:
            self.fields["subscriber"].choices = organisations  # type: ignore[attr-defined]


class WhatForm(StrictForm):
    """Second page: what happened. An error report needs what lets somebody else see the same."""

    buttons = frozenset({"later"})
    subject = line(_("Title"), _("A few words that a colleague would recognise."), _("Write a title"))
    description = text(_("What is it about?"), error=_("Describe it in your own words"))
    steps = text(
        _("Steps that lead to the error"),
        _("One line for each step, so that we can do the same."),
        _("Write the steps that lead to the error"),
    )
    expected = text(_("What you expected"), error=_("Say what you expected to happen"), rows=2)
    actual = text(_("What happened instead"), error=_("Say what happened instead"), rows=3)
    environment = line(
        _("Where"),
        _("Production or test, version, browser: whatever may matter."),
        _("Say where it happens"),
        longest=2_000,
    )
    product = line(_("Product"), required=False, longest=80)
    version = line(_("Version"), _("As it stands in the product, such as 8.4.2."), required=False, longest=40)

    def __init__(self, *args: Any, error_report: bool, products: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if products:
            label = self.fields["product"].label
            choices = [("", _("Choose a product")), *products]
            self.fields["product"] = forms.ChoiceField(label=label, required=False, choices=choices)
        if error_report:
            self.fields["description"].required = False
            self.fields["description"].label = _("Anything else we should know")
            self.order_fields(
                ["subject", "steps", "expected", "actual", "product", "version", "environment", "description"]
            )
        else:
            for name in ("steps", "expected", "actual"):
                del self.fields[name]
            self.fields["environment"].required = False


class SeverityForm(StrictForm):
    """Third page: how badly work is affected."""

    buttons = frozenset({"show", "later"})
    severity = forms.ChoiceField(
        label=_("How badly is work affected?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how badly work is affected"),
            "invalid_choice": _("Choose how badly work is affected"),
        },
    )

    def __init__(self, *args: Any, levels: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].choices = levels  # type: ignore[attr-defined]


class CheckForm(StrictForm):
    """Last page: send the draft as it is stored. Nothing else can be said here."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class ReplyForm(StrictForm):
    """A message to a case."""

    body = text(_("Your message"), error=_("Write a message"), rows=6)
    once = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReopenForm(StrictForm):
    """Why a resolved case is not."""

    reason = text(_("What is still wrong?"), error=_("Say what is still wrong"), rows=3)


class RaiseForm(StrictForm):
    """Another severity, with the reason."""

    severity = forms.ChoiceField(
        label=_("New severity"), widget=forms.RadioSelect, error_messages={"required": _("Choose the new severity")}
    )
    reason = text(_("What has changed?"), error=_("Say what has changed"), rows=3)

    def __init__(self, *args: Any, levels: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].choices = levels  # type: ignore[attr-defined]
