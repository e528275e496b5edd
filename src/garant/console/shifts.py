"""A rota's coming time as people read it: stretches under the weeks in which they begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from garant.core.duty import Stretch
from garant.kit.moments import local


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch: who answers (empty: nobody, a gap), and for whom when it is not their own turn."""

    name: str
    instead_of: str
    starts: datetime
    ends: datetime

    @property
    def gap(self) -> bool:
        """Whether nobody answers."""
        return not self.name


@dataclass(frozen=True, slots=True)
class Week:
    """The stretches that begin in a local week, from its Monday on."""

    monday: date
    shifts: tuple[Shift, ...]


def weeks_of(found: Sequence[Stretch], names: Mapping[int, str], zone: str, at: datetime) -> list[Week]:
    """Stretches by the week of the rota's zone in which they begin; the running one stands in the present week."""
    weeks: dict[date, list[Shift]] = {}
    for each in found:
        day = local(max(each.starts, at), zone).date()
        shift = Shift(
            names.get(each.duty.person or 0, ""), names.get(each.duty.instead_of or 0, ""), each.starts, each.ends
        )
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(shift)
    return [Week(monday, tuple(shifts)) for monday, shifts in weeks.items()]
