"""The cache that all processes of a desk share: counts of failed sign-ins, which may be lost but not be apart."""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE kit_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX kit_cache_expires ON kit_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP TABLE kit_cache")]
