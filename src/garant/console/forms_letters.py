"""What managers send about the words of messages. Unknown fields are refused; mistakes stand where they were made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.core.letters import LONGEST_BODY, LONGEST_SUBJECT, SHAPES, Words, missing, odd
from garant.journal.operations_letters import in_braces
from garant.kit.forms import OnceForm, StrictForm


class LetterForm(OnceForm):
    """Own words for a kind of message. `revision`: the version that was read, 0 for none."""

    subject = forms.CharField(
        label=_("Subject"), max_length=LONGEST_SUBJECT, error_messages={"required": _("Write a subject.")}
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("A blank line begins a new paragraph."),
        error_messages={"required": _("Write the text.")},
    )
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, kind: str, language: str, preview: str, **kwargs: Any) -> None:
        """`preview`: the address that shows how the words read, asked while somebody types."""
        super().__init__(data, **kwargs)
        self.kind = kind
        live = {"hx-post": preview, "hx-trigger": "input changed delay:500ms", "hx-target": "#preview"}
        for name in ("subject", "body"):
            self.fields[name].widget.attrs.update({**live, "lang": language, "hx-swap": "innerHTML"})

    @property
    def words(self) -> Words:
        """What was typed; for a form that is valid."""
        return Words(self.cleaned_data["subject"], self.cleaned_data["body"])

    def clean_subject(self) -> str:
        """One line, with names that something fills."""
        subject: str = self.cleaned_data["subject"]
        if len(subject.splitlines()) > 1:
            raise forms.ValidationError(_("A subject is one line."))
        return self._known(subject)

    def clean_body(self) -> str:
        """Only names that something fills."""
        return self._known(self.cleaned_data["body"])

    def _known(self, text: str) -> str:
        wrong = odd(self.kind, text)
        if wrong:
            values = {"names": ", ".join(f"{{{name}}}" for name in wrong), "known": ", ".join(SHAPES[self.kind].names)}
            raise forms.ValidationError(_("Nothing fills %(names)s. There are: %(known)s."), params=values)
        return text

    def clean(self) -> dict[str, Any]:
        """What a letter is there to tell stands in its subject or in its text."""
        data: dict[str, Any] = super().clean() or {}
        if "subject" in data and "body" in data:
            for group in missing(self.kind, self.words):
                text = _("Write %(names)s somewhere: without it the letter would hide what it is there to tell.")
                self.add_error("body", forms.ValidationError(text, params={"names": in_braces(group)}))
        return data


class BackForm(StrictForm):
    """The desk's words again."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
