"""Every text in every language: complete, whole in its placeholders, no copy of the English, the glossary's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

from garant.kit.catalogs import PACKAGE
from garant.kit.extraction import DJANGO, Message, catalogs, file_of, in_code, in_template

PLACES = (Path("locale"), Path("console/locale"), Path("wording/locale"))
GLOSSARY = PACKAGE.parent.parent / "docs" / "reference" / "glossary.md"
PLACEHOLDER = re.compile(r"%\(\w+\)0?\d*[sd]|\{\w+\}|</?\w+>")
#: Texts that read the same as in English. Signs, units and names do in every language.
SAME_ANYWHERE = {"Garant", "JSON", "CSV", "XLSX", "YAML", "SVG", "PDF", "UTC", "24/7"}
UNIT = re.compile(r"[<%(){}\w\s,.:·–-]*\b(h|min|sec)\b")
SAME = {
    "fr": {
        "Console", "Correction", "Europe", "Organisation", "Pages", "Places", "Version", "Absences", "Code", "Date",
        "Exception", "Message", "Note", "Place", "Programme", "minutes", "agent", "finance", "Conversation",
        "Programmes", "Question", "Version %(version)s", "Versions", "{amount} minute",
    },
    "de": {
        "Administrator", "Code", "Details", "Export", "Filter", "Format", "Import", "Link", "Login", "Name", "Passkeys",
        "Organisation", "Person", "Portal", "Problem", "Region", "Region:", "September", "Standard", "Status",
        "Support", "System", "Team", "Teams", "Text", "Version", "Version %(version)s", "Community",
        "Community: %(tag)s", "Version %(n)s",
    },
    "es": {
        "Asia", "Australia", "Error", "Error:", "Europa", "Idea", "Ideas", "No", "Portal", "Roles", "Total", "error",
    },
    "it": {
        "Account", "Africa", "America", "Asia", "Australia", "Community", "Community: %(tag)s", "Console", "Escalation",
        "File", "Idea", "No", "Password",
    },
    "ja": set(),
}  # fmt: skip
#: English term -> by language, stems of which one has to stand in a translation that speaks of it.
STEMS = {
    "severity": {"fr": "gravité", "es": "gravedad", "de": "schwere", "it": "gravità", "ja": "重大度"},
    "package": {"fr": "forfait", "es": "paquete", "de": "paket", "it": "pacchett", "ja": "プラン"},
    "contract": {"fr": "contrat", "es": "contrat", "de": "vertr", "it": "contratt", "ja": "契約"},
    "subscriber": {"fr": "abonné", "es": "abonad", "de": "abonnent", "it": "abbonat", "ja": "契約者"},
    "escalation": {"fr": "escalade", "es": "escala", "de": "eskalation", "it": "escalation", "ja": "エスカレーション"},
    "workaround": {"fr": "contournement", "es": "provisional", "de": "umgehung", "it": "temporanea", "ja": "回避"},
}
#: Texts whose English words are codes of a file, not words of the language.
CODES = ("Columns: ", "First line: ")
#: Every language that the desk offers, besides the one its texts are written in.
TRANSLATED = tuple(language for language, _ in settings.LANGUAGES if language != "en")
#: A case is no entry ticket, severity no strictness.
FORBIDDEN = {
    "fr": r"\b(billet|ticket|sévérité)",
    "es": r"\b(boleto|severidad|billete|tique)",
    "de": r"\b(Eintrittskarte|Strenge|Ticket)",
    "it": r"\b(biglietto|severità|ticket)",
    "ja": r"チケット|厳しさ",
}


@cache
def catalog(place: Path, language: str) -> Any:
    with file_of(place, language).open("rb") as handle:
        return read_po(handle, locale=language)


@cache
def said() -> dict[Path, set[Message]]:
    return catalogs()


def rows(language: str) -> Iterator[tuple[Path, tuple[str, ...], tuple[str, ...]]]:
    """Every message of a language: where, what it says in English, what in the language."""
    for place in PLACES:
        for message in catalog(place, language):
            if message.id:
                one = isinstance(message.id, str)
                yield place, (message.id,) if one else tuple(message.id), (
                    (message.string,) if one else tuple(message.string))  # fmt: skip


def same_anyway(text: str, language: str) -> bool:
    """Whether a text may read as in English: no words in it, units only, or listed."""
    words = PLACEHOLDER.sub("", text)
    listed = text in SAME_ANYWHERE or text in SAME[language]
    return listed or not re.search(r"[A-Za-z]{2}", words) or bool(UNIT.fullmatch(text))


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalog_holds_what_the_sources_say_and_nothing_else(language: str, place: Path) -> None:
    held = {
        Message(m.id if isinstance(m.id, str) else m.id[0], "" if isinstance(m.id, str) else m.id[1], m.context or "")
        for m in catalog(place, language)
        if m.id
    }
    assert said()[place] - held == set(), "run `python -m garant.kit.catalogs extract`, and translate"
    assert held - said()[place] == set(), "run `python -m garant.kit.catalogs extract`"
    assert len(held) > 300


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_empty_or_left_in_english(language: str) -> None:
    empty = [ids for _, ids, texts in rows(language) if not all(text.strip() for text in texts)]
    assert empty == []
    copied = {ids[0] for _, ids, texts in rows(language) if ids[0] == texts[0] and not same_anyway(ids[0], language)}
    assert copied == set()
    assert not any(m.fuzzy for place in PLACES for m in catalog(place, language) if m.id)


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_and_plural_forms_agree(language: str) -> None:
    wrong = []
    for place, ids, texts in rows(language):
        wanted = set(PLACEHOLDER.findall(" ".join(ids)))
        for text in texts:
            found = set(PLACEHOLDER.findall(text))
            # A form for one may say the number in words.
            if not found <= wanted or (len(ids) == 1 and found != wanted):
                wrong.append((str(place), ids[0], text))
        if len(ids) == 2 and len(texts) != catalog(place, language).num_plurals:
            wrong.append((str(place), ids[0], "plural forms"))
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_glossarys_words_are_used_and_the_forbidden_ones_are_not(language: str) -> None:
    found = []
    for _, ids, texts in rows(language):
        text, english = " ".join(texts), PLACEHOLDER.sub("", ids[0])
        if "ticket" not in ids[0].lower() and re.search(FORBIDDEN[language], text, re.I):
            found.append((ids[0], text))
        for term, stems in STEMS.items():
            if ids[0].startswith(CODES):
                continue
            if re.search(rf"\b{term}\b", english, re.I) and stems[language] not in text.lower():
                found.append((ids[0], text))
    assert found == []


def test_the_stems_are_those_of_the_glossary() -> None:
    table = GLOSSARY.read_text(encoding="utf-8")
    for term, stems in STEMS.items():
        row = next(line for line in table.splitlines() if re.match(rf"\| [\w ,]*\b{term}\b", line))
        words = [cell.strip().lower() for cell in row.strip("| ").split("|")][1:]
        for language, word in zip(("fr", "es", "de", "it", "ja"), words, strict=True):
            assert stems[language] in word or word[:5] == stems[language][:5], (term, language)


def test_what_code_and_templates_mark_is_found() -> None:
    code = 'a = gettext("One %(n)s")\nb = ngettext("one", "many", 2)\nc = pgettext("of a", "x")\nd = gettext(name)\n'
    assert set(in_code(code, DJANGO)) == {Message("One %(n)s"), Message("one", "many"), Message("x", context="of a")}
    page = (
        "{% load i18n garant %}{% if a %}{% translate 'Hello' %}{% else %}{% blocktranslate count n=a %}{{ n }} case"
        "{% plural %}{{ n }} cases{% endblocktranslate %}{% endif %}{% translate 'May' context 'month' as m %}"
        "{{ a|default:_('nobody') }}"
    )
    assert set(in_template(page)) == {
        Message("Hello"), Message("%(n)s case", "%(n)s cases"), Message("May", context="month"), Message("nobody"),
    }  # fmt: skip


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_page_says_what_our_catalogs_say(language: str) -> None:
    """Django and its apps have catalogs of their own: a text that one of them has too needs a context here."""
    with translation.override(language):
        for place in PLACES[:2]:
            for row in catalog(place, language):
                if not row.id or row.pluralizable:
                    continue
                shown = translation.pgettext(row.context, row.id) if row.context else translation.gettext(row.id)
                assert shown == row.string, row.id
