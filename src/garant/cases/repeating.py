"""Acts that may be sent twice and happen once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from garant.cases.views import Done
from garant.core.instants import parse_instant
from garant.core.people import Actor
from garant.journal import operations as journal


def repeatable(name: str, by: Actor, once: str | None, asked: Mapping[str, Any], act: Callable[[], Done]) -> Done:
    """Do an act once per key and person; `asked` is what the key stands for.

    The key's row is locked first, then the case's: everywhere in this order. Raises Refusal `idempotency_key_reused`
    when the key came with something else before.
    """
    with transaction.atomic(), journal.once(scope=f"person:{by.id}/{name}", key=once, body=asked) as attempt:
        if attempt.result is not None:
            return _as_done(attempt.result)
        done = act()
        attempt.keep(
            {
                "number": done.number,
                "state": done.state,
                "severity": done.severity,
                "at": done.at.isoformat(),
                "due": done.due.isoformat() if done.due else None,
                "message_id": done.message_id,
            }
        )
        return done


def _as_done(result: Mapping[str, Any]) -> Done:
    due = result["due"]
    return Done(
        number=result["number"],
        state=result["state"],
        severity=result["severity"],
        due=parse_instant(due) if due else None,
        at=parse_instant(result["at"]),
        message_id=result["message_id"],
    )
