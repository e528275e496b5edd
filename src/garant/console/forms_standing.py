"""What staff send about standing and contracts. Fields that a form doesn't know are refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from garant.console.forms import StrictForm
from garant.contracts.queries_changes import Change
from garant.core.targets import UNITS
from garant.wording import standing as words


def _date(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give a reason: it is kept with the decision.")},
    )


class FactForm(StrictForm):
    """A payment, a notice or another obligation, as of a date."""

    kind = forms.ChoiceField(label=_("What"), choices=[])
    reference = forms.CharField(
        label=_("Reference"), max_length=80, help_text=_("The invoice's number, or the name of the obligation.")
    )
    on = _date(_("Date"), help_text=_("The day on which it was due, paid, told or kept, at the subscriber's."))
    amount = forms.DecimalField(
        label=_("Amount"), required=False, max_digits=14, decimal_places=2, localize=True,
        help_text=_("Empty: the whole. A payment below zero takes one back."),
    )  # fmt: skip
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3, help_text=_("Such as EUR."))
    note = forms.CharField(label=pgettext_lazy("remark", "Note"), required=False, max_length=500)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["kind"].choices = [(kind, words.kind_name(kind)) for kind in words.KINDS]  # type: ignore[attr-defined]


class DecisionForm(StrictForm):
    """A decision on standing."""

    reason = _reason(_("The subscriber reads it, beside the ground."))


class ExceptionForm(StrictForm):
    """One held case admitted by exception."""

    reason = _reason(_("Kept with the decision; its clock starts now."))


class FileForm(StrictForm):
    """A CSV file of facts to look at."""

    file = forms.FileField(label=_("CSV file"), error_messages={"required": _("Choose a file.")})


class LoadForm(StrictForm):
    """The file that was looked at, to be loaded as it was shown."""

    content = forms.CharField(max_length=1_000_000, strip=False, widget=forms.HiddenInput)


class ChangeForm(StrictForm):
    """A change of a contract: to look at (`step` look), or to make."""

    kind = forms.ChoiceField(label=_("Change"), choices=[])
    package = forms.ChoiceField(label=_("Package"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    ends_on = _date(_("Last day"), required=False)
    add_on = forms.ChoiceField(label=_("Add-on"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    metric = forms.ChoiceField(label=_("Promise"), required=False)
    amount = forms.DecimalField(label=_("Amount"), required=False, max_digits=8, decimal_places=2, localize=True)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    calendar = forms.ChoiceField(label=_("Hours"), required=False)
    remove = forms.BooleanField(label=_("Take it away"), required=False)
    contacts = forms.IntegerField(
        label=_("Authorized contacts"), required=False, min_value=0, max_value=10_000,
        help_text=_("Empty: as many as the package includes."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), required=False, max_length=2000)
    step = forms.ChoiceField(choices=[("look", "look"), ("make", "make")])

    def __init__(
        self, data: Any = None, offered: dict[str, list[tuple[str, Any]]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        for name, choices in (offered or {}).items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What each kind of change needs; a reason when it is made."""
        data = super().clean() or {}
        needed = {"package": "package", "region": "region", "term": "ends_on", "renewal": "ends_on", "add_on": "add_on"}
        wanted = [needed[data["kind"]]] if data.get("kind") in needed else ["severity", "metric"]
        if data.get("step") == "make":
            wanted.append("reason")
        for name in wanted:
            if name not in self.errors and data.get(name) in (None, ""):
                self.add_error(name, str(_("Needed for this change.")))
        return data

    def change(self) -> Change:
        """The wanted change, once the form is valid."""
        data = self.cleaned_data
        kind = data["kind"]
        return Change(
            kind,
            package=data["package"] or None if kind in ("package", "renewal") else None,
            region=data["region"] or None, ends_on=data["ends_on"], add_on=data["add_on"] or None,
            severity=data["severity"] or None, metric=data["metric"] or None, amount=data["amount"],
            unit=data["unit"] or UNITS[1], calendar=data["calendar"] or None, remove=data["remove"],
            contacts=data["contacts"],
        )  # fmt: skip


#: Kinds of change in the order in which they are offered; one for each of contracts.queries_changes.CHANGES.
KIND_NAMES = {
    "package": _("Another package (upgrade or downgrade)"),
    "renewal": _("Renewal"),
    "term": _("Another end"),
    "region": _("Another region"),
    "add_on": _("Add-on"),
    "override": _("A target of its own"),
}
