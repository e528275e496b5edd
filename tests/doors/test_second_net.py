"""Row-level security, the second net: with the first one taken away nobody sees another organisation all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from desk_cast import Cast, file_case
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from garant.cases import operations as cases
from garant.cases import queries_case, queries_queue, scope
from garant.cases.models import Case, CaseLink, Message
from garant.contracts import queries as contracts
from garant.contracts import queries_ledger
from garant.contracts.models import Contract, LedgerAccount, LedgerEntry
from garant.core.people import Viewer
from garant.directory.models import RoleHeld, Subscriber
from garant.journal.models import Entry, Notice
from garant.kit import reach
from garant.kit.postgres.row_security import EXEMPT, OTHERS, policies
from garant.portal.urls import urlpatterns

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def counted() -> dict[str, set[int]]:
    """Which subscribers' rows a statement without any filter sees, by table."""
    tables: tuple[Any, ...] = (Case, Message, Contract, LedgerAccount, LedgerEntry, Entry, Notice)
    found = {
        model._meta.db_table: set(
            model.objects.exclude(subscriber_id=None).values_list("subscriber_id", flat=True).distinct()
        )
        for model in tables
    }
    return {**found, "directory_subscriber": set(Subscriber.objects.values_list("pk", flat=True))}


def test_without_any_filter_only_the_rows_of_the_own_organisation_are_there(cast: Cast) -> None:
    cases.add_note(by=cast.actor("agent"), number=cast.case_b, body="Looking into it.")
    everything = counted()
    assert all({cast.subscriber_a, cast.subscriber_b} <= seen for seen in everything.values()), everything
    with reach.narrowed([cast.subscriber_a]):
        assert set(map(frozenset, counted().values())) == {frozenset({cast.subscriber_a})}
    with reach.narrowed([]):
        assert set(map(frozenset, counted().values())) == {frozenset()}
        assert RoleHeld.objects.exists(), "the reach of a request is read from it"
    assert counted() == everything, "afterwards the desk sees everything again"


def test_nothing_is_written_for_another_organisation(cast: Cast) -> None:
    foreign = Case.objects.get(number=cast.case_b)
    with reach.narrowed([cast.subscriber_a]):
        assert Case.objects.filter(pk=foreign.pk).update(subject="taken over") == 0
        assert Case.objects.filter(pk=foreign.pk).delete()[0] == 0
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            Message.objects.create(case=foreign, subscriber_id=foreign.subscriber_id, body="x", at=foreign.received_at)
    foreign.refresh_from_db()
    assert foreign.subject == Cast.secret_b


def test_a_link_shows_only_to_who_sees_both_cases(cast: Cast) -> None:
    first, second = (Case.objects.get(number=n) for n in (cast.case_a, cast.case_b))
    own = Case.objects.get(number=file_case(cast.people["contact"], cast.subscriber_a, "Another"))
    for case, other in ((first, second), (first, own)):
        CaseLink.objects.create(case=case, other=other, kind="related", by=cast.people["agent"], at=first.received_at)
    with reach.narrowed([cast.subscriber_a]):
        assert list(CaseLink.objects.values_list("other_id", flat=True)) == [own.pk]


def test_what_the_desk_looks_at_itself_reaches_everything_and_then_no_further(cast: Cast) -> None:
    with reach.narrowed([cast.subscriber_a]):
        with reach.desk_wide():
            assert Subscriber.objects.count() == 2
        assert Subscriber.objects.count() == 1
        with pytest.raises(ZeroDivisionError), reach.desk_wide():
            1 / 0  # noqa: B018
        assert Subscriber.objects.count() == 1, "a failure leaves nobody with more"


@pytest.fixture
def no_first_net(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scoping query gives everything, and everybody reads for every organisation."""
    for module in (scope, queries_case, queries_queue):
        monkeypatch.setattr(module, "visible", lambda viewer: Case.objects.all())
    monkeypatch.setattr(queries_case, "may_see", lambda *args, **more: True, raising=False)
    monkeypatch.setattr(contracts, "_contracts_of", lambda viewer: contracts._rows())
    accounts: Callable[[Viewer], Any] = lambda viewer: LedgerAccount.objects.select_related(  # noqa: E731
        "contract__package_version", "subscriber"
    )
    monkeypatch.setattr(queries_ledger, "_accounts_of", accounts)


def pages(cast: Cast) -> Iterator[str]:
    account = LedgerAccount.objects.filter(subscriber_id=cast.subscriber_b).exclude(ledger="contacts").first()
    assert account is not None
    given = {"contract_id": account.contract_id, "ledger_code": account.ledger}
    yield reverse("case", args=[cast.case_b])
    yield reverse("allotment", kwargs=given)
    yield reverse("allotment_export", kwargs=given)


def test_with_the_first_net_removed_the_second_holds(cast: Cast, no_first_net: None) -> None:
    client, foreign = cast.client("contact"), list(pages(cast))
    for address in foreign:
        assert client.get(address).status_code == 404, address
    for address in (reverse("home"), reverse("allotments"), reverse("standing")):
        assert Cast.secret_b not in client.get(address).content.decode(), address
        assert "Borealis" not in client.get(address).content.decode(), address


def test_control_without_policies_the_same_requests_leak(
    cast: Cast, no_first_net: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: it was the second net that held."""
    monkeypatch.setattr(reach, "net_is_there", lambda: False)
    answers = [cast.client("contact").get(address).status_code for address in pages(cast)]
    assert answers[0] == 200, "the foreign case is read"
    assert Cast.secret_b in cast.client("contact").get(reverse("home")).content.decode()


def test_control_a_table_whose_policy_is_gone_shows_everything(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY")
    with reach.narrowed([cast.subscriber_a]):
        assert Case.objects.filter(number=cast.case_b).exists()


def test_every_table_with_rows_of_a_subscriber_has_its_policies(cast: Cast) -> None:
    """Found in the schema: by a column, or by a key to a case, a contract or a subscriber."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            " AND confrelid::regclass::text IN ('cases_case', 'contracts_contract', 'directory_subscriber')"
        )
        keyed = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT c.relname, array_agg(p.polname::text ORDER BY p.polname) FROM pg_class c JOIN pg_policy p"
            " ON p.polrelid = c.oid WHERE c.relrowsecurity GROUP BY c.relname"
        )
        secured = dict(cursor.fetchall())
    wanted = {table for table, _ in policies(connection.connection)} | (keyed - set(EXEMPT))
    assert {table for table in wanted if secured.get(table) != ["desk", "own_organisation"]} == set()
    assert set(OTHERS) <= wanted
    assert len(wanted) > 20


def test_a_visitor_reaches_nothing_and_a_contact_the_own_organisation(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    (home,) = [pattern for pattern in urlpatterns if pattern.name == "home"]
    plain = home.callback

    def counting(request: Any) -> Any:
        seen.append(Subscriber.objects.count())
        return plain(request)

    monkeypatch.setattr(home, "callback", counting)
    for client in (Client(), cast.client("contact"), cast.client("stranger")):
        client.get("/")
    assert seen == [0, 1, 1]
    assert Subscriber.objects.count() == 2
