"""Ledger lines, facts, decisions and amendments are append-only for everybody who speaks SQL."""

from django.db import migrations

TABLES = (
    "contracts_ledgerentry",
    "contracts_obligationfact",
    "contracts_standingdecision",
    "contracts_amendment",
)


def append_only(table: str) -> str:
    """The triggers of one table: by row, and for TRUNCATE by statement."""
    return f"""
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change();
    CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION contracts_refuse_change();
    """


class Migration(migrations.Migration):
    dependencies = [("contracts", "0004_ledger_standing_people")]

    operations = [
        migrations.RunSQL(
            "".join(append_only(table) for table in TABLES),
            "".join(f"DROP TRIGGER {t}_append_only ON {t}; DROP TRIGGER {t}_never_truncated ON {t};" for t in TABLES),
        )
    ]
