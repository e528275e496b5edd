"""Forms that keep order in the community."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from garant.kit.forms import StrictForm

POST_ACTS = ("approve", "hide", "restore", "leave")
THREAD_ACTS = ("hide", "restore", "lock", "unlock", "move", "merge", "idea")
KINDS = [("question", _("Question")), ("discussion", _("Discussion")), ("idea", _("Idea"))]
IDEA_STATES = [
    ("proposed", pgettext_lazy("idea", "Proposed")),
    ("planned", pgettext_lazy("idea", "Planned")),
    ("done", pgettext_lazy("idea", "Done")),
    ("declined", pgettext_lazy("idea", "Declined")),
]


class _ActForm(StrictForm):
    """An act, and what it needs: `needs` says which field must be filled for which act."""

    needs: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        """A field that the act needs is filled."""
        data = super().clean() or {}
        name = self.needs.get(data.get("act", ""))
        if name and name not in self.errors and not data.get(name):
            self.add_error(name, _("Fill this in"))
        return data


class CommunityPostForm(_ActForm):
    """Show, hide or leave a post; the reason is read by support."""

    needs = {"hide": "reason"}
    act = forms.ChoiceField(choices=[(act, act) for act in POST_ACTS])
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)


class CommunityThreadForm(_ActForm):
    """What is done to a whole thread."""

    needs = {"hide": "reason", "move": "kind", "merge": "into", "idea": "state"}
    act = forms.ChoiceField(choices=[(act, act) for act in THREAD_ACTS])
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, required=False)
    tags = forms.CharField(label=_("Tags"), help_text=_("With commas between them."), required=False, max_length=200)
    into = forms.IntegerField(
        label=_("Number of the thread that it goes on in"), required=False, min_value=1, max_value=2**62
    )
    state = forms.ChoiceField(label=_("What becomes of the idea"), choices=IDEA_STATES, required=False)
