"""Values typed with a digit too many: refused with rule and remedy, and never in the way of other people's work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rooms_cast import Cast, name_contact, person, sign

from garant.cases.operations import change_contract
from garant.cli import sweep
from garant.contracts import operations as contracts
from garant.contracts import operations_ledger as ledger
from garant.contracts.models import Contract
from garant.contracts.operations_imports import preview_import
from garant.contracts.queries_changes import Change
from garant.core.people import SYSTEM
from garant.core.refusals import Refusal
from garant.kit import each

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(2200, 1, 1), date(1, 1, 1)])
def test_no_contract_has_a_day_that_cannot_be_counted(cast: Cast, day: date) -> None:
    held = cast.contracts["gold"]
    acts: list[Any] = [
        lambda: change_contract(
            by=SYSTEM, contract_id=held.id, change=Change("renewal", ends_on=day), reason="a digit too many"
        ),
        lambda: sign("gold", held.subscriber_id, reference="FAR", starts_on=min(day, held.starts_on), ends_on=day),
    ]
    for act in acts:
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code in ("day_out_of_range", "term_backwards")
    assert Contract.objects.get(pk=held.id).ends_on == held.ends_on


def test_a_limit_below_a_filled_place_is_refused_with_the_place(cast: Cast) -> None:
    held = cast.contracts["platinum"]
    for number in range(2, 5):
        name_contact(held, person(f"other_{number}"))
    for number in (1, 2, 3):
        contracts.empty_slot(by=SYSTEM, contract_id=held.id, number=number)
    with pytest.raises(Refusal) as refused:
        change_contract(by=SYSTEM, contract_id=held.id, change=Change("package", package="standard"), reason="smaller")
    assert (refused.value.code, refused.value.values["place"]) == ("contacts_over_limit", 4)


def test_an_allotment_never_grows_past_what_can_be_kept(cast: Cast) -> None:
    held = cast.contracts["gold"]
    pack: dict[str, Any] = {"by": SYSTEM, "contract_id": held.id, "ledger": "services_days"}
    with pytest.raises(Refusal) as refused:
        ledger.grant(**pack, amount=Decimal(999_999_999), source="order-1", reason="sold")
    assert refused.value.code == "amount_too_large"
    with pytest.raises(Refusal) as refused:
        ledger.grant(**pack, amount=Decimal(1), source="order-3", reason="sold", ends=date(9999, 12, 31))
    assert refused.value.code == "day_out_of_range"
    ledger.grant(**pack, amount=Decimal(1000), source="order-2", reason="sold")


@pytest.mark.parametrize("bought", ["packs=1e30", "packs=99999999999"])
def test_an_import_names_the_line_with_such_a_number(cast: Cast, bought: str) -> None:
    head = "subscriber,reference,programme,package,starts_on,ends_on,zone,bought"
    slug = "gold-customer"
    line = f"{slug},FAR-1,reference,gold,2026-01-01,2026-12-31,UTC,{bought}"
    view = preview_import(by=SYSTEM, content=f"{head}\n{line}\n".encode())
    assert [one.problem for one in view.lines] != [""]


def test_one_bad_piece_costs_itself_only(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def act(piece: int) -> int:
        if piece == 2:
            raise OverflowError("date value out of range")
        done.append(piece)
        return 1

    assert each.each_alone("counting", [1, 2, 3], act) == 2
    assert done == [1, 3]
    assert "counting failed for 2" in caplog.text


def test_a_sweep_goes_on_past_a_job_that_fails(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from garant.contracts import operations_ledger

    ran: list[str] = []

    def broken() -> int:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(operations_ledger, "ledger_housekeeping", broken)
    monkeypatch.setattr("garant.contracts.operations_contacts.settle_contacts", lambda: ran.append("contacts") or 0)
    monkeypatch.setattr("garant.contracts.operations_invitations.end_invitations", lambda: ran.append("invited") or 0)
    sweep._sweep_once()
    assert ran == ["contacts", "invited"]
