"""Every notice that the code writes has its words, in English and in French."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sheet_cast import ROOT

from garant.wording.letters import KINDS, MANDATORY, letter, part

SOURCES = ROOT / "src" / "garant"
WRITERS = {"NewNotice", "put_notice", "tell", "_tell"}
AT = datetime(2026, 11, 27, 22, 0, tzinfo=UTC).isoformat()
#: Values of every name that a notice may hold.
DATA = {
    "number": 100234, "subject": "Import drops rows", "severity": "1", "from": "2", "metric": "initial_response",
    "level": 1, "due": AT, "problem": "ValueError", "subscriber": "Aurora Rail", "slug": "aurora-rail", "ref": 100777,
    "lapses_at": AT, "answer": "accepted", "closes": AT, "days": 14, "what": "response_given", "name": "Maren",
    "organisation": "Aurora Rail", "inviter": "Ines", "reference": "AUR-1", "role": "contact", "purpose": "replace",
    "expires": AT, "until": AT, "left": "1.5", "ends": "2026-12-31", "at": AT, "body": "One.\n\nTwo.", "waiting": True,
    "acknowledge_by": AT, "count": 12, "missed": 11, "roles": ["agent"], "rota": "Nights", "code": "nights",
    "cases": [{"number": 100234, "severity": "1", "metric": "follow_up", "level": 1, "trigger": "missed"}],
    "items": [{"kind": "case_received", "data": {"number": 1, "severity": "1"}, "subscriber": 1}],
}  # fmt: skip
#: Kinds made of a code: what stands for the braces comes from core or from a room's table.
MADE = {"target_{}": ("target_near", "target_missed"), "standing_{}_proposed": ("standing_suspend_proposed",
        "standing_reinstate_proposed")}  # fmt: skip


#: Kinds that a function passes on from the fact it tells of.
PASSED_ON = {
    "_tell_contact": ("response_given", "case_resolved"),
    "_notices_for": ("target_near", "target_missed", "case_aged", "case_escalated", "escalation_repeated",
                     "escalation_handed_over"),
}  # fmt: skip


def data(kind: str) -> dict[str, object]:
    """Values for a kind: `from` is a severity, or an instant in what is told about a place or a rota; `code` is a
    reason of a refusal where a mail was refused."""
    if kind == "mail_refused":
        return {**DATA, "code": "which_organisation"}
    return {**DATA, "from": AT} if kind.startswith(("contact_", "stand_in_", "rota_")) else DATA


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every call in the rooms and in the settings that writes a notice, with the function it stands in."""
    for path in sorted([*SOURCES.glob("*/*.py"), *SOURCES.glob("*/*/*.py")]):
        if path.relative_to(SOURCES).parts[0] in ("core", "wording", "kit"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
                if isinstance(node, ast.Call) and name in WRITERS:
                    yield path.relative_to(SOURCES).as_posix(), node, function.name


def kinds_in(path: str, call: ast.Call, function: str) -> Iterator[str]:
    """The kinds that a call names; a name that is passed on is found where it is given."""
    named = [word.value for word in call.keywords if word.arg == "kind"]
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if not named and name in ("tell", "_tell"):
        named = [each for each in call.args if _kind_like(each)][:1]
    if function in PASSED_ON:
        yield from PASSED_ON[function]
    for value in named:
        if isinstance(value, ast.Constant):
            yield str(value.value)
        elif isinstance(value, ast.JoinedStr):
            made = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in value.values)
            yield from MADE[made]
        else:
            assert function in ("tell", "_tell", *PASSED_ON), (
                path, ast.unparse(call), function)  # fmt: skip


def _kind_like(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.replace("_", "").isalpha()


def written() -> set[str]:
    return {kind for path, call, function in calls() for kind in kinds_in(path, call, function)}


def test_every_kind_that_rooms_write_has_sentences() -> None:
    found = written()
    assert len(found) > 20, found
    assert {"target_missed", "case_received", "contact_invited", "response_given", "password_reset"} <= found
    assert found - KINDS == set()


def test_the_walk_finds_a_kind_without_sentences(tmp_path: Path) -> None:
    """Negative control: a new notice without words is a finding."""
    call = ast.parse('put_notice(once="x", kind="comet_seen")').body[0].value  # type: ignore[attr-defined]
    assert set(kinds_in("x.py", call, "see")) - KINDS == {"comet_seen"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_letter_is_whole_in_english_and_french(kind: str) -> None:
    english, french = (letter(kind, data(kind), "Europe/Paris", language) for language in ("en", "fr"))
    for told in (english, french):
        assert told.subject
        assert told.paragraphs
        assert not any("{" in text or "None" in text for text in (told.subject, *told.paragraphs, told.action))
    assert bool(english.page) == bool(english.action)
    assert (english.page, len(english.paragraphs)) == (french.page, len(french.paragraphs))
    if kind != "plain_mail":
        assert english.subject != french.subject
        assert english.paragraphs[-1] != french.paragraphs[-1]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_letter_does_not_fail_on_a_notice_that_holds_little(kind: str) -> None:
    if kind != "allotment_ending":  # which is nothing without its day
        assert letter(kind, {"number": 1}, "UTC", "en").subject or kind == "plain_mail"


def test_what_nobody_may_switch_off_belongs_to_no_part_of_the_settings() -> None:
    assert MANDATORY <= KINDS
    assert {part(kind) for kind in MANDATORY} == {""}
    assert {part(kind) for kind in KINDS - MANDATORY} == {"cases", "contract"}
    assert part("comet_seen") == ""


def test_each_change_of_an_account_has_a_sentence_of_its_own() -> None:
    """The templates of the accounts library that tell of a change, by what it calls them."""
    import allauth

    folder = Path(allauth.__file__).parent / "templates"
    found = {
        path.name.removesuffix("_message.txt")
        for part_ in ("account/email", "mfa/email")
        for path in (folder / part_).glob("*_message.txt")
        if "base_notification" in path.read_text()
    }
    assert {"password_changed", "totp_activated", "webauthn_added"} <= found
    said = {what: letter("security_changed", {"what": what}, "UTC", "en").paragraphs[0] for what in found}
    # Addresses are changed by the vendor here, and no code is mailed for signing in.
    silent = {"email_changed", "email_confirm", "email_deleted", "login_code", "password_reset_code"}
    unknown = letter("security_changed", {"what": "x"}, "UTC", "en").paragraphs[0]
    assert {what for what, text in said.items() if text == unknown} <= silent
