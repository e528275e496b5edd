"""Severity by agreement: proposed, accepted, rejected, lapsed, withdrawn; clocks by clock.md 7."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_acts import HOUR, ago, case_of, entries, file, kinds, period, sound, sql
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case
from garant.cases.models_talk import SeverityProposal
from garant.cases.queries import verify
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.journal import queries as journal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def refused(code: str) -> object:
    """Expect a refusal of that code that names rule and remedy."""
    return pytest.raises(Refusal, match=rf"^{code} \(rule: \w+; remedy: \w+\)$")


def propose(cast: Cast, number: int, severity: str = "2", **more: object) -> object:
    return cases.propose_severity(
        by=cast.actor("agent"),
        number=number,
        severity=severity,
        reason="A workaround holds.",
        **more,  # type: ignore[arg-type]
    )


def let_lapse(number: int) -> None:
    """Move the case's proposal two weeks into the past, journal and row alike, as if nobody had answered since."""
    row = SeverityProposal.objects.get(case__number=number, state="open")
    early = row.proposed_at - timedelta(days=14)
    until = row.lapses_at - timedelta(days=14)
    sql("UPDATE cases_severityproposal SET proposed_at = %s, lapses_at = %s WHERE id = %s", early, until, row.pk)
    sql("ALTER TABLE journal_entry DISABLE TRIGGER USER")
    sql(
        "UPDATE journal_entry SET data = data || jsonb_build_object('lapses_at', %s::text) WHERE subject_kind = 'case'"
        " AND subject_id = %s AND kind = 'severity_change_proposed'", until.isoformat(), row.case_id,
    )  # fmt: skip
    sql("ALTER TABLE journal_entry ENABLE TRIGGER USER")


def test_a_proposal_changes_nothing_until_a_contact_accepts(cast: Cast) -> None:
    number = file(cast, severity="1").number
    due = period(number).due
    propose(cast, number)
    view = case_of(cast, number, "contact_gold")
    assert (view.severity, view.next_due) == ("1", due)
    assert view.proposal is not None
    assert view.proposal.due_if_accepted is not None
    promised = view.proposal.due_if_accepted
    assert {"answer_proposal"} <= view.can
    assert "answer_proposal" not in case_of(cast, number).can
    done = cases.accept_severity(by=cast.actor("contact_gold"), number=number, proposal_id=view.proposal.id)
    assert done.severity == "2"
    # Lowered: due = max(old due, period start + new target), which the page had foretold.
    assert done.due == promised == max(due, promised) == period(number).due
    assert kinds(number) == ["case_opened", "severity_change_proposed", "severity_proposal_accepted"]
    sound()


def test_the_reason_is_kept_and_both_sides_read_it(cast: Cast) -> None:
    number = file(cast).number
    propose(cast, number)
    for who in ("agent", "contact_gold", "viewer_gold"):
        view = case_of(cast, number, who)
        assert [(m.kind, m.body) for m in view.messages] == [("reason", "A workaround holds.")]
        assert view.proposal is not None
        assert view.proposal.reason == "A workaround holds."
        assert view.proposal.proposed_by == "agent"


def test_a_rejection_keeps_the_severity_and_its_reason(cast: Cast) -> None:
    number = file(cast).number
    due = period(number).due
    propose(cast, number)
    with refused("text_missing"):
        cases.reject_severity(by=cast.actor("contact_gold"), number=number, reason="  ")
    done = cases.reject_severity(by=cast.actor("contact_gold"), number=number, reason="It lost rows again.")
    assert (done.severity, done.due) == ("1", due)
    row = SeverityProposal.objects.get(case__number=number)
    assert (row.state, row.answer) == ("rejected", "It lost rows again.")
    sound()


def test_a_proposal_lapses_after_two_business_days_with_the_severity_unchanged(cast: Cast) -> None:
    number = file(cast).number
    propose(cast, number)
    row = SeverityProposal.objects.get(case__number=number)
    assert row.lapses_at is not None
    # Two days of eleven open hours each, Denver, never over a weekend or a holiday by chance shorter than that.
    assert timedelta(days=1) < row.lapses_at - row.proposed_at < timedelta(days=9)
    assert cases.lapse_proposals() == 0
    let_lapse(number)
    assert case_of(cast, number).proposal is None  # what is over is shown as over, before any sweep
    with refused("proposal_lapsed"):
        cases.accept_severity(by=cast.actor("contact_gold"), number=number)
    assert cases.lapse_proposals() == 1
    assert cases.lapse_proposals() == 0
    row.refresh_from_db()
    assert row.state == "lapsed"
    assert Case.objects.get(number=number).severity == "1"
    assert kinds(number)[-1] == "severity_proposal_lapsed"
    assert entries(number)[-1].at == row.lapses_at
    with refused("nothing_proposed"):
        cases.accept_severity(by=cast.actor("contact_gold"), number=number)
    propose(cast, number, "3")
    sound_but_for_the_moved_seal()


def sound_but_for_the_moved_seal() -> None:
    """The journal was edited by hand in these tests; nothing else may differ."""
    assert [d for d in verify().differences if d.field != "seal"] == []


def test_a_vendors_change_asked_for_by_the_contact_is_in_force_at_once(cast: Cast) -> None:
    number = file(cast).number
    done = propose(cast, number, "2", asked_by=cast.people["contact_gold"])
    assert done.severity == "2"  # type: ignore[attr-defined]
    entry = entries(number)[-1]
    assert entry.kind == "severity_changed"
    assert entry.data["asked_by"] == cast.people["contact_gold"]
    assert entry.data["agreed_by"] == "contact"
    told = [n for n in journal.notices(viewer=cast.viewer("contact_gold")).rows if n.kind == "severity_changed"]
    assert len(told) == 1  # whoever is named hears of it
    for stranger in ("contact_silver", "viewer_gold", "agent"):
        with refused("not_authorized_contact"):
            propose(cast, number, "3", asked_by=cast.people[stranger])
    sound()


def test_a_contact_lowers_and_raises_at_once(cast: Cast) -> None:
    number = file(cast, severity="2").number
    contact = cast.actor("contact_gold")
    assert cases.change_severity(by=contact, number=number, severity="3", reason="It can wait.").severity == "3"
    later = period(number).due
    raised = cases.change_severity(by=contact, number=number, severity="1", reason="Everybody is stopped.")
    assert raised.severity == "1"
    assert raised.due is not None
    assert raised.due <= later
    assert abs(raised.due - (raised.at + 4 * HOUR)) < timedelta(seconds=1)
    with refused("severity_is_the_same"):
        cases.change_severity(by=contact, number=number, severity="1", reason="Again")
    sound()


def test_sev_01_twenty_raised_cases_keep_who_when_and_why_and_the_vendor_may_answer(cast: Cast) -> None:
    contact = cast.actor("contact_gold")
    numbers = [file(cast, severity="3").number for _ in range(20)]
    for number in numbers:
        with refused("text_missing"):
            cases.raise_severity(by=contact, number=number, severity="1", reason="")
        cases.raise_severity(by=contact, number=number, severity="1", reason="Payroll stands still.")
    for number in numbers:
        view = case_of(cast, number)
        row = next(row for row in view.history if row.kind == "severity_changed")
        assert (row.actor, row.data["from"], row.data["severity"]) == ("contact gold", "3", "1")
        assert view.messages[-1].body == "Payroll stands still."
    with refused("severity_needs_agreement"):
        cases.raise_severity(by=cast.actor("agent"), number=numbers[0], severity="1", reason="No")
    propose(cast, numbers[0], "3")
    assert case_of(cast, numbers[0]).severity == "1"
    sound()


def test_a_contacts_own_change_takes_back_what_was_proposed(cast: Cast) -> None:
    number = file(cast, severity="2").number
    propose(cast, number, "3")
    cases.raise_severity(by=cast.actor("contact_gold"), number=number, severity="1", reason="Worse now.")
    assert SeverityProposal.objects.get(case__number=number).state == "withdrawn"
    with refused("nothing_proposed"):
        cases.accept_severity(by=cast.actor("contact_gold"), number=number)
    sound()


@pytest.mark.parametrize("end", ["resolve", "merge"])
def test_a_case_that_ends_takes_its_proposal_with_it(cast: Cast, end: str) -> None:
    number, other = file(cast).number, file(cast).number
    propose(cast, number)
    if end == "resolve":
        cases.resolve(by=cast.actor("agent"), number=number, body="Solved.")
    else:
        cases.merge_case(by=cast.actor("agent"), number=number, into=other)
    assert SeverityProposal.objects.get(case__number=number).state == "withdrawn"
    sound()


def test_one_proposal_at_a_time_and_withdrawn_by_the_vendor(cast: Cast) -> None:
    number = file(cast).number
    propose(cast, number, "2", once="a" * 16)
    propose(cast, number, "2", once="a" * 16)
    with refused("already_proposed"):
        propose(cast, number, "3")
    cases.withdraw_severity(by=cast.actor("second_agent"), number=number)
    assert case_of(cast, number).proposal is None
    with refused("severity_is_the_same"):
        propose(cast, number, "1")
    with refused("severity_not_in_tier"):
        propose(cast, number, "9")
    sound()


def test_who_may_propose_and_who_may_answer(cast: Cast) -> None:
    number = file(cast).number
    for who in ("contact_gold", "viewer_gold"):
        with refused("not_allowed"):
            cases.propose_severity(by=cast.actor(who), number=number, severity="2", reason="Mine")
    propose(cast, number)
    for who in ("agent", "manager", "viewer_gold"):
        with refused("not_allowed"):
            cases.accept_severity(by=cast.actor(who), number=number)
    for who in ("contact_silver", "nobody"):
        with pytest.raises(NotFound):
            cases.accept_severity(by=cast.actor(who), number=number)
    assert Case.objects.get(number=number).severity == "1"


def test_idor_02_a_proposal_is_answered_under_its_own_case_only(cast: Cast) -> None:
    mine, other, foreign = file(cast).number, file(cast).number, file(cast, "silver").number
    propose(cast, foreign)
    propose(cast, other, "3")
    ids = dict(SeverityProposal.objects.values_list("case__number", "pk"))
    for proposal in (ids[foreign], ids[other]):
        with pytest.raises(NotFound):
            cases.accept_severity(by=cast.actor("contact_gold"), number=mine, proposal_id=proposal)
    assert not SeverityProposal.objects.exclude(state="open").exists()


def test_nobody_agrees_with_themselves(cast: Cast) -> None:
    """An agent who is also a contact proposes, and can't accept."""
    from garant.core.people import SYSTEM
    from garant.directory import operations as directory

    directory.give_role(
        by=SYSTEM, person_id=cast.people["agent"], role="contact", subscriber_id=cast.subscribers["gold"]
    )
    number = file(cast).number
    propose(cast, number)
    with refused("not_allowed"):
        cases.accept_severity(by=Actor("person", cast.people["agent"]), number=number)
    assert SeverityProposal.objects.get(case__number=number).state == "open", "a contact may still answer it"


def test_verify_finds_a_proposal_that_was_edited(cast: Cast) -> None:
    number = file(cast, at=ago(minutes=1)).number
    propose(cast, number)
    sound()
    SeverityProposal.objects.update(state="accepted")
    (found,) = verify().differences
    assert found.field.startswith("proposal ")
    assert found.case == number
