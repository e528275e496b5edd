"""Whether a case's clocks pause because support is suspended, as its journal gives it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_agreements_and_links")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="suspended",
            field=models.BooleanField(db_default=False, default=False, help_text="support is suspended: every clock pauses"),
        ),
    ]
