"""Who works how: teams, skills, absences with stand-ins, and the named advisors of subscribers."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory.membership import clean, lock_person, lock_subscriber, look_at_rotas_again, note
from garant.directory.models import Absence, Advisor, RoleHeld, Skill, Team
from garant.directory.operations import require
from garant.journal.operations import database_now

__all__ = [
    "create_team",
    "end_absence",
    "name_advisor",
    "record_absence",
    "remove_advisor",
    "set_skills",
    "set_team",
    "staff_member",
]

LONGEST_NAME, LONGEST_REASON = 80, 120
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
SKILL = re.compile(r"[a-z0-9][a-z0-9:._-]{0,39}\Z")
MOST_SKILLS = 40
#: Nobody is away for longer in one piece: a typing error in the year is none.
LONGEST_ABSENCE = timedelta(days=400)


@transaction.atomic
def create_team(*, by: Actor, code: str, name: str) -> int:
    """A new, empty team; its code is what programmes write as `team:CODE`. Refuses a code in use or malformed."""
    require(by, "edit_staff")
    wanted = checked_code(code)
    if Team.objects.filter(code=wanted).exists():
        raise Refusal("code_taken", "codes_are_unique", "choose_code", {"code": wanted})
    team = Team.objects.create(code=wanted, name=clean(name, LONGEST_NAME))
    note(by, ("team", team.pk), "team_created", {"code": wanted}, None)
    return team.pk


@transaction.atomic
def set_team(*, by: Actor, team_id: int, people: Collection[int]) -> None:
    """Say who is in a team. Refuses people who are not of the staff; raises NotFound for an unknown team."""
    require(by, "edit_staff")
    team = Team.objects.select_for_update().filter(pk=team_id).first()
    if team is None:
        raise NotFound("team")
    wanted = sorted(set(people))
    for person_id in wanted:
        staff_member(person_id)
    if wanted != sorted(team.members.values_list("pk", flat=True)):
        team.members.set(wanted)
        note(by, ("team", team.pk), "team_changed", {"people": wanted}, None)


@transaction.atomic
def set_skills(*, by: Actor, person_id: int, skills: Collection[str]) -> None:
    """Say what somebody of the staff can do: codes of products and areas, and languages as `lang:ja`."""
    require(by, "edit_staff")
    lock_person(person_id)
    staff_member(person_id)
    wanted = sorted({skill.strip().lower() for skill in skills} - {""})
    wrong = [skill for skill in wanted if not SKILL.match(skill)]
    if wrong or len(wanted) > MOST_SKILLS:
        values = {"skill": wrong[0] if wrong else "", "most": MOST_SKILLS}
        raise Refusal("skill_malformed", "skills_are_codes", "check_skill", values)
    if wanted == sorted(Skill.objects.filter(person_id=person_id).values_list("code", flat=True)):
        return
    Skill.objects.filter(person_id=person_id).delete()
    Skill.objects.bulk_create([Skill(person_id=person_id, code=code) for code in wanted])
    note(by, ("person", person_id), "skills_set", {"skills": wanted}, None)


@transaction.atomic
def record_absence(
    *,
    by: Actor,
    person_id: int,
    starts: datetime,
    ends: datetime,
    stand_in: int | None = None,
    reason: str = "",
) -> int:
    """Somebody is away from `starts` until before `ends`; `stand_in` answers meanwhile (None: the next in line).

    One's own absence, or anybody's as a manager. Refuses dates the wrong way round or over, a stand-in who is not of
    the staff or the person themselves, and an absence that overlaps another of the same person.
    """
    _own_or_manager(by, person_id)
    lock_person(person_id)
    staff_member(person_id)
    if not starts < ends or ends <= database_now() or ends - starts > LONGEST_ABSENCE:
        raise Refusal("absence_backwards", "absences_lie_ahead", "check_dates")
    if stand_in == person_id:
        raise Refusal("stand_in_is_the_same", "stand_ins_are_others", "choose_stand_in")
    if stand_in is not None:
        staff_member(stand_in)
    if Absence.objects.filter(person_id=person_id, starts__lt=ends, ends__gt=starts).exists():
        raise Refusal("absence_overlaps", "absences_are_apart", "end_absence_first")
    row = Absence.objects.create(
        person_id=person_id,
        starts=starts,
        ends=ends,
        stand_in_id=stand_in,
        reason=" ".join(reason.split())[:LONGEST_REASON],
    )
    look_at_rotas_again()
    data = {"absence": row.pk, "from": starts.isoformat(), "until": ends.isoformat(), "stand_in": stand_in}
    note(by, ("person", person_id), "absence_recorded", data, None)
    return row.pk


@transaction.atomic
def end_absence(*, by: Actor, absence_id: int) -> None:
    """Somebody is back: an absence that runs ends now, one that lies ahead is taken back. Over already: nothing."""
    row = Absence.objects.select_for_update().filter(pk=absence_id).first()
    if row is None:
        raise NotFound("absence")
    _own_or_manager(by, row.person_id)
    now = database_now()
    if row.ends <= now:
        return
    if row.starts < now:
        row.ends = now
        row.save(update_fields=["ends"])
    else:
        row.delete()
    look_at_rotas_again()
    note(by, ("person", row.person_id), "absence_ended", {"absence": absence_id}, None)


@transaction.atomic
def name_advisor(*, by: Actor, subscriber_id: int, person_id: int, stand_in: int | None = None) -> None:
    """Name the advisor of a subscriber, and who answers while the advisor is away. The same again: nothing."""
    require(by, "edit_staff")
    lock_subscriber(subscriber_id)
    staff_member(person_id, "named_advisor")
    if stand_in == person_id:
        raise Refusal("stand_in_is_the_same", "stand_ins_are_others", "choose_stand_in")
    if stand_in is not None:
        staff_member(stand_in)
    row = Advisor.objects.filter(subscriber_id=subscriber_id).first()
    if row is not None and (row.person_id, row.stand_in_id) == (person_id, stand_in):
        return
    values = {"person_id": person_id, "stand_in_id": stand_in, "since": database_now()}
    Advisor.objects.update_or_create(subscriber_id=subscriber_id, defaults=values)
    data: dict[str, object] = {"person": person_id, "stand_in": stand_in}
    note(by, ("subscriber", subscriber_id), "advisor_named", data, subscriber_id)


@transaction.atomic
def remove_advisor(*, by: Actor, subscriber_id: int) -> None:
    """A subscriber has no named advisor any more; without one nothing happens."""
    require(by, "edit_staff")
    lock_subscriber(subscriber_id)
    if Advisor.objects.filter(subscriber_id=subscriber_id).delete()[0]:
        note(by, ("subscriber", subscriber_id), "advisor_removed", {}, subscriber_id)


def staff_member(person_id: int, role: str | None = None) -> None:
    """Refuse anybody who is not of the staff (or lacks `role`)."""
    held = RoleHeld.objects.filter(person_id=person_id, subscriber=None, ended_at=None, person__is_active=True)
    if not (held.filter(role=role) if role else held).exists():
        raise Refusal("not_of_the_staff", "staff_hold_roles", "give_role_first", {"role": role or ""})


def checked_code(code: str) -> str:
    """A code as programmes write it. Refuses anything but small letters, digits, hyphens and underscores."""
    wanted = code.strip().lower()
    if not CODE.match(wanted):
        raise Refusal("code_malformed", "codes_are_plain", "check_code", {"code": wanted[:60]})
    return wanted


def _own_or_manager(by: Actor, person_id: int) -> None:
    require(by, "record_absence")
    if by.id != person_id:
        require(by, "edit_rotas")
