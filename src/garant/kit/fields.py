"""Columns that Django has no field for."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class OrderedJSONField(models.Field):
    """JSON kept as written: PostgreSQL's `json` keeps the order of keys, `jsonb` does not. It can't be searched."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "json"

    def get_prep_value(self, value: Any) -> str | None:
        """As text: a value sent as jsonb would lose its order on the way."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Plain values; the driver may have read them already."""
        return json.loads(value) if isinstance(value, str) else value
