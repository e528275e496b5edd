"""What people fill in about their own account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from garant.directory.queries_account import AT_ONCE, IN_DIGEST, NEVER
from garant.kit.forms import StrictForm
from garant.kit.zone_choices import zone_choices
from garant.portal.notice_kinds import NoticeKind

_WAYS = ((AT_ONCE, _("At once")), (IN_DIGEST, _("Once a day")), (NEVER, _("Never")))


class ProfileForm(StrictForm):
    """What somebody is called, and in which language and zone pages and mails speak to them."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name"), "max_length": _("Write at most 120 characters")},
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Times are shown as on a clock on your wall."))

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["zone"].choices = zone_choices(str(self.initial.get("zone", "")))  # type: ignore[attr-defined]


class EmptyForm(StrictForm):
    """A button alone."""


def notices_form(kinds: Sequence[NoticeKind], choices: Mapping[str, str], data: Any = None) -> StrictForm:
    """One choice for each kind; what was not chosen comes at once."""
    fields = {
        kind.code: forms.ChoiceField(
            label=kind.label,
            choices=_WAYS,
            initial=choices.get(kind.code, AT_ONCE),
            widget=forms.Select(attrs={"class": "input"}),
        )
        for kind in kinds
    }
    form: type[StrictForm] = type("NoticesForm", (StrictForm,), fields)
    return form(data)
