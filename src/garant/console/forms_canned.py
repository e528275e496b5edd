"""What staff send about prepared replies. Unknown fields are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from garant.cases.operations_canned import LONGEST_BODY, LONGEST_TITLE
from garant.console.forms import DraftForm
from garant.core.placeholders import NAMES, unknown
from garant.kit.forms import StrictForm
from garant.kit.languages import NAMES as LANGUAGE_NAMES


class CannedForm(StrictForm):
    """A prepared reply. `revision`: the one that is being changed, empty for a new one."""

    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, error_messages={"required": _("Give it a title to find it by.")}
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": _("Write the text.")},
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=lambda: [
            ("", _("any")),
            *((code, LANGUAGE_NAMES.get(code, code)) for code, _name in settings.LANGUAGES),
        ],
    )
    team = forms.TypedChoiceField(label=_("For"), coerce=int, required=False, empty_value=None)
    revision = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, teams: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["team"].choices = [("", _("everybody")), *teams]  # type: ignore[attr-defined]

    def clean_body(self) -> str:
        """Every name in braces is one that a case fills; the wrong ones are named where they stand."""
        body: str = self.cleaned_data["body"]
        odd = unknown(body)
        if odd:
            values = {"names": ", ".join(f"{{{name}}}" for name in odd), "known": ", ".join(NAMES)}
            raise forms.ValidationError(_("Nothing fills %(names)s. There are: %(known)s."), params=values)
        return body


class ArchiveForm(StrictForm):
    """Offered no more, or again."""

    archived = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


class InsertForm(DraftForm):
    """What is being written, and the prepared reply that is put behind it."""

    canned = forms.IntegerField(  # type: ignore[assignment]
        min_value=1, max_value=2**62, error_messages={"required": _("Choose a prepared reply first.")}
    )
