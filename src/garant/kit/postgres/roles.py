"""The two roles and the database of a desk: the owner migrates, the app role only reads and writes rows."""

from __future__ import annotations

from typing import Any

from garant.kit.home import Home
from garant.kit.postgres.urls import APP, CUSTOMER, DATABASE, OWNER, Database, connection_parts


def ensure_roles(connection: Any, home: Home) -> None:
    """Make the roles and give those that sign in the passwords of this home's secrets (also after those were lost)."""
    from psycopg import sql

    have = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    for role in (OWNER, APP):
        name = sql.Identifier(role)
        if role not in have:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE").format(name))
        password = home.secret(role)
        if not _knows(connection, role, password):
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password)))
    if CUSTOMER not in have:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER").format(sql.Identifier(CUSTOMER)))
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(CUSTOMER), sql.Identifier(APP)))


def ensure_database(connect: Any, name: str = DATABASE) -> None:
    """Make the database when it is missing and let the app role in; `connect` opens one as superuser by name."""
    from psycopg import sql

    with connect("postgres") as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
        server.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(APP))
        )
    with connect(name) as database:
        for rights in _APP_RIGHTS:
            database.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT {rights} TO {APP}")


# Default privileges: what the owner's migrations make later is usable by the app role at once, rows only.
_APP_RIGHTS = (
    "SELECT, INSERT, UPDATE, DELETE ON TABLES",
    "USAGE, SELECT ON SEQUENCES",
    "EXECUTE ON ROUTINES",
)


def let_app_in(database: Database) -> None:
    """On an external server, give the app role its rights on whatever the owner makes from now on."""
    import psycopg
    from psycopg import sql

    app = connection_parts(database.app_url).get("user")
    owner = connection_parts(database.owner_url).get("user")
    if not database.external or not app or app == owner:
        return
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        for rights in _APP_RIGHTS:
            statement = sql.SQL("ALTER DEFAULT PRIVILEGES GRANT " + rights + " TO {}")
            connection.execute(statement.format(sql.Identifier(str(app))))


def _knows(connection: Any, role: str, password: str) -> bool:
    """Does the stored SCRAM verifier belong to this password? Saves a write to the catalogue at every start."""
    import base64
    import hashlib
    import hmac

    row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role]).fetchone()
    stored = row[0] if row else None
    if not stored or not stored.startswith("SCRAM-SHA-256$"):
        return False
    head, keys = stored.removeprefix("SCRAM-SHA-256$").split("$")
    rounds, salt = head.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    client = hmac.digest(salted, b"Client Key", "sha256")
    return hmac.compare_digest(hashlib.sha256(client).digest(), base64.b64decode(keys.split(":")[0]))
