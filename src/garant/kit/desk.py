"""The desk's database for a command of the command line: started, migrated, connected to Django, given back."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from garant.kit.home import Home
from garant.kit.postgres.errors import PostgresError
from garant.kit.postgres.migrating import ensure_migrated, is_current
from garant.kit.postgres.running import quiet, running_database
from garant.kit.postgres.urls import Database


@contextlib.contextmanager
def desk_database(say: Callable[[str], None] = quiet) -> Iterator[Database | None]:
    """Within the block Django is set up and its connection reaches the migrated database under the app role.

    The server is started when it is down and stopped at the end unless somebody else uses it. Children of
    `garant run` (GARANT_DB_URL is set) and programs that set Django up themselves (tests) find everything
    arranged: then nothing is started and None is given. Raises PostgresError, one line for people.
    """
    if "GARANT_DB_URL" in os.environ or _django_is_up():
        load_django()
        yield None
        return
    with migrated_database(say) as database:
        point_django_at(database)
        try:
            yield database
        finally:
            _disconnect()


@contextlib.contextmanager
def migrated_database(say: Callable[[str], None] = quiet) -> Iterator[Database]:
    """Like `desk_database`, for commands that need no Django: it is loaded only when migrations are missing."""
    if "GARANT_DB_URL" in os.environ:
        raise PostgresError("GARANT_DB_URL is set: unset it, it is meant for children of `garant run`")
    with running_database(say=say) as database:
        if not is_current(database):
            point_django_at(database)
            try:
                ensure_migrated(database, say)
            finally:
                _disconnect()
        yield database


def point_django_at(database: Database) -> None:
    """Tell the settings, through the environment, what they need to know, and load Django."""
    os.environ.update(desk_environment(database))
    load_django()


def desk_environment(database: Database) -> dict[str, str]:
    """What a process of the desk reads from its environment: the app role's address and the signing key."""
    key = os.environ.get("GARANT_SECRET_KEY") or Home.find().secret("django")
    return {"GARANT_DB_URL": database.app_url, "GARANT_SECRET_KEY": key}


def load_django() -> None:
    """Set Django up with the desk's settings; a second call does nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "garant.config.settings")
    import django

    if not _django_is_up():
        django.setup()


def _django_is_up() -> bool:
    registry = sys.modules.get("django.apps")
    return registry is not None and bool(registry.apps.ready)


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()
    os.environ.pop("GARANT_DB_URL", None)
