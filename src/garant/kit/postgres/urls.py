"""Addresses of the database: libpq URLs, and Django's form of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from garant.kit.home import Home
from garant.kit.postgres.errors import PostgresError

DATABASE = "garant"
OWNER = "garant_owner"
APP = "garant_app"
#: Under this role requests of subscribers' people are served (row_security.py); nobody signs in as it.
CUSTOMER = "garant_customer"
SUPERUSER = "garant_super"
PORT = 5432


@dataclass(frozen=True)
class Database:
    """A database that answers: its two addresses. The owner migrates, the app role runs (no DDL)."""

    owner_url: str
    app_url: str
    external: bool = False
    #: For commands that run long: bring the server back when its keeper was killed; quick when all is well.
    keep_up: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)

    def url(self, role: str) -> str:
        """The address for "owner" or "app"."""
        return self.owner_url if role == "owner" else self.app_url


def external_database() -> Database | None:
    """The server DATABASE_URL names, None when it is unset.

    Its role owns the schema; GARANT_APP_DATABASE_URL is the address of the role that runs, the same when unset.
    Raises PostgresError when an address can't be read.
    """
    owner = os.environ.get("DATABASE_URL", "").strip()
    if not owner:
        return None
    app = os.environ.get("GARANT_APP_DATABASE_URL", "").strip() or owner
    for name, url in (("DATABASE_URL", owner), ("GARANT_APP_DATABASE_URL", app)):
        if not url.startswith(("postgresql://", "postgres://")):
            raise PostgresError(f"{name} must look like postgresql://role:password@host:5432/database")
        connection_parts(url, name)
    return Database(owner, app, external=True)


def socket_url(home: Home, socket: str, role: str, database: str = DATABASE) -> str:
    """The libpq URL of a role on our own server; the password comes from the home's secrets."""
    password = "" if role == SUPERUSER else ":" + quote(home.secret(role), safe="")
    return f"postgresql://{role}{password}@/{quote(database, safe='')}?host={quote(socket, safe='/')}&port={PORT}"


def with_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    head, mark, query = url.partition("?")
    scheme, _, rest = head.partition("://")
    return f"{scheme}://{rest.split('/')[0]}/{quote(name, safe='')}{mark}{query}"


def connection_parts(url: str, name: str = "the address") -> dict[str, Any]:
    """A libpq URL as keywords (dbname, user, password, host, port, ...); PostgresError names what is wrong."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        return dict(conninfo_to_dict(url))
    except psycopg.Error as error:
        raise PostgresError(f"{name} is no PostgreSQL address: {one_line(error)}") from None


def django_database(url: str) -> dict[str, Any]:
    """A libpq URL as an entry of Django's DATABASES."""
    parts = connection_parts(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", DATABASE),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": {**parts, "application_name": "garant"},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def one_line(error: object) -> str:
    """An error of several lines as one, for people."""
    return " ".join(str(error).split())
