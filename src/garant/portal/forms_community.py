"""What people fill in to write in the community."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from garant.kit.forms import OnceForm, StrictForm, fresh_token
from garant.portal.forms import line, text

KINDS = [
    ("question", _("A question, which an answer can solve")),
    ("discussion", _("A discussion, without a right answer")),
    ("idea", _("An idea for the product, which others vote for")),
]
_HINT = _("Markdown works: **bold**, lists, `code`, links. @name calls somebody.")


class _Once(OnceForm):
    """Comes with its key, so that pressing twice writes once."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"once": fresh_token(), **(kwargs.get("initial") or {})}
        super().__init__(data, **kwargs)


def _tags() -> forms.CharField:
    return line(_("Tags"), _("Up to five, with commas: imports, exports"), required=False, longest=200)


def split_tags(given: str) -> list[str]:
    """The tags of a field."""
    return [tag for tag in given.replace("、", ",").split(",") if tag.strip()]


class AskForm(_Once):
    """A new thread."""

    kind = forms.ChoiceField(
        label=_("What is it?"), choices=KINDS, widget=forms.RadioSelect, error_messages={"required": _("Choose one")}
    )
    title = line(_("Title"), _("One line that says it all."), error=_("Write a title"), longest=150)
    body = text(_("Text"), _HINT, error=_("Write a text"), rows=10)
    tags = _tags()
    language = forms.ChoiceField(label=_("Written in"), choices=lambda: settings.LANGUAGES)


class AnswerForm(_Once):
    """An answer."""

    body = text(_("Your answer"), _HINT, error=_("Write an answer"), rows=7)


class CommentForm(_Once):
    """A comment on a question or an answer."""

    body = text(_("Comment"), _("Short: up to 1,000 characters."), error=_("Write a comment"), rows=3)


class EditForm(StrictForm):
    """A text once more; of an opening also its title and tags."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    title = line(_("Title"), error=_("Write a title"), longest=150)
    tags = _tags()
    body = text(_("Text"), _HINT, error=_("Write a text"), rows=10)

    def __init__(self, data: Any = None, *, opening: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not opening:
            del self.fields["title"], self.fields["tags"]


class FlagForm(StrictForm):
    """What is wrong with a post."""

    reason = line(_("What is wrong with it?"), _("Only support reads this."), error=_("Say what is wrong"), longest=300)


class YesForm(StrictForm):
    """Do it, or take it back."""

    yes = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


class EmptyForm(StrictForm):
    """A button alone."""


class CommunityProfileForm(StrictForm):
    """What others see of me."""

    name = line(_("Name that others see"), _("Not your e-mail address."), error=_("Write a name"), longest=60)
    handle = line(
        _("Short name"), _("Others call you by it, as in @maren-l."), error=_("Write a short name"), longest=30
    )
    about = forms.CharField(
        label=_("About me"), required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
    link = line(_("Web address"), _("Begins with https:// or http://."), required=False)
    shows_organisation = forms.BooleanField(label=_("Show my organisation’s name beside mine"), required=False)
