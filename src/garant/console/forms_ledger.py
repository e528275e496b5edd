"""What staff may write into a ledger by hand. Amounts are read as typed, with a point or a comma."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.console.forms import OnceForm


class AmountForm(OnceForm):
    """An amount and why; `once` makes sending it twice one act."""

    amount = forms.CharField(label=_("Amount"), max_length=20, error_messages={"required": _("Give an amount.")})
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def clean_amount(self) -> str:
        """With a decimal point, whatever was typed."""
        return str(self.cleaned_data["amount"]).replace(",", ".").replace("\N{MINUS SIGN}", "-")


class BookForm(AmountForm):
    """A booking: what is done, how much, what for."""

    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=[("reserve", _("Book")), ("use", _("Record as used")), ("release", _("Give back"))],
    )
    booking = forms.CharField(
        label=_("What for"),
        max_length=80,
        help_text=_("The same name for a booking and what becomes of it, such as visit-2027-03."),
        error_messages={"required": _("Say what it is for.")},
    )
    on = forms.DateField(
        label=_("Day"), required=False, help_text=_("Empty: today."), widget=forms.DateInput(attrs={"type": "date"})
    )


class ReasonedForm(AmountForm):
    """A change of what was granted: its reason is kept and shown."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = _("Give a reason: the statement shows it.")


class PackForm(ReasonedForm):
    """A pack bought or given on top of the package."""

    source = forms.CharField(
        label=_("Name of the pack"),
        max_length=80,
        help_text=_("Such as an invoice or order number; each name once."),
        error_messages={"required": _("Name the pack.")},
    )
    ends = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: as long as the contract runs."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class CorrectForm(ReasonedForm):
    """A correction, up or down."""
