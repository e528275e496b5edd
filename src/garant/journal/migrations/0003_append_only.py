"""Entries and seals are append-only for everybody who speaks SQL, not only for this program."""

from django.db import migrations

TABLES = ("journal_entry", "journal_seal")

REFUSE = """
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused; write a new entry that corrects the old one',
        TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$body$;
"""


def trigger(table: str) -> str:
    """The triggers of one table: by row, and for TRUNCATE by statement."""
    return f"""
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
    CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
    """


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_seal_batches")]

    operations = [
        migrations.RunSQL(
            REFUSE + "".join(trigger(table) for table in TABLES),
            "".join(
                f"DROP TRIGGER {t}_append_only ON {t}; DROP TRIGGER {t}_never_truncated ON {t};" for t in TABLES
            )
            + "DROP FUNCTION journal_refuse_change();",
        )
    ]
