"""Django's test database lives on the session's server."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.database


@pytest.mark.django_db
def test_the_orm_reaches_the_migrated_test_database() -> None:
    from django.contrib.auth import get_user_model
    from django.db import connection

    assert connection.settings_dict["NAME"].startswith("test_garant")
    assert get_user_model().objects.count() == 0
