"""Which published texts somebody may read follows from their contracts, today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_cast import Cast

from garant.contracts.models import Contract
from garant.contracts.queries_audience import audience_of
from garant.core.audiences import VISITOR
from garant.core.people import NOBODY
from garant.directory.queries import viewer_of
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_a_contracts_term_decides_which_package_a_reader_has(cast: Cast) -> None:
    contract = Contract.objects.select_related("package_version").get(subscriber_id=cast.subscriber_a)
    contact = viewer_of(cast.people["contact"].pk)
    mine = f"package:reference/{contract.package_version.code}"
    assert audience_of(contact) == {"public", "customers", mine}
    today = database_now().date()
    Contract.objects.filter(pk=contract.pk).update(starts_on=today - timedelta(9), ends_on=today - timedelta(2))
    assert audience_of(contact) == {"public", "customers"}, "a contract that has ended opens nothing"


def test_visitors_read_what_is_public_and_staff_everything(cast: Cast) -> None:
    assert audience_of(NOBODY) == VISITOR == {"public"}
    assert audience_of(viewer_of(cast.people["agent"].pk)) == {"public", "customers", "staff"}
