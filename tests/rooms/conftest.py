"""Fixtures of the rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rooms_cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    """One vendor, six subscribers and their people, made anew for the test."""
    from rooms_cast import make_cast  # here: a conftest is read before Django is set up

    return make_cast()
