"""PDFs hold every character of their values, or are not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.kit import typesetting
from garant.kit.typesetting import GlyphsMissing, typeset


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A page with one sentence."""
    path = tmp_path / "page.typ"
    path.write_text("#let it = json(bytes(sys.inputs.values))\n#set text(font: it.fonts, fallback: false)\n#it.text")
    return path


def test_the_same_values_give_the_same_bytes(template: Path) -> None:
    first = typeset(template, {"text": "Ça marche – schön"}, "fr")
    assert first.startswith(b"%PDF-")
    assert typeset(template, {"text": "Ça marche – schön"}, "fr") == first


def test_a_character_without_a_font_is_named_and_no_page_is_made(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "LATIN", ("Libertinus Serif",))
    monkeypatch.setattr(typesetting, "OTHERS", {"ja": ((), "fonts-noto-cjk")})
    with pytest.raises(GlyphsMissing) as found:
        typeset(template, {"text": "A case: 案件", "more": [{"deep": "期限"}]}, "ja")
    assert set(found.value.characters) == set("案件期限")
    assert found.value.package == "fonts-noto-cjk"
    with pytest.raises(GlyphsMissing) as found:
        typeset(template, {"text": "\U0001f600"}, "en")
    assert found.value.package == ""


def test_typsts_own_font_is_enough_for_languages_in_latin_letters(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "LATIN", ("Libertinus Serif",))
    assert typeset(template, {"text": "«Où», “ça”, ¿qué?, größer, perché, 24/7 · – …"}, "fr").startswith(b"%PDF-")


def test_values_are_never_markup(template: Path) -> None:
    hostile = '#read("/etc/passwd") $ ] *bold* #{panic()} \\'
    assert typeset(template, {"text": hostile}, "en").startswith(b"%PDF-")


def test_a_folder_of_ones_own_is_searched_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GARANT_FONTS", str(tmp_path))
    assert typesetting._folders() == [str(tmp_path)]
    monkeypatch.setenv("GARANT_FONTS", str(tmp_path / "none"))
    assert typesetting._folders() == []
