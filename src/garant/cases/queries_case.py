"""One case as its viewer may see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from django.db.models import Model
from django.db.models.expressions import RawSQL

from garant.cases.events import ESCALATION_KINDS, HANDED_OVER, MISSED
from garant.cases.models import HIDDEN_KINDS, Case, Draft, Escalation, Message
from garant.cases.models_files import Attachment
from garant.cases.models_talk import CaseLink, Follower, ReproductionRequest, Satisfaction, SeverityProposal
from garant.cases.queries_escalating import escalation_row, people_told
from garant.cases.queries_files import files_of
from garant.cases.queries_talk import talk_of
from garant.cases.questions import last_word_is_ours
from garant.cases.scope import allowed, visible
from garant.cases.terms import parts
from garant.cases.timing import near, replayed
from garant.cases.views import (
    CallFacts,
    CaseView,
    DraftView,
    HistoryRow,
    MessageView,
    PeriodView,
    PersonBrief,
    SubscriberBrief,
    WritingView,
)
from garant.contracts import queries as contracts
from garant.contracts.queries import StoredTerms
from garant.core.clocks import Period
from garant.core.instants import parse_instant
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.directory import queries as directory
from garant.journal.operations import database_now
from garant.journal.queries import entries_of
from garant.journal.views import EntryView
from garant.kit.asking import kept

__all__ = ["case", "draft", "drafts", "may_see", "unread", "writing"]

#: Whoever typed longer ago than this is no longer writing.
WRITING = timedelta(minutes=3)
#: Where the vendor's staff write on a case.
PLACES = ("reply", "note", "call")

#: Facts that are the vendor's own business.
STAFF_ONLY = frozenset({"note_added", "case_assigned", *ESCALATION_KINDS, "calendar_checked"})


def case(*, viewer: Viewer, number: int) -> CaseView:
    """The case of that number with messages, clocks, history and allowed acts. Raises NotFound outside one's own."""
    row = found(viewer, number)
    entries, terms = entries_of(("case", row.pk)), contracts.terms()
    now = max(database_now(), *(e.at for e in entries if e.kind != MISSED))
    shown = [e for e in entries if viewer.is_staff or e.kind not in STAFF_ONLY]
    there = {name for name, any_there in zip(_PARTS, vars(row)["there"], strict=True) if any_there}
    messages = _messages(row, viewer, entries) if "messages" in there else ()
    told = (
        list(row.escalations.select_related("period").order_by("at", "level"))
        if viewer.is_staff and "escalations" in there
        else []
    )
    names = directory.names(_people(shown, told))
    talk = talk_of(row, viewer, entries, terms, now, there)
    return CaseView(
        **_plain(row),
        messages=messages,
        periods=tuple(_period(p, terms) for p in replayed(entries, terms, now).periods),
        history=tuple(_history(e, names) for e in shown),
        escalations=tuple(escalation_row(e, row, names, terms) for e in told),
        can=_can(viewer, row, entries, talk, told),
        as_of=now,
        files=files_of(row, viewer) if "files" in there else (),
        **talk,
    )


def may_see(*, viewer: Viewer, number: int) -> bool:
    """Whether there is a case of that number for this viewer."""
    return 0 < number < 2**63 and visible(viewer).filter(number=number).exists()


def found(viewer: Viewer, number: int) -> Case:
    """The row of that number for a viewer, to be read; `there` says which parts it has. Raises NotFound.

    A page that asks twice has it once, for the same person.
    """
    mine: dict[Any, Case] = kept("cases.found")
    place = (viewer.person_id, viewer.is_staff, number)
    if place not in mine:
        mine[place] = _read(viewer, number)
    return mine[place]


def _read(viewer: Viewer, number: int) -> Case:
    if not 0 < number < 2**63:
        raise NotFound("case")
    rows = visible(viewer).select_related("subscriber", "opened_by", "assignee", "contract")
    row = rows.filter(number=number).annotate(there=RawSQL(_there(), [])).first()  # noqa: S611  names of tables alone
    if row is None:
        raise NotFound("case")
    return row


#: What most cases have none of, and by which columns it belongs to one: whether there is any comes with the case.
_PARTS: Mapping[str, tuple[type[Model], tuple[str, ...]]] = {
    "messages": (Message, ("case_id",)),
    "escalations": (Escalation, ("case_id",)),
    "files": (Attachment, ("case_id",)),
    "proposals": (SeverityProposal, ("case_id",)),
    "reproductions": (ReproductionRequest, ("case_id",)),
    "satisfaction": (Satisfaction, ("case_id",)),
    "followers": (Follower, ("case_id",)),
    "links": (CaseLink, ("case_id", "other_id")),
}


@cache
def _there() -> str:
    """SQL for which of them a case has, in their order."""
    found = (
        f"EXISTS (SELECT 1 FROM {table._meta.db_table} p WHERE "
        + " OR ".join(f"p.{column} = cases_case.id" for column in columns)
        + ")"
        for table, columns in _PARTS.values()
    )
    return f"ARRAY[{', '.join(found)}]"


def _plain(row: Case) -> dict[str, Any]:
    key = parts(row.package_key)
    own = (
        "number",
        "subject",
        "severity",
        "state",
        "request_type",
        "channel",
        "package_key",
        "description",
        "steps",
        "expected",
        "actual",
        "environment",
        "received_at",
        "resolved_at",
        "closed_at",
        "last_activity_at",
        "next_due",
    )
    return {
        **{name: getattr(row, name) for name in own},
        "held_reason": row.held_reason or None,
        "programme": key.programme,
        "package": key.package,
        "region": key.region,
        "zone": row.contract.zone,
        "subscriber": SubscriberBrief(row.subscriber.pk, row.subscriber.slug, row.subscriber.name, row.subscriber.zone),
        "opened_by": PersonBrief(row.opened_by.pk, str(row.opened_by)),
        "language": row.opened_by.language,
        "assignee": PersonBrief(row.assignee.pk, str(row.assignee), vendor=True) if row.assignee else None,
    }


def _calls(entries: Iterable[EntryView]) -> dict[int, CallFacts]:
    """Message id -> what its entry says of the call."""
    return {e.data["message"]: _call(e.data["call"]) for e in entries if e.data.get("call")}


def _call(data: Mapping[str, str]) -> CallFacts:
    at = parse_instant(data["called_at"]) if data.get("called_at") else None
    return CallFacts(data.get("direction", ""), data.get("caller", ""), at)


def _messages(row: Case, viewer: Viewer, entries: Sequence[EntryView]) -> tuple[MessageView, ...]:
    calls = _calls(entries)
    said = Message.objects.filter(case=row).select_related("author").order_by("at", "pk")
    if not viewer.is_staff:
        said = said.exclude(kind__in=HIDDEN_KINDS)
    return tuple(
        MessageView(
            id=m.pk,
            kind=m.kind,
            by_vendor=m.by_vendor,
            body=m.body,
            at=m.at,
            channel=m.channel,
            author=PersonBrief(m.author.pk, str(m.author), m.by_vendor) if m.author else None,
            call=calls.get(m.pk),
        )
        for m in said
    )


def _period(period: Period, terms: StoredTerms) -> PeriodView:
    rule = period.rule
    return PeriodView(
        metric=period.metric,
        number=period.number,
        started=period.started,
        due=period.due,
        near_at=near(period, rule, terms),
        ended=period.ended,
        how=period.how,
        missed=period.missed,
        waiting=period.waiting,
        paused=period.paused,
        rule=rule,
        steps=period.steps,
        target_seconds=int(rule.duration.total_seconds()),
    )


def _people(entries: Iterable[EntryView], told: Iterable[Escalation]) -> set[int]:
    """Everybody whose name the history and the escalations need."""
    found = {e.by.id for e in entries} | {e.data.get("assignee") for e in entries}
    found |= {e.data.get("to") for e in entries if e.kind == HANDED_OVER} | people_told(told)
    return {person for person in found if person is not None}


def _history(entry: EntryView, names: Mapping[int, str]) -> HistoryRow:
    data = dict(entry.data)
    if data.get("assignee") is not None:
        data["assignee_name"] = names.get(data["assignee"], "")
    if entry.kind == HANDED_OVER:
        data["to_name"] = names.get(data["to"], "")
    actor = names.get(entry.by.id, "") if entry.by.id is not None else ""
    return HistoryRow(entry.sequence, entry.kind, entry.at, entry.recorded_at, entry.by, actor, data)


def _can(
    viewer: Viewer, row: Case, entries: Sequence[EntryView], talk: Mapping[str, Any], told: Sequence[Escalation]
) -> frozenset[str]:
    acts = allowed(viewer, row.subscriber_id, row.state)
    if all(each.state != "open" for each in talk["proposals"]):
        acts -= {"answer_proposal", "withdraw_proposal"}
    if all(each.step is None for each in talk["reproductions"]):
        acts -= {"answer_reproduction"}
    if all(each.ended_at is not None for each in told):
        acts -= {"acknowledge_escalation", "end_escalation"}
    return acts if last_word_is_ours(entries) else acts - {"wait"}


def draft(*, viewer: Viewer, place: str) -> DraftView | None:
    """What the viewer typed at a place and has not sent; None when nothing is kept."""
    if viewer.person_id is None:
        return None
    return drafts(viewer=viewer, places=(place,)).get(place)


def drafts(*, viewer: Viewer, places: Collection[str]) -> Mapping[str, DraftView]:
    """What the viewer typed at several places and has not sent, by place; places with nothing kept are absent."""
    if viewer.person_id is None or not places:
        return {}
    rows = Draft.objects.filter(person_id=viewer.person_id, place__in=places)
    return {row.place: DraftView(row.place, row.data, row.updated_at, row.subscriber_id) for row in rows}


def writing(*, viewer: Viewer, number: int) -> list[WritingView]:
    """Who else of the staff has typed on a case in the last minutes, as their drafts say; for staff only."""
    if not viewer.is_staff or viewer.person_id is None:
        return []
    where = {f"{place}:{number}": place for place in PLACES}
    rows = Draft.objects.filter(place__in=where, updated_at__gt=database_now() - WRITING)
    others = rows.exclude(person_id=viewer.person_id).select_related("person").order_by("updated_at", "pk")
    return [WritingView(str(row.person), where[row.place], row.updated_at) for row in others[:10]]


def unread(*, viewer: Viewer, number: int, seen: int) -> int:
    """How many messages others have added to a case after the message `seen`. Raises NotFound outside one's own."""
    rows = Message.objects.filter(case=found(viewer, number), pk__gt=seen).exclude(author_id=viewer.person_id)
    return (rows if viewer.is_staff else rows.exclude(kind__in=HIDDEN_KINDS)).count()
