"""Severity by agreement: the vendor proposes, an authorized contact accepts or rejects, else the proposal lapses.

What a contact asks for is in force at once. Clocks follow clock.md 7; reasons are messages that both sides read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from garant.cases.acting import Act, acting, upon
from garant.cases.consequences import lapse, tell
from garant.cases.models import Case
from garant.cases.models_talk import SeverityProposal
from garant.cases.repeating import repeatable
from garant.cases.terms import open_severities
from garant.cases.texts import cleaned
from garant.cases.views import Done
from garant.contracts.queries_terms import hold_calendars
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import right
from garant.core.severities import lapse as lapse_of
from garant.directory import queries as directory
from garant.journal import operations as journal

__all__ = ["accept_severity", "change_severity", "lapse_proposals", "propose_severity", "reject_severity",
           "withdraw_severity"]  # fmt: skip

#: Proposals taken in one sweep's round.
BATCH = 200


def propose_severity(
    *,
    by: Actor,
    number: int,
    severity: str,
    reason: str,
    asked_by: int | None = None,
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Propose another severity as the vendor: nothing changes until an authorized contact accepts (clock.md 7).

    `asked_by`: the contact who asked for it, by phone or in a message; the change is then in force at once, and that
    contact is told. Where the programme lets the vendor decide it is in force at once too; Refusal
    `severity_needs_agreement` where it lets the vendor change nothing, `already_proposed` while one waits.
    """
    asked = {"number": number, "severity": severity, "reason": reason, "asked_by": asked_by}

    def act_on() -> Done:
        with acting(name="propose_severity", by=by, number=number, at=at) as act:
            _check_level(act, severity)
            way = act.terms.programme(act.case.package_key).severity_change.vendor_change
            if asked_by is not None:
                _in_force(act, severity, reason, "contact", asked_by)
            elif way == "at_once":
                _in_force(act, severity, reason, "programme", None)
            elif way == "refused":
                raise Refusal("severity_needs_agreement", "severity_set_by_contact", "ask_the_contact")
            else:
                _propose(act, severity, reason)
        return act.done()

    return repeatable("propose_severity", by, once, asked, act_on)


def _check_level(act: Act, severity: str) -> None:
    levels = open_severities(act.terms, act.case.package_key)
    if severity not in levels:
        raise Refusal("severity_not_in_tier", "severities_of_the_package", "use_offered_severity", {"offered": levels})
    if severity == act.case.severity:
        raise Refusal("severity_is_the_same", "a_change_changes", "choose_other_severity", {"severity": severity})


def _in_force(act: Act, severity: str, reason: str, agreed_by: str, asked_by: int | None) -> None:
    """Change it by agreement, now."""
    if asked_by is not None and not _is_contact(asked_by, act.case.subscriber_id):
        raise Refusal("not_authorized_contact", "only_authorized_contacts", "ask_the_contact", {"person": asked_by})
    said = act.say("reason", reason, field="reason")
    named = {} if asked_by is None else {"asked_by": asked_by}
    data = {"severity": severity, "from": act.case.severity, "by": "vendor", "agreed_by": agreed_by}
    entry = act.record("severity_changed", {**said, **data, "agreed_at": act.at.isoformat(), **named})
    told = act.case.opened_by_id if asked_by is None else asked_by
    values = {"severity": severity, "from": data["from"], "agreed_by": agreed_by}
    tell(act.case, [told], "severity_changed", f"severity_changed:{entry.id}", values)


def _is_contact(person_id: int, subscriber_id: int) -> bool:
    """Whether the change is this person's to agree to; never staff's, whatever else they are."""
    viewer = directory.viewer_of(person_id)
    return not viewer.is_staff and right("answer_proposal").allows(viewer, subscriber_id)


def _propose(act: Act, severity: str, reason: str) -> None:
    case = act.case
    open_one = SeverityProposal.objects.filter(case=case, state="open").first()
    if open_one is not None and open_one.lapses_at is not None and act.at > open_one.lapses_at:
        lapse(act, open_one)
    elif open_one is not None:
        raise Refusal("already_proposed", "one_proposal_at_a_time", "withdraw_first", {"severity": open_one.severity})
    until = lapse_of(act.terms, case.package_key, (case.severity, severity), act.at)
    row = SeverityProposal.objects.create(
        case=case,
        subscriber_id=case.subscriber_id,
        severity=severity,
        previous=case.severity,
        reason=cleaned(reason, field="reason"),
        proposed_by_id=act.person,
        proposed_at=act.at,
        lapses_at=until,
    )
    said = act.say("reason", reason, field="reason")
    data: dict[str, Any] = {**said, "proposal": row.pk, "severity": severity, "from": case.severity, "by": "vendor"}
    if until is not None:
        data["lapses_at"] = until.isoformat()
    act.record("severity_change_proposed", data)
    people = directory.people_with("contact", case.subscriber_id) | {case.opened_by_id}
    values = {"severity": severity, "from": case.severity, "lapses_at": until.isoformat() if until else None}
    tell(case, sorted(people), "severity_change_proposed", f"severity_change_proposed:{row.pk}", values)


def accept_severity(
    *, by: Actor, number: int, proposal_id: int | None = None, once: str | None = None, at: datetime | None = None
) -> Done:
    """Agree to the open proposal as an authorized contact: it is in force from now (clock.md 7).

    `proposal_id`: the one that was shown; another or none open: Refusal `nothing_proposed`. One whose time is over:
    Refusal `proposal_lapsed`.
    """

    def act_on() -> Done:
        with acting(name="answer_proposal", by=by, number=number, at=at) as act:
            row = _open(act, proposal_id)
            _answered(act, row, "accepted")
            data = {"proposal": row.pk, "severity": row.severity, "from": row.previous, "by": "contact"}
            act.record("severity_proposal_accepted", data)
            _tell_vendor(act, row, "accepted")
        return act.done()

    return repeatable("accept_severity", by, once, {"number": number, "proposal": proposal_id}, act_on)


def reject_severity(
    *,
    by: Actor,
    number: int,
    reason: str,
    proposal_id: int | None = None,
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Reject the open proposal as an authorized contact, with the reason: the severity stays as it is."""

    def act_on() -> Done:
        with acting(name="answer_proposal", by=by, number=number, at=at) as act:
            row = _open(act, proposal_id)
            said = act.say("reason", reason, field="reason")
            _answered(act, row, "rejected", cleaned(reason, field="reason"))
            act.record("severity_proposal_rejected", {**said, "proposal": row.pk, "by": "contact"})
            _tell_vendor(act, row, "rejected")
        return act.done()

    asked = {"number": number, "proposal": proposal_id, "reason": reason}
    return repeatable("reject_severity", by, once, asked, act_on)


def withdraw_severity(*, by: Actor, number: int, once: str | None = None, at: datetime | None = None) -> Done:
    """Take the open proposal back as the vendor. Refusal `nothing_proposed` without one."""

    def act_on() -> Done:
        with acting(name="withdraw_proposal", by=by, number=number, at=at) as act:
            row = _open(act, None)
            _answered(act, row, "withdrawn")
            act.record("severity_proposal_withdrawn", {"proposal": row.pk, "cause": "vendor"})
        return act.done()

    return repeatable("withdraw_severity", by, once, {"number": number}, act_on)


def change_severity(
    *, by: Actor, number: int, severity: str, reason: str, once: str | None = None, at: datetime | None = None
) -> Done:
    """Change a case's severity as its contact, up or down: in force at once (clock.md 7).

    Refusal `severity_fixed_after_creation` where the programme lets contacts change nothing after filing.
    """

    def act_on() -> Done:
        with acting(name="raise_severity", by=by, number=number, at=at) as act:
            _check_level(act, severity)
            if act.terms.programme(act.case.package_key).severity_change.contact_change != "at_once":
                raise Refusal("severity_fixed_after_creation", "severity_is_fixed", "ask_the_engineer")
            said = act.say("reason", reason, field="reason")
            act.record("severity_changed", {**said, "severity": severity, "from": act.case.severity, "by": "contact"})
        return act.done()

    return repeatable("change_severity", by, once, {"number": number, "severity": severity, "reason": reason}, act_on)


def lapse_proposals(*, limit: int = BATCH) -> int:
    """End every proposal whose time is over, for the sweeper; returns how many that were.

    A case that somebody works on is skipped: their act or the next round ends it. What an act in the meantime reads
    is right without this: core's clock knows a lapsed proposal by its time.
    """
    done = 0
    while True:
        ended = _lapse_some(limit)
        done += ended
        if ended < limit:
            return done


def _lapse_some(limit: int) -> int:
    with transaction.atomic():
        due = SeverityProposal.objects.filter(state="open", lapses_at__lt=journal.database_now())
        ids = due.order_by("lapses_at").values_list("case_id", flat=True)[:limit]
        cases = list(Case.objects.select_for_update(skip_locked=True).filter(pk__in=list(ids)).order_by("pk"))
        now = hold_calendars()
        ended = 0
        for case in cases:
            # Between the claim and its lock the proposal may have been answered: only a fresh read counts.
            row = SeverityProposal.objects.filter(case=case, state="open", lapses_at__lt=now).first()
            if row is not None:
                _lapse(case, row, now)
                ended += 1
        return ended


def _lapse(case: Case, row: SeverityProposal, now: datetime) -> None:
    act = upon(case, SYSTEM, now)
    lapse(act, row)
    act.settle()
    people = {case.opened_by_id, row.proposed_by_id}
    tell(case, sorted(people), "severity_proposal_lapsed", f"lapsed:{row.pk}", {"severity": row.severity})


def _open(act: Act, proposal_id: int | None) -> SeverityProposal:
    """The case's open proposal: of this case and no other, and still in time."""
    if proposal_id is not None and not SeverityProposal.objects.filter(case=act.case, pk=proposal_id).exists():
        raise NotFound("proposal")
    row = SeverityProposal.objects.filter(case=act.case, state="open").first()
    if row is None or (proposal_id is not None and row.pk != proposal_id):
        raise Refusal("nothing_proposed", "answers_follow_a_proposal", "look_again")
    if row.lapses_at is not None and act.at > row.lapses_at:
        raise Refusal("proposal_lapsed", "proposals_lapse", "change_it_yourself", {"lapsed": row.lapses_at})
    return row


def _answered(act: Act, row: SeverityProposal, state: str, answer: str = "") -> None:
    row.state, row.answered_by_id, row.answered_at, row.answer = state, act.by.id, act.at, answer
    row.save(update_fields=["state", "answered_by", "answered_at", "answer"])


def _tell_vendor(act: Act, row: SeverityProposal, answer: str) -> None:
    people = {row.proposed_by_id} | ({act.case.assignee_id} if act.case.assignee_id else set())
    values = {"severity": row.severity, "answer": answer}
    tell(act.case, sorted(people), "severity_proposal_answered", f"answered:{row.pk}", values)
