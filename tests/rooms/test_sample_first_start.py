"""The first start of a desk: all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from garant.cases.models import Case
from garant.config import sample
from garant.directory.models import Person
from garant.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("dies_in", ["garant.cases.operations.reply", "garant.contracts.operations.fill_slot"])
def test_a_load_that_dies_leaves_nothing_and_the_next_one_works(dies_in: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(Exception):
        pass

    def die(**_: Any) -> None:
        raise Died

    with monkeypatch.context() as broken:
        broken.setattr(dies_in, die)
        with pytest.raises(Died):
            sample.load_if_empty()
    assert (Person.objects.count(), Case.objects.count(), Entry.objects.count()) == (0, 0, 0)
    assert sample.load_if_empty()
