"""What a programme lists in an order keeps that order in the database."""

from __future__ import annotations

from typing import Any

import pytest

from garant.contracts.models import ProgrammeVersion


@pytest.mark.django_db
def test_the_document_comes_back_in_the_order_in_which_it_was_written(cast: Any) -> None:
    version = ProgrammeVersion.objects.get(programme__code="reference")
    plain = {"zebra": 1, "apple": {"b": [1, 2], "a": "ü"}, "10": None}
    copy = ProgrammeVersion.objects.create(
        programme=version.programme, version="order", effective_from=version.effective_from,
        document=plain, source="", digest="order",
    )  # fmt: skip
    copy.refresh_from_db()
    assert list(copy.document) == ["zebra", "apple", "10"]
    assert list(copy.document["apple"]) == ["b", "a"]
    assert copy.document == plain
