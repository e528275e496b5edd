"""Who is in a team: boxes to tick, so a field may come several times."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import ENVELOPE, StrictForm, UnknownFields


class MembersForm(StrictForm):
    """The members of a team; none ticked: nobody."""

    people = forms.TypedMultipleChoiceField(
        label=_("Members"),
        coerce=int,
        choices=[],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose people of the list.")},
    )

    def __init__(self, data: Any = None, *, people: list[tuple[int, str]], **kwargs: Any) -> None:
        if data is not None:
            unknown = sorted(name for name in data if name != "people" and name not in ENVELOPE)
            if unknown:
                raise UnknownFields(unknown)
        forms.Form.__init__(self, data, **kwargs)
        self.fields["people"].choices = people  # type: ignore[attr-defined]
