"""The table of rights in words, for everybody of the staff to read."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from garant.core.people import STAFF_ROLES, SUBSCRIBER_ROLES
from garant.core.rights import RIGHTS
from garant.wording.contacts import role


@dataclass(frozen=True, slots=True)
class Line:
    """One act: its name, and for each role in order whether it may."""

    act: str
    name: str
    staff: tuple[bool, ...]
    subscriber: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Acts about one thing."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Roles:
    """The heads of the table's columns."""

    staff: tuple[str, ...]
    subscriber: tuple[str, ...]


def roles() -> Roles:
    """The roles in the order of the columns."""
    return Roles(tuple(role(one) for one in STAFF_ROLES), tuple(role(one) for one in SUBSCRIBER_ROLES))


def groups() -> list[Group]:
    """Every row of the table, grouped, in the table's own order."""
    names, found = group_names(), dict[str, list[Line]]()
    acts = act_names()
    for row in RIGHTS.values():
        line = Line(
            row.act,
            acts.get(row.act, row.act),
            tuple(one in row.staff for one in STAFF_ROLES),
            tuple(one in row.subscriber for one in SUBSCRIBER_ROLES),
        )
        found.setdefault(row.group, []).append(line)
    return [Group(names.get(code, code), tuple(lines)) for code, lines in found.items()]


def group_names() -> dict[str, str]:
    """What the acts are about."""
    return {
        "cases": gettext("Cases"),
        "severity": gettext("Severity"),
        "escalation": gettext("Escalation"),
        "contacts": gettext("Contacts"),
        "contracts": gettext("Subscribers and contracts"),
        "standing": gettext("Standing"),
        "allotments": gettext("Allotments"),
        "programme": gettext("Programme"),
        "knowledge": gettext("Help articles"),
        "community": gettext("Community"),
        "desk": pgettext("rights", "Desk"),
    }


def act_names() -> dict[str, str]:
    """What each act is called. A table with a line an act, so it is as long as there are acts."""
    return {
        "read_cases": gettext("Read all cases"),
        "read_own_cases": gettext("Read the cases they filed"),
        "read_notes": gettext("Read internal notes"),
        "file_case": gettext("Open a case"),
        "file_case_for_caller": gettext("Open a case for a caller"),
        "adopt_case": gettext("Take over a case that somebody else sent"),
        "confirm_sender": gettext("Confirm who sent a held case"),
        "add_customer_message": gettext("Write to support"),
        "reply": gettext("Answer a case"),
        "log_call": gettext("Log a call"),
        "add_note": gettext("Write an internal note"),
        "assign": gettext("Assign a case"),
        "wait": gettext("Wait on the customer"),
        "resolve": gettext("Resolve a case"),
        "answer_resolution": gettext("Confirm or reject a resolution"),
        "close": gettext("Close a case"),
        "reopen": gettext("Reopen a case"),
        "verify_report": gettext("Verify an error report"),
        "ask_to_reproduce": gettext("Ask for help to recreate an error"),
        "answer_reproduction": gettext("Help to recreate an error"),
        "link_cases": gettext("Link cases"),
        "merge_cases": gettext("Merge cases"),
        "split_case": gettext("Split a case"),
        "follow_case": gettext("Follow a case"),
        "rate_case": gettext("Rate how a case was handled"),
        "raise_severity": gettext("Raise a severity"),
        "propose_severity": gettext("Propose another severity"),
        "withdraw_proposal": gettext("Withdraw a proposal"),
        "answer_proposal": gettext("Accept or reject a proposal"),
        "read_escalations": gettext("Read escalations"),
        "acknowledge_escalation": gettext("Acknowledge an escalation"),
        "end_escalation": gettext("End an escalation"),
        "escalate_as_customer": gettext("Escalate as a customer"),
        "edit_rotas": gettext("Edit on-call rotas"),
        "edit_staff": gettext("Edit teams, skills and advisors"),
        "swap_own_turn": gettext("Hand over one's own turn"),
        "record_absence": gettext("Record an absence"),
        "try_policy": gettext("Try an escalation policy on past cases"),
        "read_contacts": gettext("Read who the contacts are"),
        "invite_contact": gettext("Name or invite a contact"),
        "replace_contact": gettext("Replace a contact"),
        "stand_in_for_contact": gettext("Name a stand-in for a contact"),
        "remove_contact": gettext("Remove a contact"),
        "record_training": gettext("Record a training"),
        "give_member_role": gettext("Give or end a subscriber's other roles"),
        "read_contracts": gettext("Read contracts"),
        "enter_subscriber": gettext("Enter a subscriber"),
        "enter_person": gettext("Enter a person"),
        "give_staff_role": gettext("Give or end roles of the staff"),
        "sign_contract": gettext("Sign a contract"),
        "amend_contract": gettext("Change a contract"),
        "import_customers": gettext("Import subscribers, people and contracts"),
        "export_customers": gettext("Export subscribers, people and contracts"),
        "read_standing": gettext("Read the standing"),
        "read_obligations": gettext("Read payments and obligations"),
        "record_obligation": gettext("Record payments and obligations"),
        "suspend_support": gettext("Suspend support"),
        "reinstate_support": gettext("Reinstate support"),
        "admit_by_exception": gettext("Admit one case by exception"),
        "read_allotments": gettext("Read allotments"),
        "grant_allotment": gettext("Grant a pack"),
        "book_allotment": gettext("Book from an allotment"),
        "use_allotment": gettext("Record use of an allotment"),
        "correct_allotment": gettext("Correct an allotment"),
        "read_programmes": gettext("Read programmes and their versions"),
        "load_programme": gettext("Write and publish a programme"),
        "edit_calendar": gettext("Edit a calendar"),
        "write_articles": gettext("Write help articles"),
        "publish_articles": gettext("Publish help articles, and say who may read them"),
        "write_in_community": gettext("Write in the community"),
        "moderate_community": gettext("Keep order in the community"),
        "read_overview": gettext("Read the overview of the desk"),
        "work_queue": gettext("Work in the queue"),
        "read_outbox": gettext("Read the outbox"),
        "read_mail": gettext("Read mail that arrived, and decide about what waits"),
        "edit_canned_replies": gettext("Prepare replies"),
        "edit_letters": gettext("Reword messages"),
        "edit_synonyms": gettext("Say which words mean the same in a search"),
        "send_again": gettext("Send a notice again"),
        "read_rights": gettext("Read this table"),
    }
