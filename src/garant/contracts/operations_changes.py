"""Changing a contract: package, region, term, add-ons, own targets. Each change is kept as an amendment.

What it does to open cases is the case room's (`cases.operations.change_contract`), in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from garant.contracts.models import Amendment
from garant.contracts.operations_ledger_changes import follow_amendment
from garant.contracts.operations_standing import reason_text
from garant.contracts.queries import contract_by_id
from garant.contracts.queries_changes import Change, Proposed, change_terms, proposed
from garant.core.people import Actor
from garant.directory.operations import require_role
from garant.journal.operations import append

__all__ = ["SIGNERS", "Amended", "amend"]

#: Who may change a contract.
SIGNERS = frozenset({"manager"})


@dataclass(frozen=True, slots=True)
class Amended:
    """A change that was written down: its amendment, and the terms (`key`) that open cases get."""

    amendment: int
    reference: str
    subscriber_id: int
    key: str
    cause: str


def amend(*, by: Actor, contract_id: int, change: Change, reason: str, at: datetime) -> Amended:
    """Change a contract from now on and keep why. For the case room, which holds the entitlement's lock.

    Refuses what `queries_changes.proposed` refuses, and anybody but a manager.
    """
    require_role(by, SIGNERS)
    said = reason_text(reason)
    row = change_terms(contract_id)
    after = proposed(contract_by_id(contract_id), change, at)
    data = {
        **_shown(after), **after.own.to_plain(), "before": _before(after), "cause": after.cause,
        "terms": after.sets_terms,
    }  # fmt: skip
    amendment = Amendment.objects.create(
        contract=row, subscriber_id=row.subscriber_id, kind=change.kind, data=data, reason=said, effective_at=at,
        actor_kind=by.kind, actor_id=by.id,
    )  # fmt: skip
    row.package_version_id, row.region = after.package_version_id, after.region
    row.ends_on, row.contact_limit = after.ends_on, after.limit
    row.save(update_fields=["package_version", "region", "ends_on", "contact_limit"])
    follow_amendment(
        by=by, contract_id=row.pk, amendment=amendment.pk, kind=change.kind, ended=after.before.ends_on
    )  # fmt: skip
    append(
        subject=("contract", row.pk), kind="contract_amended", by=by, at=at, subscriber_id=row.subscriber_id,
        data={"amendment": amendment.pk, "kind": change.kind, **data},
    )  # fmt: skip
    key = after.key if after.ended else contract_by_id(contract_id).package_key
    return Amended(amendment.pk, row.reference, row.subscriber_id, key, after.cause)


def _shown(after: Proposed) -> dict[str, object]:
    return {
        "package": after.package, "version": after.version, "region": after.region,
        "ends_on": after.ends_on.isoformat(), "contacts": after.limit,
    }  # fmt: skip


def _before(after: Proposed) -> dict[str, object]:
    was = after.before
    return {
        "package": was.package, "version": was.version, "region": was.region, "ends_on": was.ends_on.isoformat(),
        "contacts": was.limit, "key": was.package_key,
    }  # fmt: skip
