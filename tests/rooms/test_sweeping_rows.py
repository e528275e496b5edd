"""Rows written as arrays are what rows written one by one would be."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DataError

from garant.journal.models import Notice
from garant.kit.rows import insert_all

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def notice(once: str, **more: object) -> Notice:
    return Notice(once=once, kind="k", subject_kind="case", subject_id=1, **more)


def test_values_arrive_as_they_were(db: None) -> None:
    data = {"text": "{\"a\"}, NULL, 'quote' \\ é 日", "none": None, "list": [1, 2.5, True]}
    rows = [notice("one", data=data, person_id=7), notice("two", address="x@y.example")]
    assert insert_all(rows) == 2
    first, second = Notice.objects.order_by("pk")
    assert (first.once, first.data, first.person_id, first.sent_at) == ("one", data, 7, None)
    assert (first.message_id, first.created_at is not None) == (rows[0].message_id, True)
    assert (second.once, second.person_id, second.address) == ("two", None, "x@y.example")


def test_nothing_is_cut_and_conflicts_count(db: None) -> None:
    assert insert_all([]) == 0
    with pytest.raises(DataError), transaction.atomic():
        insert_all([notice("x", language="much-too-long")])
    insert_all([notice("x")])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all([notice("x")])
    assert insert_all([notice("x"), notice("y")], ignore_conflicts=True) == 1
