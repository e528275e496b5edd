"""Fixtures of the rooms."""

from __future__ import annotations

import pytest
from rooms_cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """One vendor, six subscribers and their people, made anew for the test."""
    return make_cast()
