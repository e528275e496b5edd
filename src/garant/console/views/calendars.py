"""A calendar's year, and its edits: looked at with the due times that they move, then made with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from garant.cases.queries_calendars import CalendarLook, preview_calendar
from garant.console import programmes as shown
from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.forms_programmes import CalendarForm
from garant.console.words import promise_words
from garant.console.years import changed_days, week_hours, year_of
from garant.contracts import queries_programmes as queries
from garant.contracts.almanac import NationalAlmanac
from garant.contracts.operations_calendars import edit_calendar
from garant.core import rights
from garant.core.calendars import Calendar
from garant.core.hours import version_to_plain
from garant.core.people import Viewer
from garant.core.programmes import Programme
from garant.core.refusals import NotFound, Refusal
from garant.kit.moments import local
from garant.wording.sentences import refusal_lines

#: Days ahead in which a look lists what is counted differently, and the years that may be leafed through.
AHEAD = 800
FIRST, LAST = 1990, 2100


@staff_only("GET", act="read_programmes")
def show(request: HttpRequest, code: str, calendar: str) -> HttpResponse:
    """A calendar's year, its versions, and where it is used."""
    viewer = _viewer(request)
    document, found = _calendar(viewer, code, calendar)
    today = _today(found)
    year = _year(request, today)
    rows = queries.calendar_versions(viewer, code, calendar, document.version)
    return page(
        request,
        "console/calendar.html",
        section="programmes",
        code=code,
        calendar=calendar,
        document=document,
        name=dict(shown.calendar_names(document))[calendar],
        zone=found.versions[-1].zone if found else "",
        year=year_of(found, year, today) if found else None,
        around=(year - 1 if year > FIRST else None, year + 1 if year < LAST else None),
        rows=rows[::-1],
        uses=_uses(document, calendar, viewer.language),
        may_edit=rights.may(viewer, "edit_calendar") and found is not None and not found.always_open,
        always=found is not None and found.always_open,
    )


def _today(calendar: Calendar | None) -> date:
    zone = calendar.versions[-1].zone if calendar else "UTC"
    return local(datetime.now(tz=UTC), zone).date()


def _year(request: HttpRequest, today: date) -> int:
    asked = request.GET.get("year", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    return min(max(wanted, FIRST), LAST)


def _uses(document: Programme, calendar: str, language: str) -> list[dict[str, Any]]:
    """The promises that count on a calendar, in every region: metric, severities and packages."""
    found: dict[tuple[str, str, str], list[str]] = {}
    names = {package.code: document.text(f"package.{package.code}.name", language) for package in document.packages}
    for region in document.regions:
        for package, severity, metric in document.cells:
            target = document.target(package, region, severity, metric)
            if target is not None and target.amount is not None and target.calendar == calendar:
                found.setdefault((region, metric, severity), []).append(names.get(package, package))
    regions = dict(shown.region_names(document))
    return [
        {"region": regions[region], "metric": promise_words(metric), "severity": severity, "packages": ", ".join(codes)}
        for (region, metric, severity), codes in found.items()
    ]


@staff_only("GET", "POST", act="edit_calendar")
def edit(request: HttpRequest, code: str, calendar: str) -> HttpResponse:
    """The form; a look at what moves; and the edit itself."""
    viewer = _viewer(request)
    document, found = _calendar(viewer, code, calendar)
    if found is None or found.always_open:
        raise Http404(gettext("This calendar has no hours of its own."))
    latest = found.versions[-1]
    options: dict[str, Any] = {"week": week_hours(latest), "zone": latest.zone, "auto_id": "calendar_%s"}
    if request.method != "POST":
        return _edit_page(request, document, found, CalendarForm(initial=_asked(request, found), **options))
    form = CalendarForm(request.POST, **options)
    if not form.is_valid():
        return _edit_page(request, document, found, form, status=422)
    national = _national(form, document)
    changes = form.changes(national or {})
    if national is None or not changes:
        return _edit_page(request, document, found, form, status=422)
    plain = changes.applied({k: v for k, v in version_to_plain(latest).items()
                             if k not in ("effective_from", "known_from")})  # fmt: skip
    since = form.cleaned_data["effective_from"]
    try:
        if request.POST.get("step") == "make":
            return _make(request, code, calendar, plain, form)
        look = preview_calendar(viewer=viewer, programme=code, code=calendar, plain=plain, effective_from=since)
    except Refusal as refusal:
        form.add_error(None, " ".join(refusal_lines(refusal)))
        return _edit_page(request, document, found, form, status=422)
    return _edit_page(request, document, found, form, look=look)


def _make(request: HttpRequest, code: str, calendar: str, plain: dict[str, Any], form: CalendarForm) -> HttpResponse:
    done = edit_calendar(
        by=_viewer(request).actor,
        programme=code,
        code=calendar,
        plain=plain,
        effective_from=form.cleaned_data["effective_from"],
        reason=form.cleaned_data["reason"],
    )
    text = gettext("The calendar is edited. Due times that move are counted again at once.")
    messages.success(request, text)
    where = local(done.effective_from, form.zone).year
    response = redirect("console:programme-calendar", code=code, calendar=calendar)
    response["Location"] += f"?year={where}"
    return response


def _asked(request: HttpRequest, calendar: Calendar) -> dict[str, str]:
    """The day that was clicked on in the year, put where it is most likely to go."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return {}
    latest = calendar.versions[-1]
    if day in latest.holidays or day in latest.exceptions:
        return {"plain_days": f"{day.isoformat()}\n"}
    return {"days": f"{day.isoformat()} "}


def _national(form: CalendarForm, document: Programme) -> Mapping[date, str] | None:
    """The holidays that were asked for, by date with their English names; None when there are none to be had."""
    data = form.cleaned_data
    country = data["country"].strip().upper()
    if not country:
        if not form.changes({}):
            form.add_error(None, gettext("Nothing changes. Name a day, other hours, or a country."))
        return {}
    first, _, last = data["years"].partition("-")
    years = range(int(first), int(last or first) + 1)
    if not years or not FIRST <= years[0] <= years[-1] <= LAST or len(years) > 30:
        form.add_error("years", gettext("Choose up to 30 years, in order."))
        return None
    subdivision = data["subdivision"].strip().upper() or None
    found = NationalAlmanac().holidays(country, subdivision, list(years), document.languages)
    if found is None:
        form.add_error("country", gettext("No holidays are known for this country or region."))
        return None
    today = _today(None)
    return {day: str(names["en"])[:120] for day, names in found.items() if day >= today}


def _edit_page(
    request: HttpRequest,
    document: Programme,
    found: Calendar,
    form: CalendarForm,
    status: int = 200,
    look: CalendarLook | None = None,
) -> HttpResponse:
    more: dict[str, Any] = {}
    if look is not None:
        since = local(look.edit.effective_from, form.zone).date()
        days = changed_days(look.edit.calendar, found, since, AHEAD)
        moved = [(one, promise_words(one.metric)) for one in look.moved]
        more = {"look": look, "days": days[:60], "days_more": max(0, len(days) - 60), "moved": moved}
        more["moves"] = ngettext("%(n)d due time moves.", "%(n)d due times move.", len(moved)) % {"n": len(moved)}
    return page(
        request,
        "console/calendar_edit.html",
        status=status,
        section="programmes",
        code=document.code,
        calendar=found.code,
        name=dict(shown.calendar_names(document))[found.code],
        document=document,
        zone=form.zone,
        reader_zone=_viewer(request).zone,
        now=now(),
        form=form,
        **more,
    )


def _calendar(viewer: Viewer, code: str, calendar: str) -> tuple[Programme, Calendar | None]:
    """The programme in force with one of its calendars."""
    try:
        document = queries.programme_version(viewer, code)
        return document, queries.calendar_seen(viewer, code, calendar, document.version)
    except NotFound:
        raise Http404(gettext("There is no such calendar.")) from None


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
