"""On-call rotas: turns planned by the week, swapped, handed over; gaps ahead are told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from garant.core.duty import weekly
from garant.core.instants import Span
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.membership import clean, known_zone, look_at_rotas_again, note
from garant.directory.models import Rota, RotaTurn
from garant.directory.operations import require
from garant.directory.operations_staff import LONGEST_NAME, checked_code, staff_member
from garant.directory.queries_duty import Duty, rota_stretches
from garant.journal.operations import database_now

__all__ = [
    "LOOKED_AHEAD",
    "MOST_WEEKS",
    "RotaGap",
    "add_turn",
    "create_rota",
    "gaps_to_tell",
    "hand_over",
    "plan_weeks",
    "remove_turn",
]

MOST_WEEKS = 104
#: A gap is told when it begins within this time.
LOOKED_AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RotaGap:
    """Nobody answers a rota between two instants."""

    rota_id: int
    code: str
    name: str
    zone: str
    starts: datetime
    ends: datetime


@transaction.atomic
def create_rota(*, by: Actor, code: str, name: str, zone: str, catch_all: int | None = None) -> int:
    """A new rota without turns; programmes write it as `rota:CODE`. `catch_all` answers while nobody is on it."""
    require(by, "edit_rotas")
    wanted = checked_code(code)
    if Rota.objects.filter(code=wanted).exists():
        raise Refusal("code_taken", "codes_are_unique", "choose_code", {"code": wanted})
    if catch_all is not None:
        staff_member(catch_all)
    row = Rota.objects.create(
        code=wanted, name=clean(name, LONGEST_NAME), zone=known_zone(zone), catch_all_id=catch_all
    )
    note(by, ("rota", row.pk), "rota_created", {"code": wanted}, None)
    return row.pk


@transaction.atomic
def plan_weeks(
    *, by: Actor, rota_id: int, people: Sequence[int], first: date, handover: time, weeks: int, length: int = 1
) -> int:
    """Plan weekly turns from a local day on, handed over at the same local time; returns how many turns that is.

    Turns that lie in the planned weeks are replaced, one that reaches into them is cut. Refuses a plan that begins in
    the past, is empty or longer than MOST_WEEKS.
    """
    require(by, "edit_rotas")
    rota = _locked(rota_id)
    for person_id in set(people):
        staff_member(person_id)
    if not people or not 1 <= length <= weeks <= MOST_WEEKS:
        raise Refusal("plan_empty", "plans_have_people_and_weeks", "check_plan", {"most": MOST_WEEKS})
    turns = list(weekly(people, first, handover, rota.zone, weeks, length))
    starts, ends = turns[0].starts, turns[-1].ends
    if starts < database_now() - timedelta(days=1):
        raise Refusal("plan_in_the_past", "plans_lie_ahead", "check_dates")
    RotaTurn.objects.filter(rota=rota, starts__gte=starts, starts__lt=ends).delete()
    RotaTurn.objects.filter(rota=rota, starts__lt=starts, ends__gt=starts).update(ends=starts)
    RotaTurn.objects.bulk_create(
        [RotaTurn(rota=rota, person_id=turn.person, starts=turn.starts, ends=turn.ends) for turn in turns]
    )
    data = {"people": list(people), "from": starts.isoformat(), "until": ends.isoformat(), "turns": len(turns)}
    note(by, ("rota", rota.pk), "turns_planned", data, None)
    _look_again(rota)
    return len(turns)


@transaction.atomic
def add_turn(*, by: Actor, rota_id: int, person_id: int, starts: datetime, ends: datetime) -> int:
    """One turn of its own: a swap takes over from the turn that runs meanwhile, and gives back at its end."""
    require(by, "edit_rotas")
    rota = _locked(rota_id)
    staff_member(person_id)
    if not starts < ends or ends <= database_now():
        raise Refusal("turn_backwards", "turns_lie_ahead", "check_dates")
    return _turn(by, rota, person_id, starts, ends, "turn_added")


@transaction.atomic
def hand_over(*, by: Actor, rota_id: int, person_id: int) -> int:
    """Hand the running turn over to somebody else for its rest: whoever answers now, or a manager, may do it."""
    require(by, "swap_own_turn")
    rota = _locked(rota_id)
    staff_member(person_id)
    now = database_now()
    running = RotaTurn.objects.filter(rota=rota, starts__lte=now, ends__gt=now).order_by("-starts").first()
    if running is None:
        raise Refusal("nobody_on_turn", "turns_are_handed_over", "add_turn_instead")
    answers = Duty(now).answering([f"rota:{rota.code}"]).people
    if by.id is not None and by.id not in (running.person_id, *answers):
        require(by, "edit_rotas")
    if person_id in answers:
        raise Refusal("answers_already", "turns_are_handed_over", "choose_somebody_else")
    return _turn(by, rota, person_id, now, running.ends, "turn_handed_over")


@transaction.atomic
def remove_turn(*, by: Actor, turn_id: int) -> None:
    """Take a turn back: one that lies ahead goes, one that runs ends now; one that is over stays as it was."""
    require(by, "edit_rotas")
    turn = RotaTurn.objects.filter(pk=turn_id).first()
    if turn is None:
        raise NotFound("turn")
    rota, now = _locked(turn.rota_id), database_now()
    if turn.ends <= now:
        raise Refusal("turn_is_over", "turns_lie_ahead", "check_dates")
    if turn.starts < now:
        RotaTurn.objects.filter(pk=turn.pk).update(ends=now)
    else:
        turn.delete()
    note(by, ("rota", rota.pk), "turn_removed", {"turn": turn_id, "person": turn.person_id}, None)
    _look_again(rota)


def gaps_to_tell(at: datetime) -> list[RotaGap]:
    """Gaps that begin within LOOKED_AHEAD and were not told yet; marks them told, in the caller's transaction.

    Only rotas that have had a turn are looked at: one that nobody has planned yet has no gap, it has no beginning.
    """
    found: list[RotaGap] = []
    for rota in _planned():
        until = at + LOOKED_AHEAD
        fresh = [
            span for span in _gaps(rota.pk, at, until) if rota.gap_told_until is None or span[0] >= rota.gap_told_until
        ]
        if fresh:
            found += [RotaGap(rota.pk, rota.code, rota.name, rota.zone, *span) for span in fresh]
            rota.gap_told_until = max(span[1] for span in fresh)
            rota.save(update_fields=["gap_told_until"])
    return found


def _planned() -> list[Rota]:
    known = RotaTurn.objects.values("rota_id")
    return list(Rota.objects.select_for_update(skip_locked=True).filter(pk__in=known).order_by("pk"))


def _gaps(rota_id: int, starts: datetime, ends: datetime) -> list[Span]:
    return [(each.starts, each.ends) for each in rota_stretches(rota_id, starts, ends) if each.duty.person is None]


def _turn(by: Actor, rota: Rota, person_id: int, starts: datetime, ends: datetime, kind: str) -> int:
    row = RotaTurn.objects.create(rota=rota, person_id=person_id, starts=starts, ends=ends)
    data = {"turn": row.pk, "person": person_id, "from": starts.isoformat(), "until": ends.isoformat()}
    note(by, ("rota", rota.pk), kind, data, None)
    return row.pk


def _look_again(rota: Rota) -> None:
    """What was told about gaps no longer holds once turns changed."""
    look_at_rotas_again(rota.pk)


def _locked(rota_id: int) -> Rota:
    rota = Rota.objects.select_for_update().filter(pk=rota_id).first()
    if rota is None:
        raise NotFound("rota")
    return rota
