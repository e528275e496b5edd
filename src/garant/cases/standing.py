"""What a subscriber's standing does to cases that come into being or come back while it changes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from garant.contracts.decided import decisions_of, hold_entitlement_now, is_admitted, standing_of
from garant.contracts.queries_changes import key_for_case
from garant.core.refusals import Refusal
from garant.core.standing import SUSPENDED, suspensions

if TYPE_CHECKING:
    from garant.cases.acting import Act


def follow_entitlement(act: Act) -> None:
    """A case that comes back takes the contract's terms and the subscriber's standing as they are now.

    Raises Refusal `standing_is_changing` in the instant in which somebody decides about them.
    """
    case = act.case
    if not hold_entitlement_now(case.subscriber_id):
        raise Refusal("standing_is_changing", "one_change_at_a_time", "try_again")
    key = key_for_case(case.contract_id, case.package_key, act.at)
    if key != case.package_key:
        act.record("package_changed", {"package": key, "from": case.package_key, "cause": "contract_changed"})
    suspended = standing_of(case.subscriber_id) == SUSPENDED and not is_admitted(case.subscriber_id, case.pk)
    if suspended and not case.suspended:
        act.record("support_suspended", {})


def stretches_since(subscriber_id: int, received: datetime, held: str | None) -> list[tuple[str, datetime]]:
    """Entries that a new case needs after its first one: (kind, instant) of each suspension and reinstatement.

    A case held for standing waits from its receipt anyway; one held for another reason, or imported from before,
    pauses like any other.
    """
    found = []
    for stretch in suspensions(decisions_of(subscriber_id)):
        if stretch.end is not None and stretch.end <= received:
            continue
        if stretch.start > received or held != "standing":
            found.append(("support_suspended", max(stretch.start, received)))
        if stretch.end is not None:
            found.append(("support_reinstated", stretch.end))
    return found
