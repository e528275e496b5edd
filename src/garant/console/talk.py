"""The side panel's part on agreement: a severity proposed, the report verified and recreated, cases that belong
together, followers; each form only for who may use it now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from garant.cases.operations_links import LINKS
from garant.cases.views import CaseView, MessageView
from garant.console import forms_talk as forms
from garant.console.packages import Names
from garant.contracts import queries as contracts
from garant.core.people import Viewer
from garant.directory import queries as directory
from garant.kit.forms import OnceForm, StrictForm, fresh_token
from garant.wording.agreed import field_name, link_name, recreation_name, verification_name

Maker = Callable[[Any, CaseView, Viewer], StrictForm]


def _more(name: str) -> dict[str, Any]:
    return {"auto_id": f"{name}_%s", "initial": {"once": fresh_token()}}


def levels(case: CaseView, *, other: bool) -> list[tuple[str, str]]:
    """The severities of the case's package with their names, `other` than the present one only."""
    names = Names()
    found = contracts.severities_of(case.package_key)
    return [
        (code, f"{code}: {names.severity(case.package_key, code)}")
        for code in found
        if not (other and code == case.severity)
    ]


def _not_lower(case: CaseView) -> list[tuple[str, str]]:
    """The present severity and the more severe ones: a part is no way round the contact's agreement to a lower one."""
    found = levels(case, other=False)
    codes = [code for code, _ in found]
    return found[: codes.index(case.severity) + 1] if case.severity in codes else found


def _contacts(case: CaseView, viewer: Viewer) -> list[tuple[int, str]]:
    """Who may agree for the subscriber: the contacts named in its contract, and who opened the case."""
    held = contracts.contract_of(viewer=viewer, subscriber_id=case.subscriber.id, at=case.as_of)
    ids = {slot.person_id for slot in held.slots if slot.person_id is not None} if held else set()
    return sorted(directory.names(ids | {case.opened_by.id}).items(), key=lambda each: each[1])


def _followable(case: CaseView, viewer: Viewer) -> list[tuple[int, str]]:
    following = {each.person_id for each in case.followers}
    own = [(row.id, row.name) for row in directory.staff(viewer) if row.id != viewer.person_id]
    return [each for each in (*own, *_contacts(case, viewer)) if each[0] not in following]


def propose(data: Any, case: CaseView, viewer: Viewer) -> StrictForm:
    """The form that proposes another severity."""
    known = levels(case, other=True)
    return forms.ProposeForm(data, levels=known, contacts=_contacts(case, viewer), **_more("propose"))


def movable(case: CaseView) -> list[MessageView]:
    """The messages whose text may begin a case of its own: what the subscriber reads, never a note."""
    return [row for row in case.messages if not row.internal and row.kind != "reason"]


def split(data: Any, case: CaseView, viewer: Viewer, chosen: Collection[str] = ()) -> StrictForm:
    """The form that splits a part off; the severity stays unless another is chosen. `chosen`: ids of the messages
    whose text it begins with, else the case's own."""
    texts = [row.body for row in movable(case) if str(row.id) in chosen]
    more = _more("split")
    more["initial"] |= {"severity": case.severity, "description": "\n\n".join(texts) or case.description}
    return forms.SplitForm(data, levels=_not_lower(case), **more)


def verify(data: Any, case: CaseView, viewer: Viewer) -> StrictForm:
    """The form that says what the report is."""
    more = _more("verify")
    more["initial"] |= {"verification": case.verification}
    return forms.VerifyForm(data, **more)


def follow(data: Any, case: CaseView, viewer: Viewer) -> StrictForm:
    """The form with which one follows, or lets somebody follow."""
    more = _more("follow")
    more["initial"] |= {"follow": "yes"}
    return forms.FollowForm(data, people=_followable(case, viewer), **more)


def _plain(name: str, form: type[StrictForm]) -> Maker:
    return lambda data, case, viewer: form(data, **_more(name))


#: Name of a form -> the act that it needs, and how it is made.
FORMS: Mapping[str, tuple[str, Maker]] = {
    "propose_form": ("propose_severity", propose),
    "withdraw_form": ("withdraw_proposal", _plain("withdraw", forms.WithdrawForm)),
    "verify_form": ("verify_report", verify),
    "ask_form": ("ask_to_reproduce", _plain("ask", forms.AskForm)),
    "outcome_form": ("ask_to_reproduce", _plain("outcome", forms.OutcomeForm)),
    "link_form": ("link_cases", _plain("link", forms.LinkForm)),
    "unlink_form": ("link_cases", _plain("unlink", forms.UnlinkForm)),
    "follow_form": ("follow_case", follow),
    "confirm_form": ("confirm_sender", _plain("confirm", OnceForm)),
}


def talk_of(case: CaseView, viewer: Viewer, given: Mapping[str, StrictForm]) -> dict[str, Any]:
    """Facts and forms for the page; a form that came back with errors is shown as it came."""
    shown = {
        name: given.get(name) or make(None, case, viewer) for name, (act, make) in FORMS.items() if act in case.can
    }
    if case.proposal is not None:
        shown.pop("propose_form", None)  # one at a time
    else:
        shown.pop("withdraw_form", None)
    if case.held_reason != "sender":
        shown.pop("confirm_form", None)
    asked = [each for each in case.reproductions if each.answered_at is None]
    if asked:
        shown.pop("ask_form", None)
    return {
        "verification": verification_name(case.verification),
        "recreation": recreation_name(case.reproduction),
        "missing": [field_name(name) for name in case.missing],
        "linked": [(link, link_name(link.kind), link.kind in LINKS) for link in case.links],
        "follows": any(each.person_id == viewer.person_id for each in case.followers),
        "answered": [(each, list(zip(each.questions, _answers(each), strict=True))) for each in case.reproductions],
        "past_proposals": [each for each in case.proposals if each.state != "open"],
        **shown,
    }


def _answers(asked: Any) -> list[Any]:
    return [*asked.answers, *[None] * (len(asked.questions) - len(asked.answers))]
