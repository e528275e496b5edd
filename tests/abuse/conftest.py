"""Fixtures of the abuse tests: the desk of the doors and the cast of the rooms, whichever a test asks for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from desk_cast import Cast as Desk
    from rooms_cast import Cast

for _folder in ("rooms", "doors"):  # desk_cast, matrix, rooms_cast, case_acts, crash: shared with those folders
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / _folder))


@pytest.fixture
def desk(db: None) -> Desk:
    """Two organisations, their people, the vendor's staff and cases, as the tests of the doors have them."""
    from desk_cast import make_cast

    return make_cast()


@pytest.fixture
def cast(db: None) -> Cast:
    """One vendor, six subscribers and their people, as the tests of the rooms have them."""
    from rooms_cast import make_cast

    return make_cast()
