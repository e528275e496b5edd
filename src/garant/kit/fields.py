"""Columns that Django has no field for."""

from __future__ import annotations

from typing import Any

from django.db import models


class OrderedJSONField(models.JSONField):
    """JSON kept as written: PostgreSQL's `json` keeps the order of keys, `jsonb` does not. It can't be searched."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "json"
