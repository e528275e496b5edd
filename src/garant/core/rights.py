"""Roles and rights: one table that says who may do what. Whoever is not in an act's row may not do it.

Operations ask it before they write, doors before they show a page, and the console prints it. What a row allows to
subscribers' people holds for their own organisation only. The table says who may ask for an act; the state of a case,
a contract or a programme may still forbid it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from garant.core.people import STAFF_ROLES, SUBSCRIBER_ROLES, Viewer
from garant.core.refusals import Refusal

EVERYBODY = STAFF_ROLES
SUPPORT = ("agent", "senior_advisor", "named_advisor", "manager")
LEADERS = ("manager",)
MONEY = ("finance", "manager")
NOBODY_HERE: tuple[str, ...] = ()
ORGANISATION = ("contact", "administrator", "viewer", "executive")
ADMINISTRATORS = ("administrator",)
CONTACTS = ("contact",)
MEMBERS = SUBSCRIBER_ROLES


@dataclass(frozen=True, slots=True)
class Right:
    """One act and the roles that may do it: `staff` for the vendor, `subscriber` for the own organisation."""

    act: str
    group: str
    staff: frozenset[str]
    subscriber: frozenset[str]

    def allows(self, viewer: Viewer, subscriber_id: int | None = None) -> bool:
        """Whether a viewer may do it for a subscriber (None: no subscriber is concerned, or for any at all)."""
        if viewer.staff_roles & self.staff:
            return True
        if subscriber_id is None:
            return False
        return bool(viewer.subscriber_roles.get(subscriber_id, frozenset()) & self.subscriber)


def _rights(group: str, rows: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> list[Right]:
    return [Right(act, group, frozenset(staff), frozenset(subscriber)) for act, staff, subscriber in rows]


_TABLE = [
    *_rights("cases", [
        ("read_cases", EVERYBODY, ORGANISATION),
        ("read_own_cases", EVERYBODY, MEMBERS),
        ("read_notes", EVERYBODY, NOBODY_HERE),
        ("file_case", NOBODY_HERE, CONTACTS),
        ("file_case_for_caller", SUPPORT, NOBODY_HERE),
        ("adopt_case", NOBODY_HERE, CONTACTS),
        ("confirm_sender", SUPPORT, NOBODY_HERE),
        ("add_customer_message", NOBODY_HERE, CONTACTS),
        ("reply", SUPPORT, NOBODY_HERE),
        ("log_call", SUPPORT, NOBODY_HERE),
        ("add_note", SUPPORT, NOBODY_HERE),
        ("assign", SUPPORT, NOBODY_HERE),
        ("wait", SUPPORT, NOBODY_HERE),
        ("resolve", SUPPORT, NOBODY_HERE),
        ("answer_resolution", NOBODY_HERE, CONTACTS),
        ("close", SUPPORT, CONTACTS),
        ("reopen", SUPPORT, CONTACTS),
        ("verify_report", SUPPORT, NOBODY_HERE),
        ("ask_to_reproduce", SUPPORT, NOBODY_HERE),
        ("answer_reproduction", NOBODY_HERE, CONTACTS),
        ("link_cases", SUPPORT, NOBODY_HERE),
        ("merge_cases", SUPPORT, NOBODY_HERE),
        ("split_case", SUPPORT, NOBODY_HERE),
        ("follow_case", EVERYBODY, ORGANISATION),
        ("rate_case", NOBODY_HERE, CONTACTS),
    ]),
    *_rights("severity", [
        ("raise_severity", NOBODY_HERE, CONTACTS),
        ("propose_severity", SUPPORT, NOBODY_HERE),
        ("withdraw_proposal", SUPPORT, NOBODY_HERE),
        ("answer_proposal", NOBODY_HERE, CONTACTS),
    ]),
    *_rights("escalation", [
        ("read_escalations", EVERYBODY, NOBODY_HERE),
        ("acknowledge_escalation", SUPPORT, NOBODY_HERE),
        ("end_escalation", LEADERS, NOBODY_HERE),
        ("escalate_as_customer", NOBODY_HERE, CONTACTS),
        ("edit_rotas", LEADERS, NOBODY_HERE),
        ("edit_staff", LEADERS, NOBODY_HERE),
        ("swap_own_turn", SUPPORT, NOBODY_HERE),
        ("record_absence", SUPPORT, NOBODY_HERE),
        ("try_policy", (*LEADERS, "programme_owner"), NOBODY_HERE),
    ]),
    *_rights("contacts", [
        ("read_contacts", EVERYBODY, ORGANISATION),
        ("invite_contact", ("agent", "senior_advisor", "named_advisor", "manager"), ADMINISTRATORS),
        ("replace_contact", ("agent", "senior_advisor", "named_advisor", "manager"), ADMINISTRATORS),
        ("stand_in_for_contact", ("agent", "senior_advisor", "named_advisor", "manager"), ADMINISTRATORS),
        ("remove_contact", ("agent", "senior_advisor", "named_advisor", "manager"), ADMINISTRATORS),
        ("record_training", (*LEADERS, "trainer"), NOBODY_HERE),
        ("give_member_role", LEADERS, ADMINISTRATORS),
    ]),
    *_rights("contracts", [
        ("read_contracts", EVERYBODY, ORGANISATION),
        ("enter_subscriber", LEADERS, NOBODY_HERE),
        ("enter_person", LEADERS, NOBODY_HERE),
        ("give_staff_role", LEADERS, NOBODY_HERE),
        ("sign_contract", LEADERS, NOBODY_HERE),
        ("amend_contract", LEADERS, NOBODY_HERE),
        ("import_customers", LEADERS, NOBODY_HERE),
        ("export_customers", (*LEADERS, "finance"), NOBODY_HERE),
    ]),
    *_rights("standing", [
        ("read_standing", EVERYBODY, MEMBERS),
        ("read_obligations", EVERYBODY, ("administrator", "executive")),
        ("record_obligation", MONEY, NOBODY_HERE),
        ("suspend_support", MONEY, NOBODY_HERE),
        ("reinstate_support", MONEY, NOBODY_HERE),
        ("admit_by_exception", LEADERS, NOBODY_HERE),
    ]),
    *_rights("allotments", [
        ("read_allotments", EVERYBODY, ORGANISATION),
        ("grant_allotment", (*LEADERS, "programme_owner", "finance"), NOBODY_HERE),
        ("book_allotment", (*SUPPORT, "trainer"), ADMINISTRATORS),
        ("use_allotment", (*SUPPORT, "trainer"), NOBODY_HERE),
        ("correct_allotment", (*LEADERS, "programme_owner", "finance"), NOBODY_HERE),
    ]),
    *_rights("programme", [
        ("read_programmes", EVERYBODY, NOBODY_HERE),
        ("load_programme", (*LEADERS, "programme_owner"), NOBODY_HERE),
        ("edit_calendar", (*LEADERS, "programme_owner"), NOBODY_HERE),
    ]),
    *_rights("knowledge", [
        ("write_articles", (*SUPPORT, "programme_owner"), NOBODY_HERE),
        ("publish_articles", ("senior_advisor", "manager", "programme_owner"), NOBODY_HERE),
    ]),
    *_rights("community", [
        ("write_in_community", EVERYBODY, MEMBERS),
        ("moderate_community", SUPPORT, NOBODY_HERE),
    ]),
    *_rights("desk", [
        ("work_queue", SUPPORT, NOBODY_HERE),
        ("read_overview", LEADERS, NOBODY_HERE),
        ("read_outbox", SUPPORT, NOBODY_HERE),
        ("send_again", LEADERS, NOBODY_HERE),
        ("read_mail", SUPPORT, NOBODY_HERE),
        ("edit_canned_replies", LEADERS, NOBODY_HERE),
        ("edit_letters", LEADERS, NOBODY_HERE),
        ("edit_synonyms", LEADERS, NOBODY_HERE),
        ("read_rights", EVERYBODY, NOBODY_HERE),
    ]),
]  # fmt: skip

#: Act -> its row, in the order in which the console shows them.
RIGHTS: dict[str, Right] = {right.act: right for right in _TABLE}


def right(act: str) -> Right:
    """The row of an act. Raises KeyError for an act that the table doesn't know: nobody may do it."""
    return RIGHTS[act]


def staff_for(act: str) -> frozenset[str]:
    """The vendor's roles that may do an act. Raises KeyError for an unknown act."""
    return RIGHTS[act].staff


def may(viewer: Viewer, act: str, subscriber_id: int | None = None) -> bool:
    """Whether a viewer may do an act (for a subscriber). False for an act that the table doesn't know."""
    row = RIGHTS.get(act)
    return row is not None and row.allows(viewer, subscriber_id)


def reach(viewer: Viewer, act: str) -> frozenset[int]:
    """Ids of the viewer's own subscribers for which an act is allowed; for staff ask `may` without a subscriber."""
    return frozenset(one for one in viewer.subscribers() if may(viewer, act, one))


def check(viewer: Viewer, act: str, subscriber_id: int | None = None) -> None:
    """Refuse an act that the viewer's roles don't allow; the refusal names the roles that do."""
    if may(viewer, act, subscriber_id):
        return
    row = RIGHTS.get(act)
    roles = sorted(row.staff | row.subscriber) if row else []
    # A subscriber's people can't become a manager: whom they can ask is their own administrator.
    inside = bool(row and row.subscriber) and not viewer.is_staff
    remedy = "ask_administrator" if inside else "ask_manager"
    raise Refusal("not_allowed", "acts_by_role", remedy, {"act": act, "roles": roles})
