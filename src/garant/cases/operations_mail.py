"""Incoming mail: stored before it is read, read in a process of its own, and then the same request as a form.

What happens to a message is decided once, in the transaction of its effect: a process that dies leaves it stored, and
the next one takes it up.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import F

from garant.cases.mail_deciding import decide, settle
from garant.cases.mail_reading import Reading, read_of
from garant.cases.models_mail import DECIDED, StoredMail
from garant.core.refusals import NotFound
from garant.journal.operations import database_now
from garant.kit.each import UNREACHABLE, each_alone

__all__ = ["DEFAULT", "Outcome", "dealt_with", "deliver", "process", "process_pending", "store"]

log = logging.getLogger(__name__)

#: The mailbox of the programme that the desk begins with.
DEFAULT = "reference"
#: So often a message that can't be dealt with is tried; then it is staff's to look at.
MOST_TRIES = 3
BATCH = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. `case`: the number of the case that it opened, joined or would join; `reason`: a code,
    "" for none."""

    outcome: str
    case: int | None
    reason: str


def store(*, raw: bytes, mailbox: str = DEFAULT, recipient: str = "", received: datetime | None = None) -> int:
    """Keep a message, before anything is read out of it; the id under which it is processed.

    The same bytes for the same mailbox again are the same message. `recipient`: the envelope's address. `received`:
    the receipt (None: now); a receipt ahead of the clock counts as now.
    """
    now = database_now()
    row, _ = StoredMail.objects.get_or_create(
        mailbox=mailbox[:60],
        digest=hashlib.sha256(raw).hexdigest(),
        defaults={
            "raw": raw,
            "size": len(raw),
            "recipient": recipient.replace("\x00", "")[:254],
            "received_at": min(received or now, now),
        },
    )
    return row.pk


def deliver(*, raw: bytes, mailbox: str = DEFAULT, recipient: str = "", received: datetime | None = None) -> Outcome:
    """Take a message in: stored first, then processed. The same bytes for the same mailbox again: the same outcome."""
    return dealt_with(store(raw=raw, mailbox=mailbox, recipient=recipient, received=received))


def dealt_with(mail_id: int) -> Outcome:
    """Process a stored message until something has become of it: one that fails again and again is quarantined."""
    for _ in range(MOST_TRIES):
        try:
            return process(mail_id)
        except UNREACHABLE:
            raise
        except Exception:
            log.exception("mail %s can't be dealt with", mail_id)
    return process(mail_id)


def process_pending(*, waited: timedelta = timedelta(), seconds: float = math.inf) -> int:
    """Take up what was stored and not processed, for the receiver and the sweeper; returns how many messages that was.

    `waited`: leave what was stored more recently to whoever is about to take it up. `seconds`: begin no message after
    that time: one may be made to take long, and whatever else the caller does must not wait for it.
    """
    rows = StoredMail.objects.filter(outcome="stored")
    if waited:
        rows = rows.filter(stored_at__lt=database_now() - waited)
    waiting, until = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]), time.monotonic() + seconds

    def act(pk: int) -> int:
        process(pk)
        return 1

    in_time = takewhile(lambda _: time.monotonic() < until, waiting)
    return each_alone("processing a mail", in_time, act)


def process(mail_id: int) -> Outcome:
    """Decide what a stored message is and do it; what was decided before stays.

    A message that failed too often before is quarantined. Raises NotFound.
    """
    row = StoredMail.objects.filter(pk=mail_id).first()
    if row is None:
        raise NotFound("mail")
    if row.outcome == "stored":
        StoredMail.objects.filter(pk=mail_id).update(tries=F("tries") + 1)
        read = read_of(row) if row.tries < MOST_TRIES else "failed"
        with transaction.atomic():
            # Somebody else may have been quicker; only one of them acts.
            row = StoredMail.objects.select_for_update(of=("self",)).get(pk=mail_id)
            if row.outcome == "stored":
                _settle(row, read)
    return Outcome(row.outcome, row.case.number if row.case else None, row.reason)


def _settle(row: StoredMail, read: Reading | str) -> None:
    if isinstance(read, str):
        settle(row, "quarantined", read)
    else:
        decide(row, read)
    row.processed_at = database_now()
    row.save(update_fields=DECIDED)
