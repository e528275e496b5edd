"""Places in a prepared text that a case fills: `{contact_name}` and few others. No language of templates: a name is
replaced by a text, and nothing in that text is read again."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

__all__ = ["NAMES", "filled", "named", "unknown"]

#: What a prepared text may name. docs/how-to/canned-replies.md says what each becomes.
NAMES = (
    "contact_name",
    "subscriber",
    "case_number",
    "subject",
    "severity",
    "package",
    "due",
    "my_name",
)
#: Braces around a word. Braces around anything else (a piece of code, say) are plain text.
_PLACE = re.compile(r"\{\s*([^\W\d][\w.|\[\]-]*)\s*\}")


def named(text: str) -> list[str]:
    """The names in braces, each once, in the order of the text."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def unknown(text: str, names: Collection[str] = NAMES) -> list[str]:
    """The names in braces that are none of `names`, each once, in the order of the text."""
    return [name for name in named(text) if name not in names]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each known name replaced by its value, once; a name without a value stays as it is written."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
