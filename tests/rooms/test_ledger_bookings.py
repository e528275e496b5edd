"""Bookings in any order, on PostgreSQL: after each the stored lots are what the law makes of the stored lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from rooms_cast import Cast

from garant.contracts import operations_ledger as ledger
from garant.contracts import queries_ledger as allotments
from garant.contracts.models import LedgerEntry, LedgerLot
from garant.core.ledger import Entry, fold
from garant.core.people import SYSTEM
from garant.core.refusals import Refusal

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NAMES = st.sampled_from("abc")
AMOUNTS = st.integers(1, 6).map(lambda n: Decimal(n) / 2)


def machine(cast: Cast) -> type[RuleBasedStateMachine]:
    """The machine on the services days of a gold contract."""
    account: dict[str, Any] = {
        "by": SYSTEM, "contract_id": cast.contracts["gold"].id, "ledger": "services_days",
    }  # fmt: skip

    class Bookings(RuleBasedStateMachine):
        """What a caller may try; the model is how much each booking holds and has used."""

        @initialize()
        def begin(self) -> None:
            self.changes = transaction.atomic()
            self.changes.__enter__()
            self.granted = Decimal(3)
            self.done: dict[tuple[str, str], Decimal] = {}
            self.held: dict[str, Decimal] = {}
            self.used = Decimal(0)

        def teardown(self) -> None:
            if hasattr(self, "changes"):
                transaction.set_rollback(True)
                self.changes.__exit__(None, None, None)

        @property
        def left(self) -> Decimal:
            return self.granted - self.used - sum(self.held.values(), Decimal(0))

        @rule(amount=AMOUNTS)
        def grant(self, amount: Decimal) -> None:
            source = f"pack:{self.granted}"
            assert ledger.grant(amount=amount, source=source, reason="More", **account).new
            self.granted += amount

        @rule(name=NAMES, amount=AMOUNTS)
        def reserve(self, name: str, amount: Decimal) -> None:
            if self._repeated("reserve", name, amount) or self._too_much(amount, "reserve", name):
                return
            found = ledger.reserve(amount=amount, booking=name, **account)
            self.held[name] = self.held.get(name, Decimal(0)) + amount
            self.done["reserve", name] = amount
            assert (found.new, found.reserved) == (True, self.held[name])

        @rule(name=NAMES, amount=AMOUNTS)
        def use(self, name: str, amount: Decimal) -> None:
            held = self.held.get(name, Decimal(0))
            if self._repeated("use", name, amount) or self._too_much(amount - held, "use", name, amount):
                return
            ledger.use(amount=amount, booking=name, **account)
            self.held[name] = held - min(held, amount)
            self.used += amount
            self.done["use", name] = amount

        @rule(name=NAMES)
        def release(self, name: str) -> None:
            held = self.held.get(name, Decimal(0))
            if ("release", name) in self.done:
                assert not ledger.release(booking=name, **account).new
            elif held == 0:
                with pytest.raises(Refusal, match="nothing_reserved"):
                    ledger.release(booking=name, **account)
            else:
                assert ledger.release(booking=name, **account).reserved == 0
                self.done["release", name] = self.held.pop(name)

        def _repeated(self, kind: str, name: str, amount: Decimal) -> bool:
            before = self.done.get((kind, name))
            if before is None:
                return False
            act = getattr(ledger, kind)
            assert not act(amount=before, booking=name, **account).new
            if before != amount:
                with pytest.raises(Refusal, match="booking_differs"):
                    act(amount=amount, booking=name, **account)
            return True

        def _too_much(self, needs: Decimal, kind: str, name: str, amount: Decimal | None = None) -> bool:
            if needs <= self.left:
                return False
            with pytest.raises(Refusal, match="quota_exhausted") as refused:
                getattr(ledger, kind)(amount=amount or needs, booking=name, **account)
            assert refused.value.values["remaining"] == self.left
            return True

        @invariant()
        def lots_are_the_fold_of_the_lines(self) -> None:
            if not hasattr(self, "granted"):
                return
            rows = LedgerLot.objects.filter(account__ledger="services_days", account__contract=account["contract_id"])
            lines = LedgerEntry.objects.filter(lot__in=rows).select_related("lot").order_by("pk")
            folded = fold(
                Entry(n.kind, n.lot_id, n.amount, n.booking, n.lot.starts, n.lot.ends) for n in lines
            )  # fmt: skip
            stored = {row.pk: (row.granted, row.reserved, row.used, row.expired) for row in rows}
            assert stored == {n: (lot.granted, lot.reserved, lot.used, lot.expired) for n, lot in folded.items()}
            assert sum((lot.left for lot in folded.values()), Decimal(0)) == self.left
            assert list(allotments.verify_ledger()) == []

    return Bookings


def test_any_order_of_bookings_leaves_what_the_law_says(cast: Cast) -> None:
    run_state_machine_as_test(
        machine(cast),
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
