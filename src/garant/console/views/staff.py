"""The vendor's people: teams, skills, load, absences; the advisors of subscribers; cases given out by rule."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from garant.cases.operations_assigning import assign_by_rule, open_cases
from garant.console.access import staff_only
from garant.console.desk import now, page
from garant.console.forms import BareForm
from garant.console.forms_staff import AbsenceForm, AdvisorForm, SkillsForm, TeamForm
from garant.console.forms_teams import MembersForm
from garant.console.posting import posted
from garant.console.views.cases import Problem, case_page, seen
from garant.core import rights
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.directory import operations_staff as operations
from garant.directory.queries import staff, subscriber
from garant.directory.queries_account import undeliverable
from garant.directory.queries_staff import MemberRow, TeamRow, absences_of, advisor_of, members, teams
from garant.directory.queries_staff import member as member_of
from garant.kit.forms import StrictForm
from garant.kit.languages import NAMES
from garant.wording.contacts import role


@staff_only("GET", act="read_cases")
def show(request: HttpRequest) -> HttpResponse:
    """Everybody of the staff, with roles, teams, skills, load and absence; the teams below."""
    return _list(request)


def _list(request: HttpRequest, status: int = 200, wrong: StrictForm | None = None, at_team: int = 0) -> HttpResponse:
    viewer, at = _viewer(request), now()
    rows = members(viewer, at)
    load = open_cases([row.id for row in rows])
    people = [(row.id, row.name) for row in rows]
    forms = [
        (team, wrong if wrong is not None and team.id == at_team else _members_form(None, team, people))
        for team in teams(viewer)
    ]
    return page(
        request,
        "console/staff.html",
        status=status,
        section="staff",
        now=at,
        rows=[(row, _roles(row), NAMES.get(row.language, row.language), load.get(row.id, 0)) for row in rows],
        teams=forms,
        team_form=wrong if wrong is not None and not at_team else TeamForm(auto_id="team_%s"),
        problem_form=wrong,
        may_edit=rights.may(viewer, "edit_staff"),
        may_enter=rights.may(viewer, "enter_person"),
    )


def _members_form(data: Any, team: TeamRow, people: list[tuple[int, str]]) -> MembersForm:
    initial = {"people": [str(id) for id, _ in team.members]}
    return MembersForm(data, people=people, initial=initial, auto_id=f"team_{team.id}_%s")


def _roles(row: MemberRow) -> str:
    return ", ".join(role(each) for each in row.roles)


@staff_only("POST", act="edit_staff")
def team_create(request: HttpRequest) -> HttpResponse:
    """Make a team."""

    def run(form: TeamForm) -> str:
        operations.create_team(
            by=_viewer(request).actor, code=form.cleaned_data["code"], name=form.cleaned_data["name"]
        )
        return gettext("The team is there. Say who is in it.")

    again = partial(_again, request)
    return posted(request, lambda data: TeamForm(data, auto_id="team_%s"), run, again, reverse("console:staff"))


def _again(request: HttpRequest, form: StrictForm, at_team: int = 0) -> HttpResponse:
    return _list(request, status=422, wrong=form, at_team=at_team)


@staff_only("POST", act="edit_staff")
def team_set(request: HttpRequest, team_id: int) -> HttpResponse:
    """Say who is in a team."""
    viewer = _viewer(request)
    team = next((each for each in teams(viewer) if each.id == team_id), None)
    if team is None:
        raise Http404(gettext("There is no such team."))
    people = [(one.id, one.name) for one in staff(viewer)]

    def run(form: MembersForm) -> str:
        operations.set_team(by=viewer.actor, team_id=team_id, people=form.cleaned_data["people"])
        return gettext("The team is changed.")

    again = partial(_again, request, at_team=team_id)
    return posted(request, lambda data: _members_form(data, team, people), run, again, reverse("console:staff"))


@staff_only("GET", act="read_cases")
def member(request: HttpRequest, person_id: int) -> HttpResponse:
    """One of the staff: skills, absences and what may be changed."""
    return _member(request, person_id)


def _member(request: HttpRequest, person_id: int, status: int = 200, **forms: Any) -> HttpResponse:
    viewer, at = _viewer(request), now()
    row = _found(viewer, person_id, at)
    own = viewer.person_id == person_id
    may_edit = rights.may(viewer, "edit_staff")
    return page(
        request,
        "console/staff_member.html",
        status=status,
        section="staff",
        now=at,
        row=row,
        roles=_roles(row),
        language=NAMES.get(row.language, row.language),
        load=open_cases([person_id]).get(person_id, 0),
        returned=undeliverable(viewer, [person_id]),
        absences=absences_of(at=at, person_id=person_id),
        look=f'who:"{row.name.lower()}"',
        may_edit=may_edit,
        may_give_roles=rights.may(viewer, "give_staff_role"),
        may_be_away=may_edit or (own and rights.may(viewer, "record_absence")),
        skills_form=forms.get("skills_form") or _skills_form(None, row),
        absence_form=forms.get("absence_form") or _absence_form(None, viewer, person_id),
    )


def _found(viewer: Viewer, person_id: int, at: Any) -> MemberRow:
    try:
        return member_of(viewer, person_id, at)
    except NotFound:
        raise Http404(gettext("Nobody of the staff is called that.")) from None


def _skills_form(data: Any, row: MemberRow) -> SkillsForm:
    return SkillsForm(data, initial={"skills": " ".join(row.skills)}, auto_id="skills_%s")


def _absence_form(data: Any, viewer: Viewer, person_id: int) -> AbsenceForm:
    others = [(one.id, one.name) for one in staff(viewer) if one.id != person_id]
    return AbsenceForm(data, people=others, zone_name=viewer.zone, auto_id="absence_%s")


@staff_only("POST", act="edit_staff")
def skills(request: HttpRequest, person_id: int) -> HttpResponse:
    """Say what somebody can do."""
    viewer = _viewer(request)
    row = _found(viewer, person_id, now())

    def run(form: SkillsForm) -> str:
        wanted = form.cleaned_data["skills"].replace(",", " ").split()
        operations.set_skills(by=viewer.actor, person_id=person_id, skills=wanted)
        return gettext("The skills are kept.")

    again = partial(_member_again, request, person_id, "skills_form")
    return posted(request, lambda data: _skills_form(data, row), run, again, _address(person_id))


def _member_again(request: HttpRequest, person_id: int, name: str, form: StrictForm) -> HttpResponse:
    return _member(request, person_id, status=422, **{name: form})


def _address(person_id: int) -> str:
    return reverse("console:staff-member", args=[person_id])


@staff_only("POST", act="record_absence")
def absence(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record that somebody is away; one's own, or anybody's as a manager."""
    viewer = _viewer(request)
    _found(viewer, person_id, now())

    def run(form: AbsenceForm) -> str:
        operations.record_absence(
            by=viewer.actor,
            person_id=person_id,
            starts=form.moment("starts"),
            ends=form.moment("ends"),
            stand_in=form.cleaned_data["stand_in"],
            reason=form.cleaned_data["reason"],
        )
        return gettext("The absence is recorded.")

    again = partial(_member_again, request, person_id, "absence_form")
    return posted(request, lambda data: _absence_form(data, viewer, person_id), run, again, _address(person_id))


@staff_only("POST", act="record_absence")
def absence_end(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Somebody is back, or will not be away after all."""
    viewer = _viewer(request)
    row = next((each for each in absences_of(at=now()) if each.id == absence_id), None)
    if row is None:
        raise Http404(gettext("There is no such absence."))

    def run(form: BareForm) -> str:
        operations.end_absence(by=viewer.actor, absence_id=absence_id)
        return gettext("%(name)s is back.") % {"name": row.name}

    again = partial(_member_again, request, row.person, "absence_form")
    return posted(request, BareForm, run, again, _address(row.person))


@staff_only("POST", act="edit_staff")
def advisor(request: HttpRequest, slug: str) -> HttpResponse:
    """Name a subscriber's advisor, or nobody."""
    viewer = _viewer(request)
    try:
        organisation = subscriber(viewer, slug)
    except NotFound:
        raise Http404(gettext("There is no such subscriber.")) from None

    def run(form: AdvisorForm) -> str:
        chosen = form.cleaned_data
        if chosen["person"] is None:
            operations.remove_advisor(by=viewer.actor, subscriber_id=organisation.id)
            return gettext("%(name)s has no named advisor now.") % {"name": organisation.name}
        operations.name_advisor(
            by=viewer.actor, subscriber_id=organisation.id, person_id=chosen["person"], stand_in=chosen["stand_in"]
        )
        return gettext("The advisor is named.")

    def again(form: AdvisorForm) -> HttpResponse:
        return page(
            request,
            "console/advisor.html",
            status=422,
            section="subscribers",
            subscriber=organisation,
            advisor_form=form,
        )

    make = partial(advisor_form, viewer=viewer, subscriber_id=organisation.id)
    return posted(request, make, run, again, reverse("console:subscriber", args=[slug]))


def advisor_form(data: Any, *, viewer: Viewer, subscriber_id: int) -> AdvisorForm:
    """The form that names an advisor, filled with the present one."""
    now_named = advisor_of(viewer, subscriber_id)
    people = staff(viewer)
    form = AdvisorForm(data, people=[(one.id, one.name) for one in people], auto_id="advisor_%s")
    able = [(one.id, one.name) for one in people if "named_advisor" in one.roles]
    form.fields["person"].choices = [("", gettext("Nobody")), *able]  # type: ignore[attr-defined]
    if now_named is not None:
        stand_in = next((one.id for one in people if one.name == now_named.stand_in), None)
        form.initial = {"person": now_named.person, "stand_in": stand_in}
    return form


@staff_only("POST", act="assign")
def by_rule(request: HttpRequest, number: int) -> HttpResponse:
    """Give a case to whom the programme's rules propose."""
    viewer = _viewer(request)
    seen(request, number)

    def run(form: BareForm) -> str:
        assign_by_rule(by=viewer.actor, number=number)
        return gettext("Assigned by rule.")

    def again(form: BareForm) -> HttpResponse:
        lines = tuple(str(text) for texts in form.errors.values() for text in texts)
        problem = Problem("work", gettext("This can't be done now"), lines)
        return case_page(request, number, problem=problem, typed={}, status=422)

    return posted(request, BareForm, run, again, reverse("console:case", args=[number]))


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
