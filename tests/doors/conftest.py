"""Fixtures of the doors."""

from __future__ import annotations

import pytest
from desk_cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """A desk with two organisations, made anew for the test."""
    return make_cast()
