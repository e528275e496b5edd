"""What both sides agreed on about one case, for `queries.case`; scoping of the case itself has happened there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from garant.cases.events import events_of
from garant.cases.models import Case
from garant.cases.models_talk import CaseLink, Follower, ReproductionRequest, Satisfaction, SeverityProposal
from garant.cases.scope import visible
from garant.cases.silence import silent_since
from garant.cases.timing import terms_of
from garant.cases.views_talk import (
    AnswerView,
    CallView,
    FollowerView,
    LinkView,
    ProposalView,
    ReproductionView,
    SatisfactionView,
)
from garant.contracts.queries import StoredTerms
from garant.core.clocks import replay
from garant.core.completeness import completeness
from garant.core.events import Event
from garant.core.instants import parse_instant
from garant.core.people import Viewer
from garant.directory import queries as directory
from garant.journal.views import EntryView

__all__ = ["talk_of"]

Row = TypeVar("Row", bound=Model)

#: A customer's call for management, and what answers it (cases.operations_escalating).
_CALL = frozenset({"case_escalated", "response_given", "case_reopened"})

#: A link as seen from the other case.
_BACKWARDS = {"merged_into": "absorbed", "split_from": "split_off"}


def talk_of(
    row: Case,
    viewer: Viewer,
    entries: Sequence[EntryView],
    terms: StoredTerms,
    now: datetime,
    there: Collection[str],
) -> dict[str, Any]:
    """The fields of CaseView that this file fills, by name; `there`: of which kinds the case has any."""
    proposals = _all(SeverityProposal.objects.filter(case=row).order_by("proposed_at", "pk"), "proposals" in there)
    asked = _all(ReproductionRequest.objects.filter(case=row).order_by("asked_at", "pk"), "reproductions" in there)
    content = Satisfaction.objects.filter(case=row).first() if "satisfaction" in there else None
    followers = _all(Follower.objects.filter(case=row).order_by("since", "pk"), "followers" in there)
    names = directory.names(_people(proposals, asked, content, followers))
    missing = completeness(_report(row), error_report=_is_report(row, terms)).missing
    return {
        "product": row.product,
        "version": row.version,
        "verification": row.verification,
        "reproduction": row.reproduction,
        "missing": missing,
        "proposals": tuple(_proposal(p, names, entries, terms, now) for p in proposals),
        "reproductions": tuple(_reproduction(each, names) for each in asked),
        "links": _links(row, viewer) if "links" in there else (),
        "followers": tuple(FollowerView(f.person_id, names.get(f.person_id, ""), f.since) for f in followers),
        "satisfaction": None
        if content is None
        else SatisfactionView(content.score, content.comment, names.get(content.person_id, ""), content.at),
        "closes_at": _closes_at(row, entries, terms),
        "called": _called(row, entries),
    }


def _all(rows: QuerySet[Row], any_there: bool) -> list[Row]:
    return list(rows) if any_there else []


def _people(
    proposals: Sequence[SeverityProposal],
    asked: Sequence[ReproductionRequest],
    content: Satisfaction | None,
    followers: Sequence[Follower],
) -> set[int]:
    found = {p.proposed_by_id for p in proposals} | {p.answered_by_id for p in proposals}
    found |= {each.asked_by_id for each in asked} | {f.person_id for f in followers}
    found |= {answer["by"] for each in asked for answer in each.answers}
    return {person for person in found | ({content.person_id} if content else set()) if person is not None}


def _report(row: Case) -> Mapping[str, str]:
    names = ("description", "steps", "expected", "actual", "environment", "product", "version")
    return {name: getattr(row, name) for name in names}


def _is_report(row: Case, terms: StoredTerms) -> bool:
    """Whether the case is an error report: a kind of request without a default severity."""
    kinds = terms.programme(row.package_key).request_types
    return any(kind.code == row.request_type and kind.severity is None for kind in kinds)


def _proposal(
    row: SeverityProposal, names: Mapping[int, str], entries: Sequence[EntryView], terms: StoredTerms, now: datetime
) -> ProposalView:
    over = row.state == "open" and row.lapses_at is not None and now > row.lapses_at
    state = "lapsed" if over else row.state
    return ProposalView(
        id=row.pk,
        severity=row.severity,
        previous=row.previous,
        reason=row.reason,
        proposed_by=names.get(row.proposed_by_id, ""),
        proposed_at=row.proposed_at,
        lapses_at=row.lapses_at,
        state=state,
        answered_by=names.get(row.answered_by_id or 0, ""),
        answered_at=row.answered_at,
        answer=row.answer,
        due_if_accepted=_due_if_accepted(entries, terms, now) if state == "open" else None,
    )


def _due_if_accepted(entries: Sequence[EntryView], terms: StoredTerms, now: datetime) -> datetime | None:
    agreed = Event(at=now, kind="proposal_accepted", by="contact")
    return replay([*events_of(entries), agreed], terms_of(entries, terms), now).next_due


def _reproduction(row: ReproductionRequest, names: Mapping[int, str]) -> ReproductionView:
    answers = tuple(
        AnswerView(answer["text"], names.get(answer["by"], ""), parse_instant(answer["at"])) for answer in row.answers
    )
    asked_by = names.get(row.asked_by_id, "")
    return ReproductionView(row.pk, asked_by, row.asked_at, tuple(row.questions), answers, row.answered_at)


def _links(row: Case, viewer: Viewer) -> tuple[LinkView, ...]:
    """The links of a case, in both directions, to cases that the viewer may see."""
    found = CaseLink.objects.filter(Q(case=row) | Q(other=row)).select_related("case", "other").order_by("at", "pk")
    others = [link.other if link.case_id == row.pk else link.case for link in found]
    seen = set(visible(viewer).filter(pk__in=[other.pk for other in others]).values_list("pk", flat=True))
    return tuple(
        LinkView(
            other.number,
            other.subject,
            other.state,
            link.kind if link.case_id == row.pk else _BACKWARDS.get(link.kind, link.kind),
        )
        for link, other in zip(found, others, strict=True)
        if other.pk in seen
    )


def _called(row: Case, entries: Sequence[EntryView]) -> CallView | None:
    """The customer's last call for management, unless support has answered since or the case has ended."""
    last = next((each for each in reversed(entries) if each.kind in _CALL), None)
    if last is None or last.kind != "case_escalated" or row.state in ("resolved", "closed", "merged"):
        return None
    told = row.escalations.filter(trigger="customer", at__gte=last.at).order_by("at", "pk").first()
    if told is None:
        return CallView(last.at)
    return CallView(last.at, told.acknowledge_by, told.acknowledged_at)


def _closes_at(row: Case, entries: Sequence[EntryView], terms: StoredTerms) -> datetime | None:
    """When a case that was warned of closure is closed unless the contact writes; None without a valid warning."""
    rule, since, warned = terms.programme(row.package_key).closure, silent_since(entries), row.silence_warned_at
    if rule is None or since is None or warned is None or warned < since or row.state not in ("waiting", "resolved"):
        return None
    notice = timedelta(days=rule.close_after - rule.warn_after)
    return max(since + timedelta(days=rule.close_after), warned + notice)
