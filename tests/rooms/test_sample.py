"""The sample desk of the first start."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Count
from django.test import RequestFactory

from garant.cases.models import Case, Period
from garant.cases.models_canned import CannedReply
from garant.cases.models_mail import StoredMail
from garant.cases.models_talk import SeverityProposal
from garant.community import queries
from garant.community.models import Profile, Thread
from garant.config import sample
from garant.config.sample_times import back, moment
from garant.config.wiring import deliver_all
from garant.contracts import queries as contracts
from garant.contracts.models import Contract
from garant.contracts.models_ledger import LedgerLot
from garant.contracts.queries_standing import standings
from garant.core.calendars import Calendar
from garant.core.people import NOBODY, Viewer
from garant.directory.models import Person, Subscriber
from garant.directory.models_teams import Absence, Advisor, Team
from garant.directory.queries import viewer_of
from garant.directory.queries_staff import rotas
from garant.journal.models import Entry, Notice, Undelivered, Unsealed
from garant.journal.operations import verify_seals


@pytest.fixture(scope="module")
def logins(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[dict[str, str]]]:
    """A desk just loaded: one for all tests here, each of which undoes what it does."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield sample.load_if_empty()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _undone(logins: list[dict[str, str]], django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_some_mail_waits_for_somebody_and_that_of_a_machine_for_nobody(logins: list[dict[str, str]]) -> None:
    found = sorted(StoredMail.objects.values_list("outcome", "reason", "case"))
    assert found == [
        ("ignored", "automatic_reply", None),
        ("quarantined", "not_their_case", None),
        ("refused", "unknown_sender", None),
    ]


def test_the_first_start_shows_every_kind_of_clock(logins: list[dict[str, str]]) -> None:
    states = set(Case.objects.values_list("state", flat=True))
    assert {"open", "waiting", "resolved", "closed"} <= states
    running = Period.objects.filter(ended=None)
    assert running.filter(missed=True, metric="initial_response").exists()
    assert running.filter(missed=True, metric="follow_up").exists()
    assert running.filter(missed=False, near_at__lte=datetime.now(tz=UTC)).exists()
    assert running.filter(waiting=True, due=None).exists()
    assert Case.objects.filter(periods=None).exists(), "a package without a promise"
    assert Case.objects.filter(assignee=None).exists()
    assert Notice.objects.filter(kind="target_missed").exists()
    assert Case.objects.filter(package_key__contains=":japan").exists()


def test_it_looks_like_a_desk_in_its_second_month(logins: list[dict[str, str]]) -> None:
    assert Subscriber.objects.count() == 20
    keys = set(Contract.objects.values_list("package_version__code", flat=True))
    assert keys == {"standard", "bronze", "silver", "gold", "platinum"}
    assert set(Contract.objects.values_list("region", flat=True)) == {"default", "japan"}
    assert SeverityProposal.objects.filter(state="rejected").exists()
    assert SeverityProposal.objects.filter(state="open").exists()
    held = Case.objects.get(state="held")
    assert held.held_reason == "standing"
    assert standings(viewer=Viewer(staff_roles=frozenset({"manager"})), subscriber_ids=[held.subscriber_id]) == {
        held.subscriber_id: "suspended"
    }
    lots = LedgerLot.objects.filter(account__ledger="services_days", granted__gt=0)
    assert [lot for lot in lots if lot.used == lot.granted], "an allotment used up"
    assert [lot for lot in lots if lot.reserved], "one with something booked ahead"


def test_it_has_teams_a_rota_an_absent_advisor_and_prepared_replies(logins: list[dict[str, str]]) -> None:
    now = datetime.now(tz=UTC)
    assert {team.code: team.members.count() for team in Team.objects.all()} == {
        "first_line": 3, "seniors": 1, "advisors": 1,
    }  # fmt: skip
    (away,) = Absence.objects.all()
    assert away.starts < now < away.ends
    assert away.stand_in is not None
    assert Advisor.objects.filter(person=away.person).count() == 3
    manager = Viewer(staff_roles=frozenset({"manager"}))
    (nights,) = rotas(manager, now, timedelta(weeks=5))
    assert nights.gaps, "the plan ends within the weeks that the page shows"
    assert CannedReply.objects.count() == 2


def test_the_logins_sign_in_and_hold_what_they_say(logins: list[dict[str, str]]) -> None:
    assert [login["role"] for login in logins].count("contact") == 3
    assert {login["role"] for login in logins} == {
        "agent",
        "manager",
        "finance",
        "programme_owner",
        "contact",
        "viewer",
        "administrator",
    }
    assert len({login["package"] for login in logins if login["role"] == "contact"}) == 3
    for login in logins:
        request = RequestFactory().post("/accounts/login/")
        person = authenticate(request, email=login["email"], password=login["password"])
        assert isinstance(person, Person)
        viewer = viewer_of(person.pk)
        held = viewer.staff_roles | frozenset().union(*viewer.subscriber_roles.values())
        assert login["role"] in held
        if login["subscriber"]:
            mine = Subscriber.objects.get(name=login["subscriber"])
            contract = contracts.contract_at(mine.pk, datetime.now(tz=UTC))
            assert contract is not None
            assert contract.package == login["package"]
            assert (contract.slot_of(person.pk) is not None) == (login["role"] == "contact")


def test_a_second_start_loads_nothing(logins: list[dict[str, str]]) -> None:
    before = (Case.objects.count(), Entry.objects.count())
    assert sample.load_if_empty() == []
    assert (Case.objects.count(), Entry.objects.count()) == before


def test_passwords_differ_from_desk_to_desk(logins: list[dict[str, str]]) -> None:
    assert len({login["password"] for login in logins} | {sample._password() for _ in range(50)}) == len(logins) + 50


def test_its_entries_are_delivered_and_sealed(logins: list[dict[str, str]]) -> None:
    assert deliver_all() == Entry.objects.count()
    assert not Undelivered.objects.exists()
    assert not Unsealed.objects.exists()
    assert verify_seals() == []


def test_moments_count_back_on_the_hours_of_the_target() -> None:
    weekdays = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    office = Calendar.from_plain("office", {"timezone": "UTC", "weekly": weekdays})
    monday = datetime(2026, 3, 9, 10, tzinfo=UTC)
    for hours in (0.5, 1.5, 8, 40):
        at = back(office, timedelta(hours=hours), monday)
        assert abs(office.elapsed(at, monday) - timedelta(hours=hours)) <= timedelta(seconds=1)
    assert back(None, timedelta(hours=3), monday) == monday - timedelta(hours=3)


@pytest.mark.parametrize("ago", ["3", "1 follow_up", "1 nothing"])
def test_a_moment_that_means_nothing_is_an_error(ago: str) -> None:
    class NoPromise:
        def rule(self, *_: str) -> None:
            return None

    with pytest.raises(ValueError, match=r"unpack|no target"):
        moment(ago, NoPromise(), "key", "1", datetime.now(tz=UTC))  # type: ignore[arg-type]


def test_the_community_has_threads_of_every_kind_whose_people_are_of_the_desk(logins: list[dict[str, str]]) -> None:
    kinds = dict(Thread.objects.values_list("kind").annotate(Count("pk")))
    assert set(kinds) == {"question", "discussion", "idea"}
    assert Thread.objects.filter(state="answered").exists()
    assert not Profile.objects.filter(name__contains="@").exists()
    assert not Notice.objects.filter(subject_kind="thread").exists()
    for thread in Thread.objects.all():
        seen = queries.thread(viewer=NOBODY, thread_id=thread.pk)
        assert (seen.row.votes, seen.row.answers) == (seen.opening.votes, len(seen.answers))
