"""The case that a message opened, once nothing holds it any more."""

from __future__ import annotations

from garant.cases.models import Case
from garant.cases.models_mail import StoredMail
from garant.cases.operations_assigning import give_out
from garant.directory.queries import language_of
from garant.journal.operations import put_notice


def settle_opened(case: Case, reason: str) -> None:
    """Say of the message that it has done what it was for."""
    StoredMail.objects.filter(case=case, opens=True, outcome="held").update(outcome="case_opened", reason=reason)


def counts_now(number: int) -> None:
    """What was put off while nobody knew whether the contact wrote it: the acknowledgement, and giving the case out."""
    case = Case.objects.get(number=number)
    if case.assignee_id is None:
        give_out(case, case.received_at)
    put_notice(
        once=f"case_received:{case.pk}", kind="case_received", person_id=case.opened_by_id,
        language=language_of(case.opened_by_id), subject=("case", case.pk), subscriber_id=case.subscriber_id,
        data={
            "number": case.number, "subject": case.subject, "severity": case.severity, "held": case.held_reason or None,
            "ask": "", "due": case.next_due.isoformat() if case.next_due else None,
        },
    )  # fmt: skip
