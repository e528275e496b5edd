"""Forms that take exactly what they name. A field that a form doesn't know is refused, never ignored."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django import forms

#: What every form may carry besides its own fields.
ENVELOPE = frozenset({"csrfmiddlewaretoken"})
#: The field that files are sent in.
FILES = "files"


class UnknownFields(Exception):
    """The request names fields that this form doesn't have; `names` are they."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def _unknown(data: Any, known: set[str]) -> list[str]:
    # A browser sends a file field where nothing was chosen as an empty text: that names no field and no file.
    return sorted(name for name in data if name not in known and not (name == FILES and data.get(name) == ""))


def refuse_unknown(data: Any, *names: str) -> None:
    """Raise UnknownFields for a request that names other fields than these, where no form reads it as a whole."""
    unknown = _unknown(data, {*names, *ENVELOPE})
    if unknown:
        raise UnknownFields(unknown)


class StrictForm(forms.Form):
    """A form that refuses fields it doesn't know, and a field sent twice."""

    #: Names of buttons that say what to do next, beside the fields.
    buttons: ClassVar[frozenset[str]] = frozenset()
    #: Fields of boxes to tick: they may come several times.
    several: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None:
            unknown = _unknown(data, {*self.base_fields, *ENVELOPE, *self.buttons})
            once = [name for name in data if name not in self.several] if hasattr(data, "getlist") else []
            twice = sorted(name for name in once if len(data.getlist(name)) > 1)
            if unknown or twice:
                raise UnknownFields(unknown + twice)
        super().__init__(data, **kwargs)


def fresh_token() -> str:
    """A key that makes sending the same form twice one act."""
    return secrets.token_urlsafe(16)


class OnceForm(StrictForm):
    """A form whose second sending does nothing: `once` is made with the page."""

    once = forms.CharField(max_length=64, min_length=16, widget=forms.HiddenInput)
