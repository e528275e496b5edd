"""Many notices at once, for acts that tell a whole role."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from garant.journal.views import Subject

_PUT = """
INSERT INTO journal_notice (message_id, once, kind, person_id, address, language, subject_kind, subject_id,
                            subscriber_id, data, attempts, problem)
SELECT g.message_id, g.once, g.kind, g.person_id, '', g.language, g.subject_kind, g.subject_id, g.subscriber_id,
       g.data::jsonb, 0, ''
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
            %s::text[]) WITH ORDINALITY
     AS g(message_id, once, kind, person_id, language, subject_kind, subject_id, subscriber_id, data, place)
ORDER BY g.place
ON CONFLICT (once) DO NOTHING
RETURNING once
"""


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


def put_notices(notices: Sequence[NewNotice]) -> frozenset[str]:
    """Put messages into the outbox in one statement; returns the `once` of those that were not there already."""
    if not notices:
        return frozenset()
    columns: list[list[Any]] = [
        [uuid.uuid4() for _ in notices],
        [n.once for n in notices],
        [n.kind for n in notices],
        [n.person_id for n in notices],
        [n.language for n in notices],
        [n.subject[0] for n in notices],
        [n.subject[1] for n in notices],
        [n.subscriber_id for n in notices],
        [json.dumps(dict(n.data), allow_nan=False) for n in notices],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_PUT, columns)
        return frozenset(row[0] for row in cursor.fetchall())
