"""Keeping note of the mailboxes: how far they were read, what is wrong, and telling managers once an outage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from garant.cases.models_mailboxes import MailboxState
from garant.core.identity import plain_text
from garant.core.people import Viewer
from garant.directory.queries import staff
from garant.directory.views import PersonRow
from garant.journal.operations import database_now
from garant.journal.operations_notices import NewNotice, put_notices

__all__ = ["SILENT_AFTER", "configure_mailboxes", "mailbox_failed", "mailbox_looked", "mailbox_took", "tell_silent"]

#: A mailbox that nobody could look through for so long is silent.
SILENT_AFTER = timedelta(minutes=15)
#: Problems that end only when somebody does something: told at once.
_TOLD_AT_ONCE = ("password", "folder")
_HOUSE = Viewer(staff_roles=frozenset({"manager"}))


def configure_mailboxes(names: Iterable[str]) -> None:
    """Note which mailboxes there are; what was known of others is forgotten."""
    wanted = sorted(set(names))
    MailboxState.objects.exclude(name__in=wanted).delete()
    _add(wanted)


def _add(names: Iterable[str]) -> None:
    MailboxState.objects.bulk_create([MailboxState(name=name) for name in sorted(set(names))], ignore_conflicts=True)


def mailbox_took(*, name: str, uidvalidity: int, uid: int | None) -> None:
    """Note that a message was stored and marked. `uid` None: the folder was never looked through under `uidvalidity`,
    so messages before this one may still be waiting."""
    row = MailboxState.objects.filter(name=name)
    row.update(last_message=database_now())
    if uid is not None:
        row.filter(uidvalidity=uidvalidity, last_uid__lt=uid).update(last_uid=uid)


def mailbox_looked(*, name: str, uidvalidity: int, last_uid: int) -> None:
    """Note that a folder was looked through to its end, up to `last_uid`; an outage is over with that."""
    MailboxState.objects.filter(name=name).update(
        last_fetch=database_now(), uidvalidity=uidvalidity, last_uid=last_uid, problem="", detail="", since=None
    )


@transaction.atomic
def mailbox_failed(*, name: str, problem: str, detail: str) -> None:
    """Note what keeps a mailbox from being read. Managers are told of what somebody must mend, once an outage."""
    row = MailboxState.objects.select_for_update().filter(name=name).first()
    if row is None:
        return
    row.detail = plain_text(detail)[:300]
    if row.problem != problem:
        row.problem, row.since = problem, database_now()
    row.save(update_fields=["detail", "problem", "since"])
    if problem in _TOLD_AT_ONCE:
        _tell(row, "mailbox_failed", row.since)


def tell_silent(names: Sequence[str]) -> int:
    """Tell managers of mailboxes that were not looked through for long, once an outage; returns how many are silent.

    `names`: the mailboxes that should be read now.
    """
    if not names:
        return 0
    _add(names)  # one that no receiver has ever seen is silent too
    since = database_now() - SILENT_AFTER
    rows = MailboxState.objects.filter(name__in=names).annotate(heard=Coalesce("last_fetch", "added_at"))
    silent = list(rows.filter(heard__lt=since).order_by("name"))
    for row in silent:
        _tell(row, "mailbox_silent", row.last_fetch)
    return len(silent)


def _tell(row: MailboxState, kind: str, since: datetime | None) -> None:
    """One notice a manager and outage, which is named by the last time all was well, whatever is wrong meanwhile."""
    well = (row.last_fetch or row.added_at).isoformat()
    began = since.isoformat() if since else ""
    put_notices(
        [
            NewNotice(
                once=f"{kind}:{row.pk}:{well}:{one.id}",
                kind=kind,
                person_id=one.id,
                language=one.language,
                subject=("mailbox", row.pk),
                subscriber_id=None,
                data={"mailbox": row.name, "code": row.problem, "problem": row.detail, "since": began},
            )
            for one in _managers()
        ]
    )


def _managers() -> list[PersonRow]:
    return [one for one in staff(_HOUSE) if "manager" in one.roles]
