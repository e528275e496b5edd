"""Which cases a person may see, and what they may do with one. Every read and every act goes through here."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from garant.cases.models import Case
from garant.core.people import Actor, Viewer
from garant.core.refusals import Refusal
from garant.core.rights import check as check_right
from garant.core.rights import may, right
from garant.directory import queries as directory

#: Staff roles that answer cases; the others read.
ANSWERING = right("reply").staff
#: Roles of a subscriber's people that see every case of their organisation; the others see those they filed.
ORGANISATION_WIDE = right("read_cases").subscriber
#: Roles of a subscriber's people that may write: every request goes through an authorized contact.
WRITING = right("file_case").subscriber

STAFF_ACTS = frozenset({"reply", "log_call", "add_note", "assign", "wait", "resolve", "close", "reopen"})
CONTACT_ACTS = frozenset({"add_customer_message", "raise_severity", "close", "reopen"})

#: State -> the acts that make sense in it.
STATE_ACTS = {
    "open": frozenset(
        {
            "reply",
            "log_call",
            "add_note",
            "assign",
            "wait",
            "resolve",
            "add_customer_message",
            "raise_severity",
        }
    ),
    "waiting": frozenset(
        {
            "reply",
            "log_call",
            "add_note",
            "assign",
            "resolve",
            "add_customer_message",
            "raise_severity",
        }
    ),
    "held": frozenset(
        {
            "reply",
            "log_call",
            "add_note",
            "assign",
            "resolve",
            "add_customer_message",
            "raise_severity",
        }
    ),
    "resolved": frozenset({"reply", "log_call", "add_note", "assign", "close", "reopen", "add_customer_message"}),
    "closed": frozenset({"add_note", "reopen", "add_customer_message"}),
    "merged": frozenset({"add_note"}),
}
_AT_WORK = frozenset({
    "propose_severity", "withdraw_proposal", "answer_proposal", "verify_report", "ask_to_reproduce",
    "answer_reproduction", "link_cases", "merge_cases", "split_case", "follow_case", "escalate_as_customer",
    "acknowledge_escalation", "end_escalation",
})  # fmt: skip
#: State -> the acts of agreement between both sides that make sense in it; the table of rights says whose they are.
AGREED_ACTS = {
    "open": _AT_WORK,
    "waiting": _AT_WORK,
    "held": _AT_WORK | {"adopt_case", "confirm_sender"},
    "resolved": frozenset({
        "verify_report", "link_cases", "merge_cases", "split_case", "follow_case", "answer_resolution", "rate_case",
    }),
    "closed": frozenset({"verify_report", "link_cases", "split_case", "follow_case", "rate_case"}),
    "merged": frozenset(),
}  # fmt: skip
_AGREEMENT = frozenset().union(*AGREED_ACTS.values())
#: What helps instead of an act that the state forbids.
_INSTEAD = {"merged": "use_surviving_case", "resolved": "reopen_first", "closed": "reopen_first"}


def visible(viewer: Viewer) -> QuerySet[Case]:
    """The cases that a viewer may see: all for staff, else the own organisations' by role."""
    if viewer.is_staff:
        return Case.objects.all()
    everything = [s for s, roles in viewer.subscriber_roles.items() if roles & ORGANISATION_WIDE]
    own = [s for s, roles in viewer.subscriber_roles.items() if roles and not roles & ORGANISATION_WIDE]
    if not everything and not own:
        return Case.objects.none()
    return Case.objects.filter(
        Q(subscriber_id__in=everything) | Q(subscriber_id__in=own, opened_by_id=viewer.person_id)
    )


def side_of(viewer: Viewer, subscriber_id: int) -> str | None:
    """On whose side a viewer acts on a case of a subscriber: "vendor", "contact", or None for readers."""
    if viewer.staff_roles & ANSWERING:
        return "vendor"
    if viewer.subscriber_roles.get(subscriber_id, frozenset()) & WRITING:
        return "contact"
    return None


def allowed(viewer: Viewer, subscriber_id: int, state: str) -> frozenset[str]:
    """The acts that a viewer may do on a case of a subscriber in a state."""
    acts = {"vendor": STAFF_ACTS, "contact": CONTACT_ACTS}.get(side_of(viewer, subscriber_id) or "", frozenset())
    return (acts & STATE_ACTS[state]) | {act for act in AGREED_ACTS[state] if _side_may(viewer, act, subscriber_id)}


def _side_may(viewer: Viewer, act: str, subscriber_id: int) -> bool:
    """Whether an act of agreement is the viewer's: staff never do what is the other side's to do, whatever else
    they are."""
    if viewer.is_staff and not right(act).staff:
        return False
    return may(viewer, act, subscriber_id)


def check(viewer: Viewer, case: Case, act: str) -> None:
    """Refuse an act that the viewer's role or the case's state does not allow; the refusal says which and why."""
    if act in allowed(viewer, case.subscriber_id, case.state):
        return
    if act in _AGREEMENT:
        _check_agreement(viewer, case, act)
    side = side_of(viewer, case.subscriber_id)
    by_role = {"vendor": STAFF_ACTS, "contact": CONTACT_ACTS}.get(side or "", frozenset())
    if act in by_role:
        remedy = _INSTEAD.get(case.state, "check_state")
        raise Refusal("not_in_this_state", "acts_by_state", remedy, {"act": act, "state": case.state})
    if act == "raise_severity" and side == "vendor":
        raise Refusal("severity_needs_agreement", "severity_set_by_contact", "propose_to_contact", {"act": act})
    rule = "only_authorized_contacts" if act in CONTACT_ACTS and act not in STAFF_ACTS else "only_support_staff"
    remedy = "ask_authorized_contact" if not viewer.is_staff else "ask_manager"
    raise Refusal("not_allowed", rule, remedy, {"act": act})


def _check_agreement(viewer: Viewer, case: Case, act: str) -> None:
    if not _side_may(viewer, act, case.subscriber_id):
        if viewer.is_staff and not right(act).staff:
            raise Refusal("not_allowed", "only_authorized_contacts", "ask_the_contact", {"act": act})
        check_right(viewer, act, case.subscriber_id)
    remedy = _INSTEAD.get(case.state, "check_state")
    raise Refusal("not_in_this_state", "acts_by_state", remedy, {"act": act, "state": case.state})


def viewer_of(by: Actor) -> Viewer:
    """Who acts, with the roles held now. Raises Refusal for the system: an act on a case is a person's."""
    if by.kind != "person" or by.id is None:
        raise Refusal("automatic_act", "acts_are_by_people", "sign_in", {"actor": by.kind})
    return directory.viewer_of(by.id)
