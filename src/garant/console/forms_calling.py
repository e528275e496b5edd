"""A case that somebody of support files for a caller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.console.forms import LONGEST, OnceForm

Choices = Sequence[tuple[Any, str]]


def _text(label: Any, rows: int, *, required: bool = False, error: Any = None) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": error} if error else None,
    )


class CallerForm(OnceForm):
    """Who called, and what about. Whoever calls is asked for what an error report needs; it may be missing."""

    contract = forms.TypedChoiceField(
        label=_("Contract"), coerce=int, error_messages={"required": _("Choose a contract.")}
    )
    person = forms.TypedChoiceField(
        label=_("Who called"), coerce=int, error_messages={"required": _("Choose who called.")}
    )
    request_type = forms.ChoiceField(label=_("What is it about?"), required=False)
    severity = forms.ChoiceField(
        label=_("Severity, as the caller sees it"), error_messages={"required": _("Choose the severity.")}
    )
    subject = forms.CharField(label=_("Title"), max_length=200, error_messages={"required": _("Write a title.")})
    description = _text(_("What the caller said"), 6, required=True, error=_("Write what the caller said."))
    steps = _text(_("Steps that lead to the error"), 3)
    expected = _text(_("What they expected"), 2)
    actual = _text(_("What happened instead"), 2)
    environment = forms.CharField(label=_("Where"), required=False, max_length=2_000)
    product = forms.CharField(label=_("Product"), required=False, max_length=80)
    version = forms.CharField(label=_("Version"), required=False, max_length=40)

    def __init__(
        self, data: Any = None, *, contracts: Choices, people: Choices, types: Choices, levels: Choices, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["contract"].choices = list(contracts)  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "—"), *people]  # type: ignore[attr-defined]
        self.fields["request_type"].choices = list(types)  # type: ignore[attr-defined]
        self.fields["severity"].choices = [("", "—"), *levels]  # type: ignore[attr-defined]
