"""Which spellings name the same thing: e-mail addresses as identities, names as people type them."""

from __future__ import annotations

import re
import unicodedata

#: Letters that turn the reading direction or show nothing: they can make one name look like another.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
#: Letters that no text needs and that make one read as another: controls (but tab and line feed), embeddings,
#: overrides and isolates of the reading direction, halves of pairs.
_HARMFUL = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)]
)
for _kept in "\t\n":
    del _HARMFUL[ord(_kept)]
#: Scripts with letters that look alike. A word in two of them is nobody's language.
_ALIKE = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC")


def address_identity(address: str) -> str:
    """The one spelling under which an e-mail address is stored and compared, the same in every locale.

    NFKC and case folding, so that full-width letters, composed and decomposed accents and capitals are no second
    identity. The closing lower() keeps the few letters that folding makes capital as a database's lower() has them.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address.strip()).casefold())
    return folded.lower()


def clean_name(name: str) -> str:
    """A name for showing: composed letters (NFC), single spaces, nothing invisible. May come out empty."""
    seen = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", name)
        if letter.isspace() or unicodedata.category(letter) not in _INVISIBLE
    )
    return " ".join(seen.split())


def plain_text(text: str) -> str:
    """A text of several lines without letters that turn it round or steer a terminal; line ends become line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_HARMFUL)


def is_visible(text: str) -> bool:
    """Whether anybody sees anything of a text."""
    return any(not letter.isspace() and unicodedata.category(letter) not in _INVISIBLE for letter in text)


def mixes_scripts(text: str) -> bool:
    """Whether one word has letters of two scripts that look alike, such as a Greek capital before Latin letters.

    Words in different scripts beside each other are fine, and so is Latin among Japanese, Chinese or Korean.
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return any(len({found for letter in word if (found := _script(letter))}) > 1 for word in re.split(r"[\W_]+", bare))


def _script(letter: str) -> str | None:
    """One of the scripts with look-alikes; None for every other letter. Full-width letters count as what they are."""
    name = unicodedata.name(unicodedata.normalize("NFKC", letter)[0], "")
    return next((script for script in _ALIKE if name.startswith(script)), None)
