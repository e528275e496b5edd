"""Emptying the outbox: claim one message, hand it over, say how it went. Who sends, and how, is the caller's business.

A claim is a lease: until it ends the message is nobody else's. A sender that dies in between leaves the message to be
sent again after the lease, with the same message id: it is never lost, and it doubles at most once per death.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from garant.core.people import SYSTEM, Actor, Viewer
from garant.core.refusals import Refusal
from garant.core.rights import check
from garant.journal.models import Notice
from garant.journal.operations import append, database_now, put_notice
from garant.journal.queries import notice, notice_row
from garant.journal.views import DEAD, DIGEST, DIGESTED, SENT, WAITING, WITHHELD, Claimed

#: How long a claimed message belongs to its sender: far longer than one delivery may take.
LEASE = timedelta(minutes=10)
#: Waits after the first, second, ... try that failed for now; after the last one the message is dead.
BACK_OFF = tuple(timedelta(minutes=each) for each in (1, 2, 5, 10, 30, 60, 120, 240, 480, 960))
#: What one digest may hold at most; the rest goes into the next.
MOST_IN_DIGEST = 200

_NEXT = """
SELECT id, next_try FROM journal_notice WHERE state = 'waiting' AND next_try <= clock_timestamp()
ORDER BY next_try, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_LEASED = (
    "UPDATE journal_notice SET attempts = attempts + 1,"
    " next_try = clock_timestamp() + make_interval(secs => %s) WHERE id = %s"
)


def claim() -> Claimed | None:
    """The message that has waited longest, leased to the caller; None when none is due. Senders never wait for each
    other."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEXT)
        found = cursor.fetchone()
        if found is None:
            return None
        cursor.execute(_LEASED, [LEASE.total_seconds(), found[0]])
        return Claimed(notice_row(Notice.objects.get(pk=found[0])), found[1])


def sent(id: int) -> None:
    """The message was handed over. Said again, it changes nothing."""
    Notice.objects.filter(pk=id).exclude(state=SENT).update(state=SENT, sent_at=database_now(), problem="")


def failed(id: int, problem: str, *, for_good: bool = False) -> bool:
    """The message was not accepted: it is tried again later, with growing waits. Whether it is dead: refused
    `for_good`, or tried often enough. Dead ones stand in the console until somebody sends them again."""
    with transaction.atomic():
        row = Notice.objects.select_for_update().get(pk=id)
        if row.state != WAITING:
            return False  # another sender took it over after the lease and was quicker
        row.problem = _one_line(problem)
        if for_good or row.attempts > len(BACK_OFF):
            row.state = DEAD
        else:
            row.next_try = database_now() + BACK_OFF[row.attempts - 1]
        row.save(update_fields=["problem", "state", "next_try"])
        return row.state == DEAD


def give_back(claimed: Claimed, problem: str) -> None:
    """Nobody took it because nobody was there: its turn is as it was, and this was no try."""
    row = claimed.notice
    Notice.objects.filter(pk=row.id, state=WAITING).update(
        attempts=row.attempts - 1, next_try=claimed.turn, problem=_one_line(problem)
    )


def withhold(id: int, why: str) -> None:
    """The message is not to be sent: its reader doesn't want it, or may not see it any more. `why` is a code."""
    Notice.objects.filter(pk=id, state=WAITING).update(state=WITHHELD, problem=why)


def bury(id: int, why: str) -> None:
    """Give a message up without a try: nobody could send it for too long. `why` is a code."""
    Notice.objects.filter(pk=id, state=WAITING).update(state=DEAD, problem=why)


def keep_for_digest(id: int) -> None:
    """The reader wants it with others, once a day."""
    Notice.objects.filter(pk=id, state=WAITING).update(state=DIGEST, attempts=0)


def gather(*, person_id: int, language: str, before: datetime, once: str) -> bool:
    """Make one digest of what a person's messages before an instant say; False when there is nothing to tell.

    `once` names the digest (person and day): a second one of that name is not made, and its messages wait on.
    """
    with transaction.atomic():
        waiting = Notice.objects.filter(state=DIGEST, person_id=person_id, created_at__lt=before)
        rows = list(waiting.select_for_update().order_by("created_at", "pk")[:MOST_IN_DIGEST])
        if not rows:
            return False
        items: list[Mapping[str, Any]] = [
            {"kind": row.kind, "data": row.data, "subscriber": row.subscriber_id} for row in rows
        ]
        made = put_notice(
            once=once,
            kind="digest",
            person_id=person_id,
            language=language,
            subject=("person", person_id),
            subscriber_id=None,
            data={"items": items},
        )
        if made:
            Notice.objects.filter(pk__in=[row.pk for row in rows]).update(state=DIGESTED)
        return made


def send_again(*, viewer: Viewer, id: int) -> None:
    """Let a dead message have its tries anew, now. Raises NotFound; refuses one that isn't dead, and others' asking."""
    check(viewer, "send_again")
    row = notice(viewer=viewer, id=id)
    with transaction.atomic():
        changed = Notice.objects.filter(pk=id, state=DEAD).update(
            state=WAITING, attempts=0, next_try=database_now(), problem=""
        )
        if not changed:
            raise Refusal("notice_not_dead", "only_dead_notices_again", "look_at_notice", {"state": row.state})
        by: Actor = viewer.actor if viewer.person_id is not None else SYSTEM
        append(
            subject=("notice", id),
            kind="notice_sent_again",
            data={"kind": row.kind, "problem": row.problem},
            by=by,
            at=database_now(),
            subscriber_id=row.subscriber_id,
        )


def _one_line(problem: str) -> str:
    return " ".join(problem.replace("\x00", "").split())[:1000]
