"""Is what is recorded about standing what the journal says? Facts and decisions beside their entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from garant.contracts.models import Amendment, ObligationFact, StandingDecision
from garant.journal.queries_replay import entries_by_subject, subjects_after

#: Subscribers or contracts read at once.
BATCH = 500

Record = Mapping[str, Any]


def differing_records() -> Iterator[tuple[str, Any, Any]]:
    """What differs, as (what, stored, journal); None where one of them has nothing."""
    yield from _compared("subscriber", _stored_by_subscriber, _SAID_OF_SUBSCRIBER)
    yield from _compared("contract", _stored_by_contract, {"contract_amended": ("amendment", _amendment_said)})


def _compared(kind: str, stored_of: Any, readers: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    after = 0
    while ids := _next(kind, after):
        said: dict[str, Record] = {}
        for entries in entries_by_subject(kind=kind, ids=ids, only=tuple(readers)).values():
            for entry in entries:
                name, read = readers[entry.kind]
                said[f"{name} {entry.data[name]}"] = read(entry)
        stored = stored_of(ids)
        for what in sorted(stored.keys() | said.keys()):
            if stored.get(what) != said.get(what):
                yield what, stored.get(what), said.get(what)
        after = ids[-1]


def _next(kind: str, after: int) -> list[int]:
    """The next subjects with entries, or with rows that have none."""
    models = {"subscriber": (ObligationFact, StandingDecision), "contract": (Amendment,)}[kind]
    found = set(subjects_after(kind=kind, after=after, limit=BATCH))
    for model in models:
        rows = model.objects.filter(**{f"{kind}_id__gt": after}).order_by(f"{kind}_id")
        found.update(rows.values_list(f"{kind}_id", flat=True).distinct()[:BATCH])
    return sorted(found)[:BATCH]


def _stored_by_subscriber(ids: list[int]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for fact in ObligationFact.objects.filter(subscriber_id__in=ids):
        found[f"fact {fact.pk}"] = {
            "subscriber": fact.subscriber_id, "kind": fact.kind, "reference": fact.reference, "on": str(fact.on),
            "amount": None if fact.amount is None else f"{fact.amount:.2f}", "currency": fact.currency,
        }  # fmt: skip
    for row in StandingDecision.objects.filter(subscriber_id__in=ids):
        found[f"decision {row.pk}"] = {
            "subscriber": row.subscriber_id, "decision": row.decision, "ground": row.ground,
            "automatic": row.automatic, "at": row.at.isoformat(), "by": row.actor_id,
        }  # fmt: skip
    return found


def _fact_said(entry: Any) -> Record:
    data = entry.data
    return {"subscriber": entry.subject[1], **{n: data[n] for n in ("kind", "reference", "on", "amount", "currency")}}


def _decision_said(entry: Any) -> Record:
    return {
        "subscriber": entry.subject[1], "decision": entry.kind.removeprefix("standing_"),
        "ground": entry.data["ground"], "automatic": entry.data["automatic"], "at": entry.at.isoformat(),
        "by": entry.by.id,
    }  # fmt: skip


_SAID_OF_SUBSCRIBER = {
    "obligation_recorded": ("fact", _fact_said),
    "standing_suspended": ("decision", _decision_said),
    "standing_reinstated": ("decision", _decision_said),
    "standing_admitted": ("decision", _decision_said),
}


def _stored_by_contract(ids: list[int]) -> dict[str, Record]:
    rows = Amendment.objects.filter(contract_id__in=ids)
    return {f"amendment {row.pk}": {"contract": row.contract_id, "kind": row.kind, **row.data} for row in rows}


def _amendment_said(entry: Any) -> Record:
    data = {name: value for name, value in entry.data.items() if name != "amendment"}
    return {"contract": entry.subject[1], **data}
