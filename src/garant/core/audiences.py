"""Who may read what is published: the audience of a document beside the audience that a reader belongs to.

Both are sets of short names. A document is shown when they have a name in common, so that a database can ask the same
question of an index. Staff read everything.
"""

from __future__ import annotations

from collections.abc import Iterable

PUBLIC = "public"
CUSTOMERS = "customers"
STAFF = "staff"
#: What an author can choose; "packages" goes with the packages' names.
VISIBILITIES = (PUBLIC, CUSTOMERS, "packages", STAFF)
Audience = frozenset[str]
#: Somebody who has not signed in.
VISITOR: Audience = frozenset({PUBLIC})


def package_name(programme: str, code: str) -> str:
    """The audience of everybody whose organisation has a package in force."""
    return f"package:{programme}/{code}"


def of_document(visibility: str, packages: Iterable[str] = ()) -> Audience:
    """Who may read a document; `packages` are names by `package_name`, and count with visibility "packages" only.

    Raises ValueError for a visibility that nobody knows: an unknown one never means public.
    """
    if visibility not in VISIBILITIES:
        raise ValueError(visibility)
    if visibility == "packages":
        return frozenset({STAFF, *packages})
    return frozenset({STAFF, visibility})


def of_reader(*, is_staff: bool, packages: Iterable[str] | None) -> Audience:
    """What a reader belongs to; `packages` are those of their organisations in force, None for no organisation."""
    if is_staff:
        return frozenset({PUBLIC, CUSTOMERS, STAFF})
    if packages is None:
        return VISITOR
    return frozenset({PUBLIC, CUSTOMERS, *packages})


def may_read(document: Audience, reader: Audience) -> bool:
    """Whether they have a name in common."""
    return bool(document & reader)
