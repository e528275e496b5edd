"""What both sides agreed on, compared with the journal: proposals, states of the report, satisfaction, merges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from garant.cases.models import Case
from garant.cases.models_talk import CaseLink, ReproductionRequest, Satisfaction, SeverityProposal
from garant.cases.texts import digest
from garant.cases.views import Difference
from garant.core.instants import parse_instant
from garant.journal.views import EntryView

#: Entry kind -> the state in which it leaves a proposal.
_ENDS = {
    "severity_proposal_accepted": "accepted", "severity_proposal_rejected": "rejected",
    "severity_proposal_withdrawn": "withdrawn", "severity_proposal_lapsed": "lapsed",
}  # fmt: skip
Facts = dict[str, Any]


def talk_differences(cases: Mapping[int, Case], entries: Mapping[int, Sequence[EntryView]]) -> Iterator[Difference]:
    """Each fact of these cases that is stored otherwise than their entries say, case by case, in a steady order."""
    stored = _stored(cases)
    for case_id in sorted(cases):
        said = _said(entries.get(case_id, ()))
        there = stored[case_id]
        for name in sorted(said.keys() | there.keys()):
            if said.get(name) != there.get(name):
                yield Difference(cases[case_id].number, None, name, there.get(name), said.get(name))


def _said(entries: Sequence[EntryView]) -> Facts:
    """What the entries of one case give, by name."""
    facts: Facts = {"verification": "reported", "reproduction": "", "silence_warned_at": None}
    for entry in entries:
        _take(facts, entry, entry.data)
    return facts


def _take(facts: Facts, entry: EntryView, data: Mapping[str, Any]) -> None:
    kind = entry.kind
    if kind == "severity_change_proposed" and "proposal" in data:
        until = parse_instant(data["lapses_at"]).isoformat() if "lapses_at" in data else None
        facts[f"proposal {data['proposal']}"] = [data["severity"], data["from"], until, data["sha256"], "open"]
    elif kind in _ENDS and f"proposal {data.get('proposal')}" in facts:
        facts[f"proposal {data['proposal']}"][-1] = _ENDS[kind]
    elif kind == "report_verified":
        facts["verification"] = data["verification"]
    elif kind == "reproduction_asked":
        facts |= {"reproduction": "asked", f"request {data['request']}": [list(data["questions"])]}
    elif kind == "reproduction_answered":
        facts[f"request {data['request']}"].append(data["sha256"])
        if len(facts[f"request {data['request']}"]) == len(facts[f"request {data['request']}"][0]) + 1:
            facts["reproduction"] = "answered"
    elif kind == "reproduction_recorded":
        facts["reproduction"] = data["outcome"]
    elif kind == "closure_announced":
        facts["silence_warned_at"] = entry.at.isoformat()
    elif kind == "case_rated":
        facts["satisfaction"] = [data["score"], data["sha256"]]
    elif kind == "case_merged":
        facts["merged into"] = data.get("ref")


def _stored(cases: Mapping[int, Case]) -> dict[int, Facts]:
    """The same as stored, by case."""
    facts: dict[int, Facts] = {
        key: {
            "verification": case.verification,
            "reproduction": case.reproduction,
            "silence_warned_at": case.silence_warned_at.isoformat() if case.silence_warned_at else None,
        }
        for key, case in cases.items()
    }
    ids = list(cases)
    for row in SeverityProposal.objects.filter(case__in=ids):
        until = row.lapses_at.isoformat() if row.lapses_at else None
        facts[row.case_id][f"proposal {row.pk}"] = [row.severity, row.previous, until, digest(row.reason), row.state]
    for asked in ReproductionRequest.objects.filter(case__in=ids):
        answers = [digest(answer["text"]) for answer in asked.answers]
        facts[asked.case_id][f"request {asked.pk}"] = [[digest(text) for text in asked.questions], *answers]
    for rated in Satisfaction.objects.filter(case__in=ids):
        facts[rated.case_id]["satisfaction"] = [rated.score, digest(rated.comment)]
    for link in CaseLink.objects.filter(case__in=ids, kind="merged_into").select_related("other"):
        facts[link.case_id]["merged into"] = link.other.number
    return facts
