"""What the environment says: the database to use and the secret key. Errors name the setting and the remedy."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict


def database() -> dict[str, Any]:
    """Django's database entry from GARANT_DB_URL (set by the commands that start the database).

    Without it an entry that refuses to connect: commands that need no database still work.
    """
    url = os.environ.get("GARANT_DB_URL", "")
    parts = conninfo_to_dict(url) if url else {"dbname": "garant", "host": "/nonexistent"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "garant"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": {**parts, "application_name": "garant"},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def secret_key() -> str:
    """The signing key from GARANT_SECRET_KEY; the supervisor reads it from a private file in GARANT_HOME.

    Raises ImproperlyConfigured in a web worker without one; other commands sign nothing that lasts.
    """
    key = os.environ.get("GARANT_SECRET_KEY", "")
    if key:
        return key
    if os.environ.get("GARANT_ROLE") == "web":
        raise ImproperlyConfigured("GARANT_SECRET_KEY is not set: start the desk with `garant run`, or set it")
    import secrets

    return secrets.token_urlsafe(50)
