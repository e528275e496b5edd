"""What staff decide about a mail that waits."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import StrictForm


class ReleaseForm(StrictForm):
    """In whose name a message is taken: by the address of somebody on record."""

    email = forms.EmailField(
        label=_("In the name of"),
        help_text=_("The address of a contact on record. The mail counts from when it arrived."),
        error_messages={"required": _("Write whose mail it is."), "invalid": _("Write a mail address.")},
    )


class DiscardForm(StrictForm):
    """A button alone."""
