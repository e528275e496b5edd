"""What a delivery report does: the person whose mail came back is flagged, and nobody is written to about it but the
managers, when it was a call for somebody."""

from __future__ import annotations

from garant.cases.mail_reading import Reading
from garant.cases.models_mail import StoredMail
from garant.core.people import Viewer
from garant.directory.operations_mail import flag_undeliverable
from garant.directory.queries import people_by_id, staff
from garant.journal.operations_notices import NewNotice, put_notices
from garant.journal.queries import notice_of_message
from garant.journal.views import NoticeRow
from garant.kit.mail_tokens import our_message

_HOUSE = Viewer(staff_roles=frozenset({"manager"}))
#: Notices that call somebody: when one comes back, the managers hear of it.
CALLS = frozenset({
    "target_missed", "target_near", "case_aged", "escalation_repeated", "escalation_handed_over", "escalations_grouped",
    "case_escalated",
})  # fmt: skip


def take_bounce(row: StoredMail, read: Reading) -> None:
    """Bind a delivery report to the message that came back, and flag its reader when it came back for good."""
    notice = _returned(read)
    failure = _failure(read)
    if notice is None or notice.person_id is None or failure is None:
        return
    row.person_id = notice.person_id
    flag_undeliverable(person_id=notice.person_id, problem=failure, notice_id=notice.id)
    if notice.kind in CALLS:
        _tell_managers(row, notice)


def _returned(read: Reading) -> NoticeRow | None:
    """The message that came back; only ids that this desk gave out are known."""
    ours = our_message(read.returned_id)
    return notice_of_message(ours) if ours is not None else None


def _failure(read: Reading) -> str | None:
    """What the other side says, when it says that it will never deliver; None for a delay, and for a success."""
    for one in read.report:
        if one.get("action", "").lower() in ("failed", "expired", "bounced") or one.get("status", "").startswith("5"):
            return " ".join((one.get("diagnostic") or one.get("status") or "failed").split())[:300]
    return None


def _tell_managers(row: StoredMail, notice: NoticeRow) -> None:
    people = people_by_id([notice.person_id] if notice.person_id else [])
    name = next((one.name for one in people.values()), "")
    put_notices(
        [
            NewNotice(
                once=f"mail_bounced:{notice.id}:{one.id}",
                kind="mail_bounced",
                person_id=one.id,
                language=one.language,
                subject=("notice", notice.id),
                subscriber_id=notice.subscriber_id,
                data={**{k: v for k, v in notice.data.items() if k in ("number", "metric", "severity")}, "name": name},
            )
            for one in staff(_HOUSE)
            if "manager" in one.roles and one.id != notice.person_id
        ]
    )
