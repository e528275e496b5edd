"""`garant ask`: the situations of fact sheets under the reference programme."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sheet_cast import ROOT, SHARED, ask, lines, run, shipped

from garant.core.situations import Unanswerable, answer

RECEIVED = "2026-11-16T08:00:00-07:00"  # a Monday


def case(**facts: Any) -> dict[str, Any]:
    return {"tier": "gold", "severity": "2", "received": RECEIVED, **facts}


def event(at: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"at": f"2026-11-{at}:00-07:00", "type": kind, **more}


def due(situation: dict[str, Any]) -> Any:
    return answer("due", situation, shipped()).fields["due"]


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, str) and "T" in expected:
        return isinstance(found, str) and datetime.fromisoformat(found) == datetime.fromisoformat(expected)
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    return bool(found == expected)


#: Fields of `expected` that are prose for people or belong to rules that are not in force yet.
PROSE = {
    "to",
    "pool",
    "explanation_names",
    "after_the_wait",
    "state_at_receipt",
    "next_follow_up",
    "initial_response_clock",
}
SHEETS = ("reference", "red-hat", "atlassian", "aws-support")


def golden() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name in SHEETS:
        path = SHARED / "programmes" / f"{name}.json"
        if path.is_file():
            sheet = json.loads(path.read_text(encoding="utf-8"))
            found += [(name, item) for item in sheet["golden"] if item["ask"] not in ("attainment", "fee")]
    return found


@pytest.mark.skipif(not golden(), reason="the fact sheets lie beside the repository, and are not there")
@pytest.mark.parametrize(("name", "item"), golden(), ids=lambda part: part["id"] if isinstance(part, dict) else "")
def test_golden_cases_of_the_fact_sheets(name: str, item: dict[str, Any]) -> None:
    found = answer(item["ask"], item["situation"], shipped(name)).fields
    for key, value in item["expected"].items():
        if key in PROSE or (key == "offer" and item["id"] == "atlassian-15"):  # its rows have codes of their own
            continue
        assert same(found.get(key), value), (key, found)


def test_the_sample_sheet_is_answered_line_by_line() -> None:
    found = run("ask", "--programme", "reference", str(ROOT / "samples" / "ask.json"))
    assert found.exit_code == 0, found.output
    told = {line["id"]: line for line in lines(found)}
    assert list(told) == ["thanksgiving", "night", "empty-cell", "suspended", "japan", "weekly", "no-phone"]
    assert told["thanksgiving"]["due"] == "2026-11-27T15:00:00-07:00"
    assert told["empty-cell"]["promise"] == "none"
    assert told["weekly"]["due_dates"] == ["2026-12-24T17:00:00-07:00"]
    assert told["no-phone"] | {"offer": ["mail", "web"], "reason": "channel_not_in_region"} == told["no-phone"]


def test_every_due_time_is_explained_in_words(tmp_path: Path) -> None:
    told = ask(tmp_path, {"tier": "silver", "severity": "2", "received": "2026-11-25T16:00:00-07:00"})[0]["explanation"]
    for words in (
        "received Wednesday 25 November 16:00", "10 hours for severity 2 in Silver",
        "business hours 07:00-18:00 America/Denver", "2 h Wednesday", "holiday Thanksgiving Day", "8 h Friday",
        "no pauses", "due Friday 27 November 15:00",
    ):  # fmt: skip
        assert any(words in line for line in told), (words, told)


def test_an_empty_cell_is_no_promise_and_says_so(tmp_path: Path) -> None:
    told = ask(tmp_path, {"tier": "standard", "severity": "1", "received": RECEIVED})[0]
    assert (told["due"], told["promise"], told["reason"]) == (None, "none", "no_response_target")
    assert told["explanation"] == ["No response time is promised."]


def test_while_waiting_on_the_customer_nothing_is_owed() -> None:
    found = answer(
        "due", case(metric="follow_up", events=[event("16T09:00", "response", waiting_on_customer=True)]), shipped()
    ).fields
    assert (found["due"], found["promise"], found["reason"]) == (None, "target", "waiting_on_customer")


def test_a_follow_up_is_owed_only_after_an_answer() -> None:
    found = answer("due", case(metric="follow_up"), shipped()).fields
    assert (found["due"], found["reason"]) == (None, "no_response_yet")


def test_after_resolution_no_follow_up_is_owed() -> None:
    events = [event("16T09:00", "response"), event("16T10:00", "resolve")]
    found = answer("due", case(metric="follow_up", events=events), shipped()).fields
    assert (found["due"], found["reason"]) == (None, "resolved")


def test_a_suspended_account_is_held_until_reinstatement() -> None:
    found = answer("due", case(account="suspended"), shipped()).fields
    assert (found["due"], found["state"], found["held_reason"]) == (None, "held", "standing")
    later = due(case(account="suspended", events=[event("17T08:00", "reinstate")]))
    assert same(later, "2026-11-17T16:00:00-07:00")


def test_a_request_type_brings_its_severity() -> None:
    assert same(due({"tier": "gold", "request_type": "data_import", "received": RECEIVED}), "2026-11-16T16:00:00-07:00")
    assert same(due({"tier": "gold", "request_type": "question", "received": RECEIVED}), "2026-11-17T09:00:00-07:00")
    assert same(due({"tier": "gold", "received": RECEIVED}), "2026-11-17T09:00:00-07:00")


def test_a_vendors_change_counts_from_the_agreement_only() -> None:
    change = event("16T09:00", "severity_change", to="1", by="vendor")
    assert same(due(case(events=[change])), "2026-11-16T16:00:00-07:00")
    agreed = {**change, "agreed_at": "2026-11-16T10:00:00-07:00", "agreed_by": "contact"}
    assert same(due(case(events=[agreed])), "2026-11-16T14:00:00-07:00")
    lapsed = {**change, "agreed_at": "2026-11-19T10:00:00-07:00", "agreed_by": "contact"}
    assert same(due(case(severity="3", events=[lapsed])), "2026-11-17T09:00:00-07:00")


def test_an_accepted_proposal_acts_and_a_rejected_one_does_not() -> None:
    proposed = event("16T09:00", "severity_change_proposed", to="1", by="vendor")
    for answered, expected in (("proposal_accepted", "2026-11-16T13:30:00-07:00"), ("proposal_rejected", None)):
        events = [proposed, event("16T09:30", answered, by="contact")]
        assert same(due(case(events=events)), expected or "2026-11-16T16:00:00-07:00")


def test_quotas_count_what_is_reserved() -> None:
    facts = {"tier": "platinum", "ledger": "services_days", "worked": 8, "reserved": 1.5}
    assert answer("quota", {**facts, "request": 0.5}, shipped()).fields["accepted"] is True
    assert answer("quota", {**facts, "request": 1}, shipped()).fields["reason"] == "quota_exhausted"


def test_the_last_contact_place_is_given_once() -> None:
    for active, accepted in ((2, True), (3, False)):
        found = answer("quota", {"tier": "gold", "contacts_active": active, "request": "add_contact"}, shipped()).fields
        assert (found["accepted"], found["limit"]) == (accepted, 3)


@pytest.mark.parametrize(
    ("how", "situation", "said"),
    [
        ("due", case(colour="red"), "unknown key 'colour'"),
        ("due", case(tier="diamond"), "tier: unknown word 'diamond'"),
        ("due", case(severity="4"), "severity: unknown word '4'"),
        ("due", case(severity=2), "severity: unknown word '2'"),
        ("due", case(region="mars"), "region: unknown word 'mars'"),
        ("due", case(metric="joy"), "metric: unknown word 'joy'"),
        ("due", case(received="2026-11-16T08:00:00"), "offset"),
        ("due", case(received="soon"), "not a time"),
        ("due", case(received=None), "received is missing"),
        ("due", {"severity": "2", "received": RECEIVED}, "tier is missing"),
        ("due", case(events=[event("16T09:00", "sneeze")]), "type: unknown word 'sneeze'"),
        ("due", case(events=[event("16T07:00", "response")]), "lies before the receipt"),
        ("due", case(events=[event("16T09:00", "severity_change")]), "to is needed"),
        ("due", case(events=[event("16T09:00", "response", mood="good")]), "unknown key 'mood'"),
        ("due", case(events="none"), "events: expected a list"),
        ("due", case(account="rich"), "account: unknown word 'rich'"),
        ("due", case(sender="cousin"), "sender: unknown word 'cousin'"),
        ("due", case(customer_zone="Mars/Olympus"), "customer_zone: unknown zone"),
        ("due", {"tier": "platinum", "deliverable": "weekly_update", "weeks": ["soon"]}, "weeks: expected dates"),
        ("due", {"tier": "platinum", "deliverable": "daily_update", "weeks": []}, "deliverable: unknown word"),
        ("fee", case(), "ask: 'fee' is not answered"),
        ("due", "gold", "situation: expected an object"),
        ("quota", {"tier": "gold", "ledger": "services_days", "request": "many"}, "request: unknown word"),
        ("quota", {"tier": "gold", "ledger": "services_days", "request": -1}, "request: out of range"),
        ("quota", {"tier": "gold", "request": "add_contact"}, "contacts_active is missing"),
    ],
)
def test_what_it_does_not_know_is_an_error(how: str, situation: Any, said: str) -> None:
    with pytest.raises(Unanswerable) as found:
        answer(how, situation, shipped())
    assert said in str(found.value)


def test_one_bad_line_leaves_the_others_and_ends_with_1(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.json"
    golden = [{"id": "good", "ask": "due", "situation": case()}, {"id": "bad", "ask": "due", "situation": case(x=1)}, 7]
    sheet.write_text(json.dumps({"golden": golden}), encoding="utf-8")
    found = run("ask", "--programme", "reference", str(sheet))
    assert found.exit_code == 1
    told = lines(found)
    assert [line["id"] for line in told] == ["good", "bad", None]
    assert ["error" in line for line in told] == [False, True, True]


def test_it_reads_id_ask_and_situation_only(tmp_path: Path) -> None:
    item = {"id": "a", "ask": "due", "situation": case(), "expected": {"due": "1999-01-01T00:00:00Z"}, "compute": 3}
    (tmp_path / "with.json").write_text(json.dumps({"golden": [item]}), encoding="utf-8")
    bare = {key: item[key] for key in ("id", "ask", "situation")}
    (tmp_path / "bare.json").write_text(json.dumps({"golden": [bare]}), encoding="utf-8")
    printed = [
        run("ask", "--programme", "reference", str(tmp_path / name)).stdout for name in ("with.json", "bare.json")
    ]
    assert printed[0] == printed[1]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"golden": 3}', "\x00", '{"golden": [NaN]}', "[" * 100_000])
def test_a_sheet_that_is_none_ends_with_2_and_one_line(tmp_path: Path, text: str) -> None:
    sheet = tmp_path / "sheet.json"
    sheet.write_text(text, encoding="utf-8")
    found = run("ask", "--programme", "reference", str(sheet))
    assert found.exit_code == 2
    assert found.stdout == ""
    assert len(found.stderr.strip().splitlines()) == 1


def test_an_unknown_programme_ends_with_2(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.json"
    sheet.write_text('{"golden": []}', encoding="utf-8")
    found = run("ask", "--programme", "nowhere", str(sheet))
    assert (found.exit_code, found.stdout) == (2, "")
    assert "programmes/nowhere.yaml" in found.stderr
