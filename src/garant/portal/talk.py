"""What stands on a case's page about agreement: the proposal, the report, what it is linked to, who follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from garant.core.people import Viewer
from garant.portal.forms_talk import EscalateForm, FollowForm, ProposalForm, RateForm, RecreateForm, SolvedForm


def talk_words(case: Any, viewer: Viewer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The forms that this viewer may use now (one that came back with errors stays), and the facts beside them."""
    may, asked = case.can, case.asked
    words: dict[str, Any] = {
        "verification": verification_name(case.verification) if case.verification != "reported" else "",
        "recreation": recreation_name(case.reproduction),
        "missing": [field_name(name) for name in case.missing],
        "links": [(link, link_name(link.kind)) for link in case.links],
        "follows": any(each.person_id == viewer.person_id for each in case.followers),
    }
    if case.proposal and "answer_proposal" in may:
        words["proposal_form"] = ProposalForm(initial={"proposal": case.proposal.id})
    if asked is not None and "answer_reproduction" in may:
        words["recreate_form"] = RecreateForm(initial={"request": asked.id, "step": asked.step})
    for name, act, form in (
        ("solved_form", "answer_resolution", SolvedForm),
        ("rate_form", "rate_case", RateForm),
        ("escalate_form", "escalate_as_customer", EscalateForm),
        ("follow_form", "follow_case", FollowForm),
    ):
        if act in may:
            words[name] = form()
    if case.called is not None:
        words.pop("escalate_form", None)  # one call at a time
    if case.state == "resolved":
        words.pop("rate_form", None)  # confirming asks for it
    forms = ("proposal_form", "recreate_form", "solved_form", "rate_form", "escalate_form")
    return {**words, **{name: given[name] for name in forms if given.get(name) is not None}}


def verification_name(state: str) -> str:
    """What the vendor says of the report."""
    return {
        "reported": pgettext("report", "reported"),
        "verified": pgettext("report", "verified by support"),
        "not_an_error": pgettext("report", "not an error"),
    }.get(state, state)


def recreation_name(state: str) -> str:
    """How far recreating the error is; empty when nobody asked."""
    return {
        "": "",
        "asked": gettext("support asks for your help"),
        "answered": gettext("your answers are with support"),
        "reproduced": gettext("support can see the same error"),
        "not_reproduced": gettext("support could not see the error"),
    }.get(state, state)


def link_name(kind: str) -> str:
    """What another case is to this one."""
    return {
        "related": gettext("Related"),
        "duplicate": gettext("The same once more"),
        "merged_into": gettext("It goes on in"),
        "absorbed": gettext("Also holds"),
        "split_from": gettext("Came out of"),
        "split_off": gettext("Led to"),
    }.get(kind, kind)


def field_name(name: str) -> str:
    """A part of a report, inside a sentence."""
    return {
        "description": gettext("a description"),
        "steps": gettext("the steps"),
        "expected": gettext("what you expected"),
        "actual": gettext("what happened instead"),
        "environment": gettext("where it happens"),
        "product": gettext("the product"),
        "version": gettext("the version"),
    }.get(name, name)
