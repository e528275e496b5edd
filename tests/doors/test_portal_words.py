"""Catalogs: French is complete, placeholders agree, the glossary's words are used, and stale files are compiled."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from django.utils.translation import gettext, override

from garant.kit.catalogs import PACKAGE, catalogs, compile_stale

LANGUAGES = ("fr", "es", "de", "it", "ja")


def messages(language: str) -> list[Any]:
    """The messages of the pages' catalog in a language."""
    with (PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as handle:
        return [message for message in read_po(handle, locale=language) if message.id]


def texts(value: Any) -> tuple[str, ...]:
    """One text or its plural forms."""
    return (value,) if isinstance(value, str) else tuple(value)


def test_the_glossary_words_are_used_in_french() -> None:
    table = (PACKAGE.parent.parent / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
    words = dict(re.findall(r"^\| ([\w ,-]+?) \| ([^|]+?) \|", table, re.M))
    said = {str(m.id): " ".join(texts(m.string)).lower() for m in messages("fr")}
    for english, message in (
        ("case", "Open a case"),
        ("severity", "Change the severity"),
        ("package", "Compare packages"),
        ("authorized contact", "Authorized contacts"),
        ("follow-up response", ""),
    ):
        stem = words[english].split()[0].rstrip("s")
        assert not message or stem in said[message], (english, message)


def test_the_pages_speak_french_and_fall_back_to_english() -> None:
    with override("fr"):
        assert gettext("Open a case") == "Ouvrir une demande"
    with override("es"):
        assert gettext("Open a case") in {"Open a case", "Abrir un caso"}


def test_stale_catalogs_are_compiled_and_fresh_ones_left(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "b"\n')
    assert compile_stale(tmp_path) == [source]
    assert compile_stale(tmp_path) == []
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))
    assert compile_stale(tmp_path) == [source]
    assert [p.suffix for p in sorted(folder.iterdir())] == [".mo", ".po"]


def test_every_language_has_a_catalog_of_the_pages() -> None:
    here = {p.parts[-3] for p in catalogs() if p.parent.parent.parent == PACKAGE / "locale"}
    assert here == set(LANGUAGES)
