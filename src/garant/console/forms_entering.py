"""What staff send to enter a subscriber, a contract or somebody of the staff. Unknown fields are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.core.people import STAFF_ROLES
from garant.kit.forms import StrictForm
from garant.kit.languages import NAMES
from garant.kit.zone_choices import zone_choices
from garant.wording.contacts import role

Choices = Sequence[tuple[str, Any]]

_LANGUAGES = list(NAMES.items())


def _words(label: Any, longest: int, missing: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, error_messages={"required": missing}, **more)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose a day."), "invalid": _("Write the day as 2026-12-31.")},
    )


class _PlacedForm(StrictForm):
    """A form with a time zone."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["zone"].choices = zone_choices(str(self.initial.get("zone", "")))  # type: ignore[attr-defined]


class SubscriberForm(_PlacedForm):
    """A new subscriber. `slug` empty: made from the name."""

    name = _words(_("Name"), 160, _("Write the subscriber's name."))
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        required=False,
        help_text=_("For addresses and files: small letters, digits and hyphens. Made from the name when left empty."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=_LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Where the subscriber works."))


class ContractForm(_PlacedForm):
    """A contract to sign. `package` is `programme/package`; `contacts` empty: as many as the package says."""

    package = forms.ChoiceField(label=_("Package"), error_messages={"required": _("Choose a package.")})
    region = forms.ChoiceField(label=_("Region"))
    reference = _words(_("Reference"), 60, _("Write the contract's reference."))
    starts_on = _day(_("First day"))
    ends_on = _day(_("Last day"))
    zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Where the contract's days begin and end, and whose clock its hours follow.")
    )
    contacts = forms.IntegerField(
        label=_("Authorized contacts"),
        required=False,
        min_value=0,
        max_value=10_000,
        help_text=_("Only where the contract agrees another number than the package."),
    )

    def __init__(self, data: Any = None, *, packages: Choices = (), regions: Choices = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["package"].choices = [("", _("Choose a package")), *packages]  # type: ignore[attr-defined]
        self.fields["region"].choices = list(regions)  # type: ignore[attr-defined]


def _role_choices() -> list[tuple[str, str]]:
    return [(code, role(code)) for code in STAFF_ROLES]


class RolesForm(StrictForm):
    """The roles that somebody of the staff holds from now on."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=_role_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose roles of the list.")},
    )
    several = frozenset({"roles"})


class StaffForm(_PlacedForm):
    """Somebody new of the staff."""

    name = _words(_("Name"), 120, _("Write the person's name."))
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("A link to choose a password is sent there."),
        error_messages={"required": _("Write the person's address."), "invalid": _("This is no e-mail address.")},
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=_role_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role."), "invalid_choice": _("Choose roles of the list.")},
    )
    language = forms.ChoiceField(label=_("Language"), choices=_LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"))
    several = frozenset({"roles"})
