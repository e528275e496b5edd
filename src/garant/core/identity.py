"""Which spellings name the same thing: e-mail addresses as identities, names as people type them."""

from __future__ import annotations

import unicodedata

#: Letters that turn the reading direction or show nothing: they can make one name look like another.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


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
