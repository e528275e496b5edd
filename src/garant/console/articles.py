"""What the pages of articles show: an article begun from a case, packages to choose, states in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, pgettext

from garant.cases import queries as cases
from garant.cases.views import CaseView
from garant.contracts.queries import programme_document, programmes_held
from garant.core.audiences import package_name
from garant.core.people import Viewer
from garant.core.personal import Flag, flags
from garant.core.programmes import said
from garant.knowledge import queries as knowledge
from garant.knowledge.views import TranslationState

KINDS = {
    "email": lambda: gettext("e-mail address"),
    "address": lambda: gettext("address of a machine"),
    "secret": lambda: gettext("perhaps a key or a password"),
    "phone": lambda: gettext("perhaps a phone number"),
    "name": lambda: gettext("name from the case"),
}


@dataclass(frozen=True, slots=True)
class Begun:
    """An article's first text made of a case, and what in it may name or reach somebody."""

    initial: dict[str, Any]
    flags: tuple[tuple[str, str], ...]


def from_case(view: CaseView, section: str) -> Begun:
    """The case as a draft: what happened, how to see it, and what the vendor answered last in public.

    Nothing is cut out: the flags say what an author should look at before anybody else reads it.
    """
    parts = [
        (gettext("What happens"), view.description),
        (gettext("How to see it"), view.steps),
        (
            gettext("What helps"),
            next((m.body for m in reversed(view.messages) if m.kind == "public" and m.by_vendor), ""),
        ),
    ]
    body = "\n\n".join(f"## {title}\n\n{text.strip()}" for title, text in parts if text.strip())
    initial = {
        "title": view.subject, "body": body, "language": view.language, "section": section, "case": view.number,
        "keywords": view.product,
    }  # fmt: skip
    return Begun(initial, told(flagged(view, f"{view.subject}\n{body}")))


def flagged(view: CaseView, text: str) -> list[Flag]:
    """What in a text may name or reach somebody of a case."""
    people = {view.opened_by.name, view.subscriber.name, *(each.author.name for each in view.messages if each.author)}
    return flags(text, people)


def told(found: list[Flag]) -> tuple[tuple[str, str], ...]:
    """Flags in words: what it is, and the passage."""
    return tuple((KINDS[one.kind](), one.text) for one in found)


def sections(viewer: Viewer, language: str) -> list[tuple[str, str]]:
    """The sections to choose from."""
    return [(one.code, one.name) for one in knowledge.sections(viewer=viewer, language=language, empty=True)]


def packages(viewer: Viewer, language: str) -> list[tuple[str, str]]:
    """Every package that is sold now, by programme, as an audience."""
    found = []
    for code, _name in programmes_held(viewer=viewer):
        document = programme_document(code)
        found += [(package_name(code, one.code), said(one.name, language)) for one in document.packages]
    return found


def state_words(one: TranslationState) -> str:
    """Where a translation stands, in a word or two."""
    words = {
        "draft": pgettext("article", "draft"),
        "review": pgettext("article", "to be reviewed"),
        "scheduled": pgettext("article", "scheduled"),
        "published": pgettext("article", "published"),
    }
    return words.get(one.state, one.state)


def case_of(viewer: Viewer, number: int) -> CaseView:
    """A case that the viewer may read. Raises NotFound."""
    return cases.case(viewer=viewer, number=number)
