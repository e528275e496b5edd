"""What staff send about teams, skills, absences, advisors and rotas. Fields that a form doesn't know are refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from garant.core.zones import zone
from garant.kit.forms import StrictForm

Choices = list[tuple[int, str]]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose a day."), "invalid": _("Write the day as 2026-12-31.")},
    )


def _time(label: Any, initial: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        initial=initial,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Write a time."), "invalid": _("Write the time as 09:00.")},
    )


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("Choose a day and time."), "invalid": _("Write it as 2026-12-31 09:00.")},
    )


def _person(label: Any, required: bool = True) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        choices=[],
        required=required,
        empty_value=None,
        error_messages={"required": _("Choose a person."), "invalid_choice": _("Choose a person of the list.")},
    )


class _PeopleForm(StrictForm):
    """A form whose fields in `named` choose among people."""

    named: tuple[str, ...] = ()
    nobody: Any = _("Nobody")

    def __init__(self, data: Any = None, *, people: Choices = [], **kwargs: Any) -> None:  # noqa: B006 - never changed
        super().__init__(data, **kwargs)
        for name in self.named:
            field = self.fields[name]
            first = [("", self.nobody if not field.required else _("Choose a person"))]
            field.choices = [*first, *people]  # type: ignore[attr-defined]


class _ZonedForm(_PeopleForm):
    """A form whose moments are local to a zone: `moment(name)` is the instant."""

    def __init__(self, data: Any = None, *, zone_name: str = "UTC", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.zone_name = zone_name

    def moment(self, name: str) -> datetime:
        """The instant of a field; of an hour that the clock shows twice the first."""
        local: datetime = self.cleaned_data[name]
        return local.replace(tzinfo=zone(self.zone_name))


class TeamForm(StrictForm):
    """A new team."""

    name = forms.CharField(label=_("Name"), max_length=80)
    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("What programmes write, as in team:first_line."))


class SkillsForm(StrictForm):
    """Codes of what somebody can do."""

    skills = forms.CharField(
        label=_("Skills"),
        required=False,
        max_length=1000,
        help_text=_("Codes with blanks between, such as: dashboards exports lang:ja"),
    )


class AbsenceForm(_ZonedForm):
    """When somebody is away, and who answers meanwhile."""

    named = ("stand_in",)
    nobody = _("The next in line")
    starts = _moment(_("Away from"))
    ends = _moment(_("Back at"))
    stand_in = _person(_("Stand-in"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=120, required=False)


class AdvisorForm(_PeopleForm):
    """A subscriber's named advisor; nobody: none any more."""

    named = ("person", "stand_in")
    person = _person(_("Named advisor"), required=False)
    stand_in = _person(_("Stand-in"), required=False)


class RotaForm(_PeopleForm):
    """A new rota."""

    named = ("catch_all",)
    name = forms.CharField(label=_("Name"), max_length=80)
    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("What programmes write, as in rota:nights."))
    zone = forms.CharField(label=_("Time zone"), max_length=64)
    catch_all = _person(_("When nobody is on call"), required=False)


class TurnForm(_ZonedForm):
    """One turn, or a swap for a while."""

    named = ("person",)
    person = _person(_("Who"))
    starts = _moment(_("From"))
    ends = _moment(_("Until"))


class HandOverForm(_PeopleForm):
    """Who takes the running turn over."""

    named = ("person",)
    person = _person(_("To whom"))


class PlanForm(_PeopleForm):
    """Weekly turns ahead; the people take them in the order of the fields."""

    named = tuple(f"person_{place}" for place in range(1, 7))
    first = _day(_("First day"))
    handover = _time(_("Handed over at"), "09:00")
    weeks = forms.IntegerField(label=_("Weeks"), min_value=1, max_value=104, initial=8)
    length = forms.IntegerField(label=_("Weeks in a turn"), min_value=1, max_value=52, initial=1)
    person_1 = _person(_("First"))
    person_2 = _person(_("Then"), required=False)
    person_3 = _person(_("Then"), required=False)
    person_4 = _person(_("Then"), required=False)
    person_5 = _person(_("Then"), required=False)
    person_6 = _person(_("Then"), required=False)

    def people(self) -> list[int]:
        """The people in the order of their turns."""
        return [found for name in self.named if (found := self.cleaned_data.get(name)) is not None]
