"""What staff may send about contacts, and the files of an import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from garant.console.forms import OnceForm, StrictForm


def _day(label: Any, required: bool = True, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Give a date.")},
    )  # fmt: skip


class InviteForm(OnceForm):
    """Somebody to invite by mail: as contact, or in another role."""

    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Give a name.")})
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, error_messages={"required": _("Give an address.")}
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class TrainForm(StrictForm):
    """A training that was held."""

    person = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    trained_on = _day(_("Trained on"))
    trained_until = _day(_("Counts until"), required=False, hint=_("Empty: as long as the programme says."))


class ColleagueForm(StrictForm):
    """One of the subscriber's people: named in a free place, or in the place of `holder`."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int, error_messages={"required": _("Choose somebody.")})
    way = forms.ChoiceField(
        label=_("How"),
        choices=[
            ("name", _("In a free place")),
            ("replace", _("Replaces the contact")),
            ("stand_in", _("Stands in while the contact is away")),
        ],
    )
    holder = forms.TypedChoiceField(label=_("Contact"), coerce=int, required=False, empty_value=None)
    until = _day(_("Back on"), required=False)

    def __init__(
        self, *args: Any, people: list[tuple[int, str]], holders: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]
        self.fields["holder"].choices = [("", "–"), *holders]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Whoever replaces or stands in does so for somebody."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("way") in ("replace", "stand_in") and not data.get("holder"):
            self.add_error("holder", str(_("Choose the contact.")))
        return data


class ImportFileForm(StrictForm):
    """A CSV file to look at."""

    file = forms.FileField(label=_("CSV file"), error_messages={"required": _("Choose a file.")})


class ImportLoadForm(StrictForm):
    """The file that was looked at, to be loaded as it was shown."""

    content = forms.CharField(max_length=1_000_000, strip=False, widget=forms.HiddenInput)
