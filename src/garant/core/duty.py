"""Who answers an on-call rota at an instant: turns in local time, absence with stand-ins, and gaps ahead.

Turns and absences are half-open stretches: at the instant of a hand-over the new person answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from garant.core.instants import UTC, Span
from garant.core.zones import zone

#: A stand-in's stand-in's stand-in ...: longer chains end in nobody.
LONGEST_CHAIN = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch during which a person answers. A turn that begins later takes over from one that runs: a swap."""

    person: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Away:
    """A stretch during which a person is away. `stand_in` None: the next in line answers."""

    person: int
    starts: datetime
    ends: datetime
    stand_in: int | None = None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who answers, and for whom when it is not their own turn. `person` None: a gap."""

    person: int | None
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """So long the same person answers (None: nobody)."""

    starts: datetime
    ends: datetime
    duty: OnDuty


def on_duty(turns: Sequence[Turn], away: Sequence[Away], at: datetime) -> OnDuty:
    """Who answers at an instant: whose turn it is, else their stand-in, else the next in line who is there."""
    running = [turn for turn in turns if turn.starts <= at < turn.ends]
    if not running:
        return OnDuty(None)
    turn = max(running, key=lambda each: (each.starts, each.ends))
    there = present(turn.person, away, at)
    if there is not None:
        return OnDuty(there, None if there == turn.person else turn.person)
    for following in sorted(turns, key=lambda each: each.starts):
        if following.starts > turn.starts and not is_away(following.person, away, at):
            return OnDuty(following.person, turn.person)
    return OnDuty(None, turn.person)


def present(person: int, away: Sequence[Away], at: datetime) -> int | None:
    """The person, or the first of their stand-ins who is there; None when nobody in the chain is."""
    asked = person
    for _ in range(LONGEST_CHAIN):
        absence = next((each for each in away if each.person == asked and each.starts <= at < each.ends), None)
        if absence is None:
            return asked
        if absence.stand_in is None:
            return None
        asked = absence.stand_in
    return None


def is_away(person: int, away: Sequence[Away], at: datetime) -> bool:
    """Whether somebody is away at an instant."""
    return any(each.person == person and each.starts <= at < each.ends for each in away)


def stretches(turns: Sequence[Turn], away: Sequence[Away], starts: datetime, ends: datetime) -> list[Stretch]:
    """Who answers between two instants, in order and without holes; neighbours differ in who answers."""
    edges = {starts, ends}
    spans: list[Span] = [(each.starts, each.ends) for each in turns] + [(each.starts, each.ends) for each in away]
    edges.update(edge for span in spans for edge in span if starts < edge < ends)
    found: list[Stretch] = []
    for begins, until in pairwise(sorted(edges)):
        duty = on_duty(turns, away, begins)
        if found and found[-1].duty == duty:
            found[-1] = Stretch(found[-1].starts, until, duty)
        else:
            found.append(Stretch(begins, until, duty))
    return found


def gaps(turns: Sequence[Turn], away: Sequence[Away], starts: datetime, ends: datetime) -> list[Span]:
    """The stretches between two instants in which nobody answers."""
    return [(each.starts, each.ends) for each in stretches(turns, away, starts, ends) if each.duty.person is None]


def weekly(
    people: Sequence[int], first: date, handover: time, zone_name: str, weeks: int, length: int = 1
) -> Iterator[Turn]:
    """Turns of `length` weeks each, in turn, handed over at the same local time, so that summer time moves nothing.

    `first` is the local day on which the first turn begins; `weeks` how many weeks are planned in all. Raises
    ValueError for nobody, and for a length or number of weeks below one.
    """
    if not people or length < 1 or weeks < 1:
        raise ValueError("a rota needs people, and turns of at least one week")
    named = zone(zone_name)
    starts = [datetime.combine(first + timedelta(weeks=n), handover, tzinfo=named) for n in range(0, weeks, length)]
    ends = [*starts[1:], datetime.combine(first + timedelta(weeks=weeks), handover, tzinfo=named)]
    for place, (begins, until) in enumerate(zip(starts, ends, strict=True)):
        yield Turn(people[place % len(people)], begins.astimezone(UTC), until.astimezone(UTC))
