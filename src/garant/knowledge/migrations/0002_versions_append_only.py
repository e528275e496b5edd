"""What was saved stays as it was, for everybody who speaks SQL."""

from django.db import migrations

TABLE = "knowledge_version"


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial"), ("journal", "0003_append_only")]

    operations = [
        migrations.RunSQL(
            f"""
            CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE}
                FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
            CREATE TRIGGER {TABLE}_never_truncated BEFORE TRUNCATE ON {TABLE}
                FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
            """,
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE}; DROP TRIGGER {TABLE}_never_truncated ON {TABLE};",
        )
    ]
