"""The second net: PostgreSQL itself shows a subscriber's people only the rows of their organisations.

Requests of subscribers' people and of visitors are served under the role `garant_customer` (kit.reach); its policies
compare a row's subscriber with the ids that the request may reach. The app role sees everything, as before: staff,
sweeper, sender and commands run under it, and its policy is constant, so it costs their searches nothing.

The policies are made from the schema after every migration, so that no table can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from garant.kit.postgres.urls import CUSTOMER

#: What a request may reach; nothing while it is not set.
REACH = "coalesce(nullif(current_setting('garant.reach', true), ''), '{}')::bigint[]"
_OWN = f"subscriber_id IS NULL OR subscriber_id = ANY (({REACH}))"
#: Tables whose rows belong to a subscriber otherwise than by `subscriber_id`.
OTHERS = {
    "directory_subscriber": f"id = ANY (({REACH}))",
    # Nobody but staff reads what arrived by mail.
    "cases_storedmail": "false",
    "cases_mailboxstate": "false",
    # Both ends: a link says something about either case.
    "cases_caselink": "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id)"
    " AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = other_id)",
}
#: Tables with a `subscriber_id` and no policy, with the reason.
EXEMPT = {"directory_roleheld": "what a request may reach is read from it, before anything else"}
#: What the role may do with rows; policies decide with which.
_RIGHTS = (
    "GRANT USAGE ON SCHEMA public TO {}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}",
)


def ensure_row_security(connection: Any, app: str) -> bool:
    """Give the customer role its rights, and every table its policies; as the tables' owner, after migrating.

    `connection`: a psycopg connection. False where the server has no such role (an external one whose owner may make
    none): the first net, scoping queries, then stands alone.
    """
    from psycopg import sql

    if not _customer_there(connection):
        return False
    for right in _RIGHTS:
        connection.execute(sql.SQL(right).format(sql.Identifier(CUSTOMER)))
    for table, predicate in policies(connection):
        name = sql.Identifier(table)
        for policy in ("desk", "own_organisation"):
            connection.execute(sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(policy), name))
        connection.execute(sql.SQL("CREATE POLICY desk ON {} TO {} USING (true)").format(name, sql.Identifier(app)))
        statement = sql.SQL("CREATE POLICY own_organisation ON {} TO {} USING (").format(name, sql.Identifier(CUSTOMER))
        connection.execute(statement + sql.SQL(predicate) + sql.SQL(")"))
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name))
    return True


def policies(connection: Any) -> Iterator[tuple[str, str]]:
    """Each table whose rows belong to subscribers, and which of them may be reached."""
    rows = connection.execute(
        "SELECT table_name FROM information_schema.columns c JOIN information_schema.tables t"
        " USING (table_schema, table_name) WHERE c.table_schema = 'public' AND c.column_name = 'subscriber_id'"
        " AND t.table_type = 'BASE TABLE' ORDER BY table_name"
    ).fetchall()
    for (table,) in rows:
        if table not in EXEMPT:
            yield table, _OWN
    yield from OTHERS.items()


def _customer_there(connection: Any) -> bool:
    from psycopg import errors, sql

    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [CUSTOMER]).fetchone():
        return True
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(CUSTOMER)))
    except errors.InsufficientPrivilege:
        return False
    return True
