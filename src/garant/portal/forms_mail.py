"""The presses on pages behind links of our mails."""

from __future__ import annotations

from django import forms

from garant.kit.forms import StrictForm


class AskedForm(StrictForm):
    """Whether a mail is theirs."""

    answer = forms.ChoiceField(choices=[("mine", "mine"), ("not", "not")])


class LeaveForm(StrictForm):
    """No more of a kind. A mail program sends the field of RFC 8058, with a name that no page uses."""

    buttons = frozenset({"List-Unsubscribe"})
