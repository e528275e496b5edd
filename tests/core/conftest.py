"""Every test of the law compiles its own hours, so that what one test warmed up can't hide a fault from the next."""

from __future__ import annotations

import core_cast
import pytest

from garant.core import openings, vectors, zones
from garant.core.calendars import Calendar


@pytest.fixture(autouse=True)
def _cold() -> None:
    openings.compiled.cache_clear()
    zones.zone.cache_clear()
    vectors._read.cache_clear()
    shared = [value for value in vars(core_cast).values() if isinstance(value, Calendar)]
    for calendar in shared:
        calendar._hours.table = openings.Table(0, 0, [], [], [], [])
