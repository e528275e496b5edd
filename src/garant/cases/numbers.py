"""Case numbers: random, so that nobody can count or guess from them; six digits or more, never starting with zero."""

from __future__ import annotations

import secrets

from garant.cases.models import Case
from garant.kit.reach import desk_wide

#: Tries with each length before numbers grow by a digit: by then the length is too full to draw from.
TRIES = 8
SHORTEST = 7


def free_number() -> int:
    """A number that no case has. The unique constraint decides between two that draw it at once."""
    digits, tries = SHORTEST, 0
    while True:
        least = int(10 ** (digits - 1))
        number = least + secrets.randbelow(9 * least)
        with desk_wide():  # also a case that the one who files may not see has its number
            taken = Case.objects.filter(number=number).exists()
        if not taken:
            return number
        tries += 1
        if tries % TRIES == 0:
            digits += 1
