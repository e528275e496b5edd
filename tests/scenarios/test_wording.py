"""The words of explanations and refusals."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation
from sheet_cast import ROOT, shipped

from garant.core.refusals import Refusal
from garant.core.situations import answer
from garant.kit.moments import place, seal_lines
from garant.wording import messages, refusals
from garant.wording.sentences import refusal_lines, sentences
from garant.wording.values import amount, duration, instant

SOURCES = ROOT / "src" / "garant"
TABLES = [value for room in (messages, refusals) for name, value in vars(room).items() if name.isupper()]
WINTER = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)


def test_every_refusal_in_the_code_has_words() -> None:
    missing = []
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if not isinstance(node, ast.Call) or name not in ("Refusal", "Refused", "Held"):
                continue
            words = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            for word, table in zip(words[-3:] if name == "Held" else words, (refusals.REASONS, refusals.RULES,
                                   refusals.REMEDIES), strict=False):  # fmt: skip
                if isinstance(word, str) and word not in table:
                    missing.append((path.relative_to(ROOT).as_posix(), word))
    assert missing == []


def test_a_refusal_says_the_reason_the_rule_and_the_way_out() -> None:
    refusal = Refusal("not_authorized_contact", "only_authorized_contacts", "ask_authorized_contact")
    assert refusal_lines(refusal, "en") == [
        "Only authorized contacts may open cases.",
        "Every request comes through an authorized contact.",
        "Ask one of your authorized contacts to open the case.",
    ]
    assert refusal_lines(refusal, "fr")[0] == "Seuls les interlocuteurs autorisés peuvent ouvrir une demande."


def test_an_explanation_is_said_in_french_with_the_programmes_own_names() -> None:
    found = answer("due", {"tier": "silver", "severity": "2", "received": "2026-11-25T16:00:00-07:00"}, shipped())
    told = sentences(found.steps, "fr", None, shipped())
    assert told[0] == "Première réponse : reçu le mercredi 25 novembre à 16:00 (America/Denver)"
    assert "jour férié Thanksgiving, jeudi 26 novembre" in told
    assert told[-1] == "échéance le vendredi 27 novembre à 15:00"


def test_a_page_names_the_place_where_a_sheet_names_the_zone() -> None:
    found = answer("due", {"tier": "silver", "severity": "2", "received": "2026-11-25T16:00:00-07:00"}, shipped())
    told = sentences(found.steps, "ja", None, shipped(), lambda zone: place(zone, "ja"))
    assert "(デンバー)" in told[0]
    assert not any("America/" in line for line in told)


@pytest.mark.parametrize(
    ("language", "hours", "shown"),
    [
        ("en", timedelta(minutes=41), ["41 min"]), ("en", timedelta(hours=1, minutes=7), ["1 h 07 min"]),
        ("de", timedelta(hours=43, minutes=19), ["43 Std.", "19 Min."]), ("de", timedelta(hours=120), ["120 Std."]),
        ("en", timedelta(minutes=2599), ["43 h", "19 min"]), ("ja", timedelta(minutes=2599), ["43時間", "19分"]),
    ],
)  # fmt: skip
def test_a_seal_has_room_for_what_it_says(language: str, hours: timedelta, shown: list[str]) -> None:
    with translation.override(language):
        assert seal_lines(hours) == shown


def test_a_language_without_a_catalog_is_not_mixed_with_english() -> None:
    found = answer("due", {"tier": "silver", "severity": "2", "received": "2026-11-25T16:00:00-07:00"}, shipped())
    assert sentences(found.steps, "nl", None, shipped()) == sentences(found.steps, "en", None, shipped())


def test_a_contracts_package_key_is_said_by_its_name() -> None:
    found = answer("due", {"tier": "silver", "severity": "2", "received": "2026-11-25T16:00:00-07:00"}, shipped())
    keyed = [
        type(step)(step.code, {**step.values, "package": "reference@1/silver:default"}) if step.code == "rule" else step
        for step in found.steps
    ]
    assert "10 hours for severity 2 in Silver, a goal" in sentences(keyed, "en", None, shipped())


@pytest.mark.parametrize(
    ("language", "said"), [("en", "6 h 30 min"), ("fr", "6 h 30 min")],
)  # fmt: skip
def test_durations(language: str, said: str) -> None:
    assert duration(timedelta(hours=6, minutes=30), language) == said
    assert duration(timedelta(hours=72), language) == "72 h"
    assert duration(timedelta(0), language) == "0 s"


def test_amounts_have_their_plural() -> None:
    assert [amount(Decimal(n), "business_days", "en") for n in ("1", "1.5", "2")] == [
        "1 business day", "1.5 business days", "2 business days",
    ]  # fmt: skip
    assert amount(Decimal("1.5"), "elapsed_hours", "fr") == "1,5 heures"


def test_an_instant_is_written_in_every_language_on_the_wall_of_its_zone() -> None:
    told = {language: instant(WINTER, "America/Denver", language) for language in ("en", "fr", "es", "de", "it", "ja")}
    assert told == {
        "en": "Friday 27 November 2026 15:00",
        "fr": "vendredi 27 novembre 2026 à 15:00",
        "es": "viernes 27 de noviembre de 2026, 15:00",
        "de": "Freitag, 27. November 2026, 15:00",
        "it": "venerdì 27 novembre 2026, 15:00",
        "ja": "2026年11月27日(金)15:00",
    }


def test_wording_needs_no_settings_of_django(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "from garant.wording.sentences import sentences, reason; import sys; print(reason('no_grant'));"
        "sys.exit('django' in sys.modules and __import__('django').conf.settings.configured)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "The subscriber has not granted access."), done.stderr
