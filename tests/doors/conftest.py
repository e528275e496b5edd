"""Fixtures of the doors. Rooms are imported inside: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from desk_cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    """A desk with two organisations, made anew for the test."""
    from desk_cast import make_cast

    return make_cast()
