"""A calendar belongs to the programme version that it was sold with."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [
        migrations.DeleteModel(name="CalendarVersion"),
        migrations.CreateModel(
            name="CalendarVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=60)),
                ("version", models.IntegerField()),
                (
                    "effective_from",
                    models.DateTimeField(help_text="null: since ever (first version)", null=True),
                ),
                (
                    "known_from",
                    models.DateTimeField(help_text="when the edit was recorded; null: first version", null=True),
                ),
                ("plain", models.JSONField()),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "programme_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calendars",
                        to="contracts.programmeversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme_version", "code", "version"), name="calendar_version_once"
                    )
                ],
            },
        ),
    ]
