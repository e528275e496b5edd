"""What stands on a case's page about agreement: the proposal, the report, what it is linked to, who follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from garant.core.people import Viewer
from garant.portal.forms_talk import (
    EscalateForm,
    FollowForm,
    OnceForm,
    ProposalForm,
    RateForm,
    RecreateForm,
    SolvedForm,
)
from garant.wording.agreed import field_name, link_name, recreation_name, verification_name


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
        ("adopt_form", "adopt_case", OnceForm),
    ):
        if act in may:
            words[name] = form()
    if case.held_reason != "unlisted":
        words.pop("adopt_form", None)
    if case.called is not None:
        words.pop("escalate_form", None)  # one call at a time
    if case.state == "resolved":
        words.pop("rate_form", None)  # confirming asks for it
    forms = ("proposal_form", "recreate_form", "solved_form", "rate_form", "escalate_form", "adopt_form")
    return {**words, **{name: given[name] for name in forms if given.get(name) is not None}}
