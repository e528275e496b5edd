"""Codes in the reader's words. Explanations and refusals come from garant.wording; what only pages say stands here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, pgettext

from garant.core.programmes import Programme
from garant.core.refusals import Refusal
from garant.kit.moments import place
from garant.wording import refusals
from garant.wording.sentences import refusal_lines, sentences

#: Steps that a page shows as a table and a heading instead of sentences.
_DRAWN = frozenset({"segment", "pauses", "due"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal on a page: what is not possible and why, and the way out."""

    rule: str
    remedy: str


def reasons(steps: Sequence[Any], zone: str, programme: Programme, language: str) -> tuple[str, ...]:
    """The explanation of a due time as sentences, without the stretches: a table of days shows those."""
    told = sentences([step for step in steps if step.code not in _DRAWN], language, zone, programme, place)
    return tuple(text[:1].upper() + text[1:] for text in told)


def refused(refusal: Refusal, language: str | None = None) -> Refused:
    """A refusal in words: its rule, and its remedy, which is never empty."""
    lines = refusal_lines(refusal, language)
    remedy = _remedies().get(refusal.remedy, "")
    if refusal.remedy in refusals.REMEDIES and len(lines) > 1:
        remedy, lines = lines[-1], lines[:-1]
    rule = _codes().get(refusal.code) or " ".join(lines)
    return Refused(rule, remedy or gettext("Write to support, who can help you on."))


def _codes() -> dict[str, str]:
    return {
        "not_allowed": gettext("Only authorized contacts may do this."),
        "not_in_this_state": gettext("This is not possible in the case's present state."),
        "idempotency_key_reused": gettext("This form was sent before with other words."),
        "empty": gettext("There is nothing to send."),
    }


def _remedies() -> dict[str, str]:
    return {
        "ask_authorized_contact": gettext("Ask one of your authorized contacts to do it."),
        "reopen_first": gettext("Reopen the case first, then write."),
        "use_surviving_case": gettext("Go on in the case that took this one over."),
        "check_state": gettext("Look at the case again; somebody may have changed it meanwhile."),
        "use_new_key": gettext("Reload the page and send it again."),
    }


def metric_name(metric: str) -> str:
    """What a period promises."""
    names = {
        "initial_response": gettext("First answer"),
        "follow_up": gettext("Next answer"),
        "update": pgettext("promise", "Update"),
        "corrective_action": pgettext("promise", "Correction"),
        "workaround": pgettext("promise", "Workaround"),
        "resolution": pgettext("promise", "Resolution"),
    }
    return names.get(metric, metric.replace("_", " "))


def state_name(state: str, held: str | None = None) -> str:
    """A case's state as its subscriber reads it."""
    names = {
        "open": gettext("with support"),
        "waiting": gettext("waiting on you"),
        "held": gettext("held"),
        "resolved": gettext("resolved"),
        "closed": gettext("closed"),
        "merged": gettext("joined with another case"),
    }
    return names.get(state, state)


def event_text(row: Any) -> str:
    """A fact of the case's history in one line; empty for what a message already says."""
    level = row.data.get("severity", "")
    texts = {
        "severity_changed": gettext("Severity is now %(level)s") % {"level": level},
        "severity_change_proposed": gettext("Support proposes severity %(level)s") % {"level": level},
        "severity_proposal_accepted": gettext("Agreed: severity is now %(level)s") % {"level": level},
        "severity_proposal_rejected": gettext("Not agreed: the severity stays as it is"),
        "severity_proposal_lapsed": gettext("Nobody answered the proposal: the severity stays as it is"),
        "severity_proposal_withdrawn": gettext("The proposed severity was taken back"),
        "report_verified": _verified(row.data.get("verification", "")),
        "reproduction_recorded": _recreated(row.data.get("outcome", "")),
        "closure_announced": gettext("It will be closed if nobody writes"),
        "case_absorbed": gettext("Case %(other)s goes on here") % {"other": row.data.get("ref", "")},
        "case_merged": gettext("It goes on in case %(other)s") % {"other": row.data.get("ref", "")},
        "case_split": gettext("A part of it is now case %(other)s") % {"other": row.data.get("ref", "")},
        "case_escalated": gettext("Support management was called in"),
        "resolution_confirmed": gettext("Confirmed as solved"),
        "case_resolved": gettext("Resolved by support"),
        "case_reopened": gettext("Reopened"),
        "case_closed": gettext("Closed"),
        "case_adopted": gettext("Taken over by an authorized contact: the clock runs"),
        "case_confirmed": gettext("The sender is confirmed: the clock counts from the receipt"),
        "case_admitted": gettext("Admitted by exception: the clock runs"),
        "support_suspended": gettext("Clock paused: support suspended"),
        "support_reinstated": gettext("Clock resumed: support reinstated"),
        "target_missed": gettext("The promised time has passed without an answer"),
        "waiting_set": gettext("Support waits for your answer"),
    }
    return texts.get(row.kind, "")


def _verified(state: str) -> str:
    return {
        "reported": gettext("Support looks at the report again"),
        "verified": gettext("Support has verified the error"),
        "not_an_error": gettext("Support says that this is not an error"),
    }.get(state, "")


def _recreated(outcome: str) -> str:
    return {
        "reproduced": gettext("Support can see the same error"),
        "not_reproduced": gettext("Support could not see the error"),
    }.get(outcome, "")
