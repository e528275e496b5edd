"""What follows from a fact about a case, in the same transaction: a proposal that has lost its case ends, and
followers hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from garant.cases import scope
from garant.cases.models import Case
from garant.cases.models_talk import Follower, SeverityProposal
from garant.directory import queries as directory
from garant.journal.operations_notices import NewNotice, put_notices
from garant.journal.views import EntryView

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from garant.cases.acting import Act

#: After these nothing is left to agree on (core.clocks drops the proposal at the same events).
_ENDS_PROPOSAL = frozenset({"severity_changed", "case_resolved", "case_closed", "case_merged"})
#: What followers hear about; internal notes and assignments are none of it.
HEARD = frozenset({
    "response_given", "customer_message_added", "severity_changed", "severity_proposal_accepted", "case_resolved",
    "case_reopened", "case_closed", "case_merged", "case_escalated",
})  # fmt: skip


def follow(act: Act, entry: EntryView) -> None:
    """Do what follows from an entry just written by an act."""
    if entry.kind in _ENDS_PROPOSAL:
        end_proposal(act, cause=entry.kind)
    if entry.kind in HEARD:
        _tell_followers(act, entry)


def end_proposal(act: Act, *, cause: str) -> None:
    """Take back the open proposal of a case, if there is one: lapsed when its time was over, else withdrawn."""
    row = SeverityProposal.objects.filter(case=act.case, state="open").first()
    if row is None:
        return
    if row.lapses_at is not None and act.at > row.lapses_at:
        lapse(act, row)
        return
    row.state, row.answered_by_id, row.answered_at = "withdrawn", act.by.id, act.at
    row.save(update_fields=["state", "answered_by", "answered_at"])
    act.record("severity_proposal_withdrawn", {"proposal": row.pk, "cause": cause})


def lapse(act: Act, row: SeverityProposal) -> None:
    """End a proposal that nobody answered in time, at the instant at which its time was over."""
    row.state, row.answered_at = "lapsed", row.lapses_at
    row.save(update_fields=["state", "answered_at"])
    act.record("severity_proposal_lapsed", {"proposal": row.pk, "severity": row.severity}, at=row.lapses_at)


def _tell_followers(act: Act, entry: EntryView) -> None:
    people = Follower.objects.filter(case=act.case).order_by("person_id").values_list("person_id", flat=True)
    told = [person for person in people if person != act.by.id]
    said = {"message": entry.data["message"]} if "message" in entry.data else {}
    if told:
        tell(act.case, told, "case_followed", f"followed:{entry.id}", {"what": entry.kind, **said})


def follows(case: Case, person_id: int) -> bool:
    """Whether somebody follows a case, and so hears of what `HEARD` names."""
    return Follower.objects.filter(case=case, person_id=person_id).exists()


def tell(case: Case, people: Iterable[int], kind: str, once: str, data: Mapping[str, Any]) -> None:
    """Put a notice about a case to each of the people who may still see it."""
    viewers = {person: directory.viewer_of(person) for person in people}
    put_notices(
        [
            NewNotice(
                once=f"{once}:{person}",
                kind=kind,
                person_id=person,
                language=viewer.language,
                subject=("case", case.pk),
                subscriber_id=case.subscriber_id,
                data={"number": case.number, "subject": case.subject, **data},
            )
            for person, viewer in viewers.items()
            if scope.visible(viewer).filter(pk=case.pk).exists()
        ]
    )
