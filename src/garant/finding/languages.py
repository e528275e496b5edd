"""Languages that texts are indexed in, and how each finds the stems of its words."""

from __future__ import annotations

#: PostgreSQL's dictionary of a language: it gives stems, and knows the words that say nothing.
DICTIONARIES = {
    "en": "english_stem",
    "de": "german_stem",
    "fr": "french_stem",
    "es": "spanish_stem",
    "it": "italian_stem",
}
JAPANESE = "ja"
#: Latin words in a Japanese text are names of things in English; a language without a dictionary is indexed by form.
PLAIN = "simple"
#: Languages with an index of their own (migrations); any other is found too, by a shared one.
INDEXED = (*DICTIONARIES, JAPANESE)


def dictionary(language: str) -> str:
    """The dictionary that words of a text in `language` go through."""
    return DICTIONARIES.get(language, "english_stem" if language == JAPANESE else PLAIN)
