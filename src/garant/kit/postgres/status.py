"""What is known about the desk's database without starting it."""

from __future__ import annotations

from typing import Any

from garant.kit.files import is_locked
from garant.kit.home import Home
from garant.kit.postgres.cluster import running_pid
from garant.kit.postgres.errors import PostgresError
from garant.kit.postgres.place import find_place
from garant.kit.postgres.running import server_state
from garant.kit.postgres.urls import Database, connection_parts, external_database, one_line, socket_url


def status(home: Home) -> dict[str, Any]:
    """Where the database is and whether it answers; also when it is down or was never made.

    Keys: kind ("embedded" or "external"), running, stays (kept running by `garant db start`), home, data, socket,
    account, version, binaries, pid, size_bytes, migrations (applied, None when down), desk_runs; None where unknown.
    Raises PostgresError when the data belongs to somebody else or the programs are missing.
    """
    if external := external_database():
        parts = connection_parts(external.owner_url)
        found = {"kind": "external", "home": str(home.path), "host": parts.get("host"), "database": parts.get("dbname")}
        return {**found, **_ask(external)}
    place = find_place(home, make=False)
    state = server_state(home)
    found = {
        "kind": "embedded",
        "running": False,
        "stays": (home.run / "stay").exists(),
        "desk_runs": is_locked(home.run / "desk.lock"),
        "home": str(home.path),
        "data": str(place.data),
        "made": place.exists,
        "socket": str(place.socket),
        "account": place.account.name if place.account else None,
        "binaries": None,
        "version": None,
    }
    pid = running_pid(place.data) if place.exists else None
    if pid is None:
        if place.account is not None:
            binaries = place.programs(copy=False)
            found |= {"binaries": str(binaries.folder), "version": binaries.version}
        return {**found, "pid": None, "size_bytes": None, "migrations": None}
    found |= {"binaries": state.get("binaries"), "version": state.get("version")}
    socket = str(state.get("socket") or place.socket)
    urls = [socket_url(home, socket, role) for role in ("garant_owner", "garant_app")]
    return {**found, "pid": pid, **_ask(Database(urls[0], urls[1]))}


def _ask(database: Database) -> dict[str, Any]:
    import psycopg

    try:
        with psycopg.connect(database.owner_url, connect_timeout=10) as connection:
            version = connection.info.parameter_status("server_version")
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
            made = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
            applied = None
            if made and made[0]:
                applied = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
    except (psycopg.Error, PostgresError) as error:
        return {"running": False, "problem": one_line(error), "size_bytes": None, "migrations": None}
    return {
        "running": True,
        "version": (version or "").split(" ")[0],
        "size_bytes": size[0] if size else None,
        "migrations": applied[0] if applied else 0,
    }
