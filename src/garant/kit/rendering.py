"""Parts of pages that are rendered once for equal values: rows of lists, the navigation, icons.

A part so kept sees nothing but its values and the active language: no request, no token, no clock. Whatever it shows is
in the key, so nothing has to say when it is out of date; what is shown least recently is dropped.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

#: Parts kept in a process: some megabytes.
MOST = 4096


def rendered(template: str, **values: Hashable) -> SafeString:
    """A template filled with values that can't change."""
    return _rendered(template, get_language(), tuple(values.items()))


@lru_cache(maxsize=MOST)
def _rendered(template: str, language: str | None, values: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return render_to_string(template, dict(values))
