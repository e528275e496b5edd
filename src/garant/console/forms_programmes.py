"""What programme owners send: the text of a version, its publication, and edits of a calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from babel.dates import get_day_names
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from garant.contracts.cells import EditableCell, EditableRow, Grid, read_cell
from garant.contracts.reading import LARGEST_FILE
from garant.core.calendar_edits import CalendarChanges, DayProblem, Shifts, read_dates, read_days, read_shifts
from garant.core.hours import DAYS
from garant.core.programmes.nodes import Path
from garant.core.zones import zone
from garant.kit.forms import ENVELOPE, StrictForm, UnknownFields
from garant.kit.moments import locale


class NewProgrammeForm(StrictForm):
    """The code of a programme to begin."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Letters, digits, hyphens and underscores, such as support-2027. It never changes."),
        error_messages={
            "required": _("Give the programme a code."),
            "invalid": _("A code has letters, digits, hyphens and underscores."),
        },
    )


class BeginForm(StrictForm):
    """The stored version that a draft begins from."""

    base = forms.CharField(max_length=40)


class TextForm(StrictForm):
    """A version's text as it is typed; nothing is required, and what has mistakes is kept all the same."""

    text = forms.CharField(
        label=_("The programme as YAML"),
        required=False,
        strip=False,
        max_length=LARGEST_FILE,
        widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "false", "class": "mono", "wrap": "off"}),
    )
    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """Browsers send line ends as CR LF; the file has LF."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


class RevisionForm(StrictForm):
    """A button that holds for what was read."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class PublishForm(RevisionForm):
    """The name of a version and its first day."""

    version = forms.CharField(
        label=_("Version"),
        max_length=40,
        help_text=_("Such as 2 or 2027-1. Contracts name the version that they pin."),
        error_messages={"required": _("Give the version a name.")},
    )
    effective_from = forms.DateField(
        label=_("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=_("Contracts signed for a first day from here on pin it; the others keep their version."),
        error_messages={
            "required": _("Say from which day on it is in force."),
            "invalid": _("Write the day like 2027-01-31."),
        },
    )


class CellsForm(forms.Form):
    """All cells of a version as fields. `changes()` are those that somebody changed, by where they are written."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, cells: Grid, calendars: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.cells = cells
        self.places: dict[str, tuple[EditableRow, EditableCell]] = {}
        for place, row in enumerate(cells.rows):
            for column, cell in enumerate(row.cells):
                if cell.path is not None:
                    name = f"cell-{place}-{column}"
                    self.places[name] = (row, cell)
                    self.fields[name] = _cell_field(row, cell, calendars)
        unknown = sorted(name for name in data or () if name not in {*self.fields, *ENVELOPE})
        if unknown:
            raise UnknownFields(unknown)

    def clean(self) -> dict[str, Any]:
        """Each cell holds what its kind can."""
        data = super().clean() or {}
        for name, (row, _cell) in self.places.items():
            try:
                data[name] = read_cell(row.kind, str(data.get(name, "")), self.cells.calendars)
            except ValueError:
                self.add_error(name, _wrong(row.kind))
        return data

    def changes(self) -> dict[Path, Any]:
        """What to write, by path."""
        return {
            cell.path: self.cleaned_data[name]
            for name, (_row, cell) in self.places.items()
            if cell.path is not None and not _equal(self.cleaned_data[name], cell.value)
        }


def _equal(typed: Any, held: Any) -> bool:
    return bool(typed == held) and isinstance(typed, bool) == isinstance(held, bool)


def _cell_field(row: EditableRow, cell: EditableCell, calendars: Sequence[tuple[str, str]]) -> forms.Field:
    initial = cell_text(cell.value)
    if row.kind == "flag":
        return forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))], initial=initial)
    if row.kind == "hours":
        return forms.ChoiceField(choices=[("", _("not offered")), *calendars], required=False, initial=initial)
    return forms.CharField(required=False, max_length=12, initial=initial)


def cell_text(value: Any) -> str:
    """What a cell holds, as its field shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _wrong(kind: str) -> str:
    if kind == "count":
        return gettext("Write a number, or unlimited.")
    if kind == "target":
        return gettext("Write a number, or leave it empty for no promise.")
    return gettext("Choose one of the list.")


def _week_field() -> forms.CharField:
    return forms.CharField(required=False, max_length=120)


class WeekFields(StrictForm):
    """A week's hours, a field a day."""

    week_mon, week_tue, week_wed, week_thu, week_fri = (_week_field() for _day in range(5))
    week_sat, week_sun = _week_field(), _week_field()


class CalendarForm(WeekFields):
    """An edit of a calendar: days, the week's hours, national holidays, from when and why."""

    buttons = frozenset({"step"})

    days = forms.CharField(
        label=_("Days to close, or with hours of their own"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "mono", "spellcheck": "false"}),
        help_text=_("One a line: 2026-12-24 Christmas Eve is closed, 2026-12-31 07:00-13:00 has these hours only."),
    )
    plain_days = forms.CharField(
        label=_("Days that follow the week again"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "spellcheck": "false"}),
        help_text=_("One date a line: they are no holidays any more, and have no hours of their own."),
    )
    country = forms.CharField(
        label=_("National holidays of"), required=False, max_length=2,
        help_text=_("A country such as US, JP or DE; empty: none."),
    )  # fmt: skip
    subdivision = forms.CharField(
        label=_("State or region"), required=False, max_length=10, help_text=_("Such as CO or BY; empty: all of it.")
    )
    years = forms.RegexField(
        r"\A\d{4}(-\d{4})?\Z",
        label=_("Years"),
        required=False,
        error_messages={"invalid": _("Write 2027 or 2027-2029.")},
        help_text=_("Such as 2027-2029."),
    )
    effective_from = forms.DateTimeField(
        label=_("In force from"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text=_("On the calendar's clock. Empty: from now on. What lies before keeps its hours."),
        error_messages={"invalid": _("Write day and time like 2027-01-31 00:00.")},
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500, help_text=_("Kept with the version."))

    def __init__(self, data: Any = None, *, week: Mapping[str, str] | None = None, zone: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.week, self.zone = week, zone
        names = get_day_names("wide", locale=locale())
        for place, day in enumerate(DAYS):
            if week is None:
                self.fields.pop(f"week_{day}")
                continue
            field = self.fields[f"week_{day}"]
            field.initial, field.label = week[day], names[place]

    @property
    def week_fields(self) -> list[Any]:
        """The days of the week as bound fields; none where the week can't be changed here."""
        return [self[f"week_{day}"] for day in DAYS] if self.week is not None else []

    def clean_days(self) -> tuple[dict[date, str], dict[date, Shifts]]:
        """Each line names a day."""
        try:
            return read_days(self.cleaned_data["days"])
        except DayProblem as problem:
            raise forms.ValidationError(_line_problem(problem)) from None

    def clean_plain_days(self) -> frozenset[date]:
        """Each line names a day."""
        try:
            return read_dates(self.cleaned_data["plain_days"])
        except DayProblem as problem:
            raise forms.ValidationError(_line_problem(problem)) from None

    def clean_effective_from(self) -> datetime | None:
        """The wall time that was typed, as an instant in the calendar's zone."""
        typed: datetime | None = self.cleaned_data["effective_from"]
        return None if typed is None else typed.replace(tzinfo=zone(self.zone))

    def clean(self) -> dict[str, Any]:
        """The week's hours, and a country with its years."""
        data = super().clean() or {}
        for day in self.week or ():
            try:
                data[f"week_{day}"] = read_shifts(str(data.get(f"week_{day}", "")))
            except ValueError:
                self.add_error(f"week_{day}", gettext("Write hours like 07:00-12:00, 13:00-18:00; empty is closed."))
        if data.get("country") and not data.get("years"):
            self.add_error("years", gettext("Say for which years."))
        return data

    def changes(self, national: Mapping[date, str]) -> CalendarChanges:
        """What becomes of the calendar; `national`: the holidays that were asked for, by date."""
        data = self.cleaned_data
        closed, special = data["days"]
        touched = {*closed, *special, *data["plain_days"]}
        closed = {**{day: name for day, name in national.items() if day not in touched}, **closed}
        week = {
            day: data[f"week_{day}"]
            for day, hours in (self.week or {}).items()
            if data[f"week_{day}"] != read_shifts(hours)
        }
        return CalendarChanges(closed, special, data["plain_days"], week)


def _line_problem(problem: DayProblem) -> str:
    return gettext("Line %(line)d, “%(text)s”: begin it with a date like 2026-12-24.") % {
        "line": problem.line, "text": problem.text,
    }  # fmt: skip
