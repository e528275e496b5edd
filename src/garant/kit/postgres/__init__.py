"""The desk's PostgreSQL: an external server, or one of our own that lives as long as somebody uses it."""

from garant.kit.postgres.errors import PostgresError
from garant.kit.postgres.running import running_database
from garant.kit.postgres.urls import Database, django_database

__all__ = ["Database", "PostgresError", "django_database", "running_database"]
