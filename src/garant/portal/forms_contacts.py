"""What an administrator fills in about contacts, and what an invited person fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import OnceForm, StrictForm

SOMEBODY_NEW = "new"


class PersonForm(OnceForm):
    """Who: one of the colleagues, or somebody new who is invited by mail."""

    person = forms.ChoiceField(
        label=_("Who?"), widget=forms.RadioSelect, error_messages={"required": _("Choose who it is")}
    )
    name = forms.CharField(label=_("Their name"), max_length=120, error_messages={"required": _("Write their name")})
    email = forms.EmailField(
        label=_("Their e-mail address"), max_length=254,
        error_messages={
            "required": _("Write their e-mail address"), "invalid": _("Write an address such as name@example.com"),
        },
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, *, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = [(str(pk), name) for pk, name in people]
        self.fields["person"].choices = [*choices, (SOMEBODY_NEW, _("Somebody new, invited by mail"))]  # type: ignore[attr-defined]
        if not people:
            self.initial.setdefault("person", SOMEBODY_NEW)
        if data is not None and data.get("person") != SOMEBODY_NEW:
            # Whoever names a colleague has nothing to say about somebody new.
            for name in ("name", "email", "language"):
                self.fields[name].required = False

    @property
    def is_new(self) -> bool:
        """Whether somebody is to be invited by mail."""
        return bool(self.cleaned_data["person"] == SOMEBODY_NEW)


class StandInForm(PersonForm):
    """Who stands in, and until when."""

    until = forms.DateField(
        label=_("Back on"),
        help_text=_("Leave it empty when it is not known yet: you can end it at any time."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class ColleagueForm(OnceForm):
    """Somebody new who reads, learns or administers, invited by mail."""

    name = forms.CharField(label=_("Their name"), max_length=120, error_messages={"required": _("Write their name")})
    email = forms.EmailField(
        label=_("Their e-mail address"), max_length=254,
        error_messages={
            "required": _("Write their e-mail address"), "invalid": _("Write an address such as name@example.com"),
        },
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)
    role = forms.ChoiceField(
        label=_("What may they do?"), widget=forms.RadioSelect, error_messages={"required": _("Choose a role")}
    )

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class RoleForm(StrictForm):
    """A role of a colleague to give or to end."""

    person = forms.IntegerField(min_value=1)
    role = forms.CharField(max_length=32)
    give = forms.BooleanField(required=False)


class BareForm(StrictForm):
    """A button without any field."""


class AcceptForm(StrictForm):
    """A new person's name and password."""

    name = forms.CharField(label=_("Your name"), max_length=120, error_messages={"required": _("Write your name")})
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least twelve characters. A few words that only you would put together are best."),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password")},
    )
    again = forms.CharField(
        label=_("The password again"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Write the password again")},
    )

    def clean(self) -> dict[str, Any]:
        """Typed twice, so that a slip of the fingers locks nobody out."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", str(_("The two passwords differ")))
        return data
