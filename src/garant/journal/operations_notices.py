"""Many notices at once, for acts that tell a whole role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from garant.journal.models import Notice
from garant.journal.views import Subject
from garant.kit.rows import insert_all


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A message about to be put into the outbox; `once` says what it is about, fields as in `put_notice`."""

    once: str
    kind: str
    person_id: int
    language: str
    subject: Subject
    subscriber_id: int | None
    data: Mapping[str, Any]


def put_notices(notices: Sequence[NewNotice]) -> None:
    """Put messages into the outbox in one statement; one whose `once` stands there already is left out."""
    insert_all(
        [
            Notice(
                once=n.once,
                kind=n.kind,
                person_id=n.person_id,
                language=n.language,
                subject_kind=n.subject[0],
                subject_id=n.subject[1],
                subscriber_id=n.subscriber_id,
                data=dict(n.data),
            )
            for n in notices
        ],
        ignore_conflicts=True,
    )
