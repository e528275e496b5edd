"""The same act on several cases: each in its own transaction, so that one refusal holds up no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from garant.cases.models import Case
from garant.cases.operations_handling import assign
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal

__all__ = ["LARGEST", "Bulk", "Reassigned", "assign_back", "assign_many"]

#: Nobody chooses more cases by hand.
LARGEST = 100


@dataclass(frozen=True, slots=True)
class Reassigned:
    """A case whose assignee changed: from whom, to whom (None: nobody)."""

    number: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of an act on several cases; `refused` says why not, by number."""

    done: tuple[Reassigned, ...]
    refused: tuple[tuple[int, Refusal], ...] = ()


def assign_many(*, by: Actor, numbers: Sequence[int], assignee_id: int | None) -> Bulk:
    """Give several cases to one person, or to nobody. Cases that are theirs already count as neither done nor refused.

    A number that is no case counts as refused (`case_unknown`); more than LARGEST numbers: Refusal `too_many_cases`.
    """
    if len(numbers) > LARGEST:
        raise Refusal("too_many_cases", "many_at_a_time", "choose_fewer", {"most": LARGEST})
    wanted = [(number, assignee_id) for number in dict.fromkeys(numbers)]
    return _assign_each(by, wanted)


def assign_back(*, by: Actor, changes: Sequence[Reassigned]) -> Bulk:
    """Undo: give each case back to whom it had, unless somebody has given it to another person since."""
    now = dict(Case.objects.filter(number__in=[c.number for c in changes]).values_list("number", "assignee_id"))
    wanted = [(c.number, c.before) for c in changes if now.get(c.number, -1) == c.after]
    moved = [c for c in changes if c.number in now and now[c.number] not in (c.after, c.before)]
    undone = _assign_each(by, wanted)
    since = Refusal("reassigned_since", "undo_touches_own_acts", "look_at_case")
    return Bulk(undone.done, (*undone.refused, *((change.number, since) for change in moved)))


def _assign_each(by: Actor, wanted: Sequence[tuple[int, int | None]]) -> Bulk:
    done: list[Reassigned] = []
    refused: list[tuple[int, Refusal]] = []
    before = dict(Case.objects.filter(number__in=[n for n, _ in wanted]).values_list("number", "assignee_id"))
    for number, assignee_id in wanted:
        try:
            assign(by=by, number=number, assignee_id=assignee_id)
        except Refusal as refusal:
            refused.append((number, refusal))
        except NotFound:
            refused.append((number, Refusal("case_unknown", "cases_have_numbers", "check_number", {"number": number})))
        else:
            if before[number] != assignee_id:
                done.append(Reassigned(number, before[number], assignee_id))
    return Bulk(tuple(done), tuple(refused))
