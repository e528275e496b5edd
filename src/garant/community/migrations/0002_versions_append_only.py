"""Versions of posts are written once, whoever speaks SQL."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER community_postversion_append_only BEFORE UPDATE OR DELETE ON community_postversion
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER community_postversion_never_truncated BEFORE TRUNCATE ON community_postversion
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
"""
BACK = """
DROP TRIGGER community_postversion_append_only ON community_postversion;
DROP TRIGGER community_postversion_never_truncated ON community_postversion;
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial"), ("journal", "0003_append_only")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
