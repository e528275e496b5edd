"""A search as typed (core.looking) to the cases it means, for one reader at one instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from garant.cases.models import Case
from garant.core.looking import ME, NOBODY, STATES, Criterion, Look
from garant.core.people import Viewer
from garant.core.zones import zone

#: States of the cases that are somebody's work.
OPEN = ("open", "waiting", "held")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks, and when: "me" and "today" mean nothing without them."""

    viewer: Viewer
    now: datetime

    def midnight(self, day: date) -> datetime:
        """The instant at which a local day of the reader begins."""
        return datetime.combine(day, time(), tzinfo=zone(self.viewer.zone))

    @property
    def today(self) -> date:
        """The reader's local date."""
        return self.now.astimezone(zone(self.viewer.zone)).date()


def narrowed(rows: QuerySet[Case], look: Look, viewer: Viewer, now: datetime) -> QuerySet[Case]:
    """Those of `rows` that a search means. One with a part that could not be understood means none."""
    if look.misread:
        return rows.none()
    asking = Asking(viewer, now)
    if not look.states_named and not look.words:
        rows = rows.filter(state__in=OPEN)
    for word in look.words:
        rows = rows.filter(subject__icontains=word)
    for criterion in look.criteria:
        wanted = _any(criterion, asking)
        rows = rows.exclude(wanted) if criterion.negated else rows.filter(wanted)
    return rows


def _any(criterion: Criterion, asking: Asking) -> Q:
    return reduce(or_, (MEANINGS[criterion.name](value, asking) for value in criterion.values))


def _is(value: str, asking: Asking) -> Q:
    if value in STATES:
        return Q(state=value)
    return {
        "near": Q(next_near__lte=asking.now, next_due__gte=asking.now),
        "missed": Q(next_due__lt=asking.now),
        "mine": Q(assignee_id=asking.viewer.person_id),
        "unassigned": Q(assignee=None),
        "all": ~Q(pk=None),
    }[value]


def _due(value: str, asking: Asking) -> Q:
    if value[0] in "<>":
        day = date.fromisoformat(value[1:])
        if value[0] == "<":
            return Q(next_due__lt=asking.midnight(day))
        return Q(next_due__gte=asking.midnight(day + timedelta(days=1)))
    if value == "late":
        return _is("missed", asking)
    if value == "near":
        return _is("near", asking)
    if value == "none":
        return Q(next_due=None)
    first, days = {"today": (0, 1), "tomorrow": (1, 1), "week": (0, 7)}[value]
    begins = asking.today + timedelta(days=first)
    return Q(next_due__gte=asking.midnight(begins), next_due__lt=asking.midnight(begins + timedelta(days=days)))


def _who(value: str, asking: Asking) -> Q:
    if value == ME:
        return Q(assignee_id=asking.viewer.person_id)
    if value == NOBODY:
        return Q(assignee=None)
    return Q(assignee__name__icontains=value) | Q(assignee__email__istartswith=value)


#: Operator -> what one of its values asks of a case.
MEANINGS: Mapping[str, Callable[[str, Asking], Q]] = {
    "sev": lambda value, _: Q(severity__iexact=value),
    "is": _is,
    "due": _due,
    "org": lambda value, _: Q(subscriber__name__icontains=value) | Q(subscriber__slug=value.replace(" ", "-")),
    "pkg": lambda value, _: Q(package_key__contains=f"/{value}:"),
    "who": _who,
    "by": lambda value, _: Q(opened_by__name__icontains=value) | Q(opened_by__email__istartswith=value),
    "type": lambda value, _: Q(request_type=value),
    "lang": lambda value, _: Q(opened_by__language=value),
    "since": lambda value, asking: Q(received_at__gte=asking.midnight(date.fromisoformat(value))),
    "until": lambda value, asking: Q(received_at__lt=asking.midnight(date.fromisoformat(value) + timedelta(days=1))),
}
