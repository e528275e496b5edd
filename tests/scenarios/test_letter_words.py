"""Own words for messages against the desk's: each kind can be said with its names, and the reference lists them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sheet_cast import ROOT

from garant.core.letters import FIXED, OPTIONAL, SHAPES, Words, missing, odd
from garant.wording.letters import AREAS, KINDS, Letter, letter
from garant.wording.letters_own import paragraphs
from garant.wording.letters_samples import begun, examples, sample

TEXT = (ROOT / "docs" / "reference" / "letters.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
LANGUAGES = ("en", "fr", "es", "de", "it", "ja")


def words_of(told: Letter) -> list[str]:
    return " ".join((told.subject, *told.paragraphs)).split()


def test_every_kind_is_either_the_vendors_to_reword_or_fixed() -> None:
    assert set(SHAPES) | FIXED == KINDS
    assert {kind for kinds in AREAS.values() for kind in kinds} | {"digest"} == KINDS
    guards = {"password_reset", "staff_welcome", "security_changed", "contact_invited", "mail_unconfirmed"}
    assert guards <= FIXED


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_the_desks_words_written_with_names_say_the_same(kind: str, language: str) -> None:
    words = begun(kind, language)
    assert odd(kind, words.subject) == odd(kind, words.body) == []
    assert missing(kind, words) == []
    data = sample(kind, NOW, language)
    own = letter(kind, data, "Europe/Paris", language, {kind: words})
    desks = letter(kind, data, "Europe/Paris", language)
    if kind == "severity_proposal_answered":  # the desk has two subjects for it, own words one
        assert own.paragraphs == desks.paragraphs
    else:
        assert words_of(own) == words_of(desks)
    assert (own.page, own.action) == (desks.page, desks.action)


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_a_sample_has_something_for_every_name(kind: str) -> None:
    found = examples(kind, sample(kind, NOW, "de"), "Europe/Berlin", "de")
    assert set(found) == set(SHAPES[kind].names)
    assert all(found.values()), found


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_tpl_05_own_words_that_a_message_cant_fill_are_left_for_the_desks(kind: str) -> None:
    words = begun(kind, "en")
    data = {"number": 1, "ends": "2026-12-31"}
    told = letter(kind, data, "UTC", "en", {kind: words})
    assert told.subject.strip()
    assert told.paragraphs
    needed = {name for group in SHAPES[kind].required for name in group} - OPTIONAL - {"number"}
    if needed & {"due", "severity", "ref", "begins", "organisation", "subscriber", "closes"}:
        assert told == letter(kind, data, "UTC", "en")


def test_what_has_a_value_now_and_then_is_a_sentence_or_nothing() -> None:
    words = Words("Case {number}", "We wrote.\n\n{waiting}")
    own = {"response_given": words}
    waits = letter("response_given", {"number": 7, "waiting": True}, "UTC", "en", own)
    assert waits.paragraphs == ("We wrote.", "It waits for you now: nothing more is owed until you answer.")
    assert letter("response_given", {"number": 7}, "UTC", "en", own).paragraphs == ("We wrote.",)


@pytest.mark.parametrize(
    "words",
    [
        Words("{subject}", "{number}"),  # a subject that this message does not have
        Words("{number}", "{waiting}"),  # nothing left to read
        Words("{number}", "{0} {gone}"),  # written by other hands than the desk's
    ],
)
def test_a_letter_is_never_empty(words: Words) -> None:
    told = letter("response_given", {"number": 7}, "UTC", "en", {"response_given": words})
    assert told == letter("response_given", {"number": 7}, "UTC", "en")


def test_a_fixed_kind_says_the_desks_words_whatever_is_stored() -> None:
    words = Words("Click here", "Now.")
    for kind in FIXED:
        assert letter(kind, {}, "UTC", "en", {kind: words}) == letter(kind, {}, "UTC", "en")


def test_a_blank_line_parts_paragraphs_and_others_stay() -> None:
    assert paragraphs("One\ntwo\n\n\n  \nthree  \n\n") == ["One\ntwo", "three"]


def test_the_reference_lists_every_kind_with_its_names() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \|$", TEXT, re.M)
    assert [kind for kind, _, _ in rows] == list(SHAPES)
    for kind, names, needed in rows:
        shape = SHAPES[kind]
        assert tuple(re.findall(r"`\{(\w+)\}`", names)) == shape.names, kind
        groups = tuple(tuple(re.findall(r"`\{(\w+)\}`", part)) for part in needed.split(",") if "{" in part)
        assert groups == shape.required, kind


def test_the_reference_says_what_every_name_becomes_and_which_kinds_are_fixed() -> None:
    said = re.findall(r"^\| `\{(\w+)\}` \| ([^|]+) \|$", TEXT, re.M)
    assert [name for name, _ in said] == sorted({name for shape in SHAPES.values() for name in shape.names})
    assert {name for name, text in said if "or nothing" in text} == OPTIONAL
    fixed = TEXT.partition("## Always the desk's words")[2]
    assert set(re.findall(r"`(\w+)`", fixed)) == FIXED
