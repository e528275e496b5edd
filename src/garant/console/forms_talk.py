"""What staff send about a case's severity, its report, other cases and followers. Unknown fields are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.cases.operations_links import LINKS
from garant.cases.operations_report import OUTCOMES, VERIFICATIONS
from garant.kit.forms import OnceForm
from garant.wording.agreed import link_name, recreation_name, verification_name

Choices = Sequence[tuple[Any, str]]


def _reason(label: Any, missing: Any, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=2000,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )


def _number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=2**62,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Write the number of the case."), "invalid": _("A case has a number.")},
    )


class ProposeForm(OnceForm):
    """Another severity. `asked_by`: the contact who asked for it; nobody: it waits for a contact's agreement."""

    severity = forms.ChoiceField(label=_("Severity"), error_messages={"required": _("Choose a severity.")})
    reason = _reason(_("Reason"), _("Say why: the contact reads it."), help_text=_("The contact reads it."))
    asked_by = forms.TypedChoiceField(
        label=_("Who asked for it"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("A contact who asked by phone or in a message has agreed already: the change is in force at once."),
    )

    def __init__(self, data: Any = None, *, levels: Choices = (), contacts: Choices = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["severity"].choices = [("", _("Choose a severity")), *levels]  # type: ignore[attr-defined]
        nobody = ("", _("Nobody: it waits for a contact"))
        self.fields["asked_by"].choices = [nobody, *contacts]  # type: ignore[attr-defined]


class WithdrawForm(OnceForm):
    """The proposal is taken back."""


class VerifyForm(OnceForm):
    """What support says of the report; that it is no error needs a reason."""

    verification = forms.ChoiceField(
        label=_("The report is"), choices=lambda: [(code, verification_name(code)) for code in VERIFICATIONS]
    )
    reason = _reason(_("Reason"), "", required=False, help_text=_("Needed when it is no error. The contact reads it."))


class AskForm(OnceForm):
    """Questions that help to recreate the error, one a line."""

    questions = forms.CharField(
        label=_("Questions, one a line"),
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The contact answers them one after the other. It is an answer of yours, and the case waits."),
        error_messages={"required": _("Write at least one question.")},
    )


class OutcomeForm(OnceForm):
    """Whether the error could be recreated."""

    outcome = forms.ChoiceField(
        label=_("Recreated"), choices=lambda: [(code, recreation_name(code)) for code in OUTCOMES]
    )


class LinkForm(OnceForm):
    """Another case, and what it is to this one."""

    other = _number(_("Number of the other case"))
    kind = forms.ChoiceField(label=_("How they belong together"), choices=lambda: [(k, link_name(k)) for k in LINKS])


class UnlinkForm(OnceForm):
    """A link taken back."""

    other = _number(_("Number of the other case"))


class MergeForm(OnceForm):
    """The case in which this one goes on."""

    into = _number(_("It goes on in case number"))
    sure = forms.BooleanField(
        label=_("I know that it can’t be undone"),
        error_messages={"required": _("A merge can’t be undone: confirm it.")},
    )


class SplitForm(OnceForm):
    """A part of the case that becomes a case of its own."""

    subject = forms.CharField(
        label=_("Subject of the new case"), max_length=200, error_messages={"required": _("Write a subject.")}
    )
    description = forms.CharField(
        label=_("What it is about"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Say what the new case is about.")},
    )
    severity = forms.ChoiceField(label=_("Severity"))

    def __init__(self, data: Any = None, *, levels: Choices = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["severity"].choices = list(levels)  # type: ignore[attr-defined]


class FollowForm(OnceForm):
    """Follow the case or stop; `person` empty: oneself."""

    follow = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], widget=forms.HiddenInput)
    person = forms.TypedChoiceField(
        label=_("Let somebody follow"), coerce=int, required=False, empty_value=None, choices=[]
    )

    def __init__(self, data: Any = None, *, people: Choices = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["person"].choices = [("", _("Me")), *people]  # type: ignore[attr-defined]
