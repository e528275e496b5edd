"""Whether somebody may open a case now: contracts say what is so, core's intake decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from garant.contracts import queries as contracts
from garant.core.intake import Held, Refused, Request, admit, channel_at
from garant.core.refusals import Refusal

#: Channels on which the person has signed in: whoever is no authorized contact can be told so, and nothing is held.
SIGNED_IN = frozenset({"web", "api"})
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A case that may be opened: under which contract and terms, held for what reason (None: it runs), and what the
    programme lets pass with a warning."""

    contract_id: int
    package_key: str
    held: str | None
    warnings: tuple[str, ...]


def enter(
    person_id: int,
    subscriber_id: int,
    at: datetime,
    channel: str,
    severity: str,
    request_type: str,
    contract_id: int | None = None,
    *,
    product: str = "",
    release: str = "",
    files: Collection[int] = (),
    verified: bool = True,
) -> Entry:
    """Admit or hold a case, under one of several contracts (`contract_id` None: the one that the person is a contact
    of). `product` and `release` empty: not said. `files`: the sizes in bytes of what is sent along. `verified`: whether
    the person is known to have sent it.

    Raises Refusal with the rule and the way out.
    """
    facts = contracts.admission_facts(person_id, subscriber_id, at, contract_id)
    signed_in = channel in SIGNED_IN
    asked = Request(
        at=at,
        channel=channel_at(channel, facts.conditions.region_channels),
        severity=severity,
        request_type=request_type,
        product=product or None,
        release=release or None,
        attachments=len(files),
        largest_attachment=max(files, default=0) / MEGABYTE,
        signed_in=signed_in,
    )
    answer = admit(replace(facts.sender, verified=verified), asked, facts.conditions)
    if isinstance(answer, Refused):
        raise answer.refusal()
    if facts.contract is None:
        raise Refusal("no_contract", "support_needs_a_contract", "ask_sales")
    if not facts.with_cases:
        raise Refusal("no_cases_in_package", "cases_of_the_package", "ask_sales", {"package": facts.contract.package})
    if not isinstance(answer, Held):
        return Entry(facts.contract.id, facts.contract.package_key, None, answer.warnings)
    return Entry(facts.contract.id, facts.contract.package_key, answer.reason, ())
