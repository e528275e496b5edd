"""Who is in a team: boxes to tick, so a field may come several times."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import StrictForm


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

    several = frozenset({"people"})

    def __init__(self, data: Any = None, *, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["people"].choices = people  # type: ignore[attr-defined]
