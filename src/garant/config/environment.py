"""What the environment says: the database to use and the secret key. Errors name the setting and the remedy."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from garant.kit.postgres.urls import django_database


def database() -> dict[str, Any]:
    """Django's database entry from GARANT_DB_URL (set by the commands that start the database).

    Without it an entry that refuses to connect: commands that need no database still work.
    """
    return django_database(os.environ.get("GARANT_DB_URL") or "dbname=garant host=/nonexistent")


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
