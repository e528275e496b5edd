"""What joins the rooms: handlers that hear the journal, and the viewer that each request carries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case
from garant.config.middleware import ViewerMiddleware
from garant.config.wiring import deliver_all
from garant.contracts import operations as contracts
from garant.core.people import NOBODY, SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person


def test_a_calendars_edit_moves_the_due_times_of_open_cases_and_of_no_others(cast: Cast) -> None:
    who = cast.people["contact_gold"]
    filed = [
        cases.file_case(
            by=cast.actor("contact_gold"), person_id=who, subscriber_id=cast.subscribers["gold"], subject="Slow",
            description="It is slow.", severity=severity, request_type="error", steps="1", expected="2", actual="3",
            environment="4",
        )
        for severity in ("3", "1")
    ]  # fmt: skip
    deliver_all()
    hours = {day: [["09:00", "10:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    contracts.edit_calendar(
        by=SYSTEM, programme="reference", code="vendor_hours", effective_from=None, reason="fewer hours",
        plain={"timezone": "America/Denver", "weekly": hours},
    )  # fmt: skip
    assert deliver_all() > 0
    moved, kept = (Case.objects.get(number=one.number).next_due for one in filed)
    assert moved is not None
    assert filed[0].due is not None
    assert moved > filed[0].due + timedelta(days=5), "twelve hours at one hour a day"
    assert kept == filed[1].due, "24x7 was not edited"


class Seen:
    """The end of the chain: remembers who looked and on which clock."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.request = request
        self.zone = timezone.get_current_timezone_name()
        return HttpResponse()


def ask(user: object) -> Seen:
    seen = Seen()
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    ViewerMiddleware(seen)(request)
    return seen


def test_a_request_carries_its_viewer_with_the_roles_held_now(cast: Cast, django_assert_num_queries: object) -> None:
    person = Person.objects.get(pk=cast.people["contact_gold"])
    seen = ask(person)
    directory.end_role(by=SYSTEM, person_id=person.pk, role="contact", subscriber_id=cast.subscribers["gold"])
    assert seen.request.viewer.subscriber_roles == {}  # type: ignore[attr-defined]
    assert seen.request.viewer.person_id == person.pk  # type: ignore[attr-defined]


def test_nobody_is_asked_before_somebody_looks(cast: Cast, django_assert_num_queries: object) -> None:
    person = Person.objects.get(pk=cast.people["agent"])
    with django_assert_num_queries(0):  # type: ignore[operator]
        seen = ask(person)
    with django_assert_num_queries(1):  # type: ignore[operator]  # roles; the person is the request's own
        assert seen.request.viewer.is_staff  # type: ignore[attr-defined]
        assert seen.request.viewer.language == "en"  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_visitor_is_nobody_on_utc() -> None:
    seen = ask(AnonymousUser())
    assert seen.request.viewer == NOBODY  # type: ignore[attr-defined]
    assert seen.zone == "UTC"


@pytest.mark.parametrize(
    ("zone", "shown"), [("Asia/Tokyo", "Asia/Tokyo"), ("UTC-08:00", "UTC-08:00"), ("Mars/Olympus", "UTC"), ("", "UTC")]
)
def test_a_request_runs_on_the_persons_clock(zone: str, shown: str) -> None:
    before = timezone.get_current_timezone_name()
    seen = ask(Person(pk=1, zone=zone))
    assert (seen.zone, timezone.get_current_timezone_name()) == (shown, before)
