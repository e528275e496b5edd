"""What authors send about articles. Unknown fields are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import StrictForm
from garant.kit.languages import NAMES
from garant.knowledge.texts import LONGEST_BODY, LONGEST_KEYWORDS, LONGEST_NOTE, LONGEST_SUMMARY, LONGEST_TITLE

#: Who may read, in words.
VISIBILITIES = (
    ("public", _("everybody")),
    ("customers", _("subscribers’ people")),
    ("packages", _("subscribers’ people with these packages")),
    ("staff", _("the vendor’s staff only")),
)


def _languages() -> list[tuple[str, str]]:
    return [(code, NAMES.get(code, code)) for code, _name in settings.LANGUAGES]


class TextForm(StrictForm):
    """A text in one language. `revision`: the one that is being changed; `source_revision`: the text of the source
    language that stands beside it."""

    buttons = frozenset({"preview"})
    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, error_messages={"required": _("Give it a title to find it by.")}
    )
    summary = forms.CharField(label=_("Summary"), max_length=LONGEST_SUMMARY, required=False)
    keywords = forms.CharField(
        label=_("Words that readers look for"),
        help_text=_("Separated by commas: other names of the same thing, as readers would write them."),
        max_length=LONGEST_KEYWORDS,
        required=False,
    )
    body = forms.CharField(
        label=_("Text"),
        help_text=_("Markdown: ## heading, - list, **bold**, `code`, [words](/kb/address/)."),
        max_length=LONGEST_BODY,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "class": "code"}),
        error_messages={"required": _("Write the text.")},
    )
    note = forms.CharField(label=_("What changed"), max_length=LONGEST_NOTE, required=False)
    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    source_revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class NewArticleForm(TextForm):
    """A new article with its first text. `case`: the number of the case that it is written from."""

    section = forms.ChoiceField(label=_("Section"))
    language = forms.ChoiceField(label=_("Language"), choices=_languages)
    case = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, sections: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["section"].choices = list(sections)  # type: ignore[attr-defined]


class ArticleForm(StrictForm):
    """What all translations of an article share."""

    several = frozenset({"packages"})
    section = forms.ChoiceField(label=_("Section"))
    slug = forms.CharField(
        label=_("Address"), max_length=120, help_text=_("The old address goes on leading here when it changes.")
    )
    products = forms.CharField(label=_("Products"), help_text=_("Separated by commas."), max_length=500, required=False)
    versions = forms.CharField(label=_("Versions"), help_text=_("Separated by commas."), max_length=500, required=False)
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=VISIBILITIES)
    packages = forms.MultipleChoiceField(label=_("Packages"), required=False, widget=forms.CheckboxSelectMultiple)
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        sections: Sequence[tuple[str, str]] = (),
        packages: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["section"].choices = list(sections)  # type: ignore[attr-defined]
        self.fields["packages"].choices = list(packages)  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        """The values as the room takes them."""
        data = dict(self.cleaned_data)
        for name in ("products", "versions"):
            data[name] = [part.strip() for part in data[name].split(",") if part.strip()]
        data.pop("revision")
        return data


class ActForm(StrictForm):
    """What happens to a text: `at` is when it is to be published, in the reader's own time, empty for now; `number` is
    the saved text that is brought back."""

    act = forms.ChoiceField(choices=[(name, name) for name in ("review", "publish", "unpublish", "restore")])
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    number = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    at = forms.DateTimeField(
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Write the day as 2026-11-24 and the time as 16:30")},
    )


class ArchiveArticleForm(StrictForm):
    """Taken from its readers, or given back."""

    archived = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


class FileForm(StrictForm):
    """A file is taken away; empty where files are added."""

    key = forms.CharField(required=False, max_length=80)


class SectionForm(StrictForm):
    """A section of the base with its English name; other languages' names come with an import."""

    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,39}\Z",
        label=_("Short name"),
        error_messages={"invalid": _("Small letters, digits and hyphens only.")},
    )
    name = forms.CharField(label=_("Name"), max_length=80)


class ChosenForm(StrictForm):
    """The article that goes into a reply."""

    article = forms.IntegerField(min_value=1, max_value=2**62)
