"""Near targets are told once, reasons are messages, and the rows of a running miss are found by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="period",
            name="near_recorded_at",
            field=models.DateTimeField(
                help_text="when the sweeper saw it near; null: not yet", null=True
            ),
        ),
        migrations.AddField(
            model_name="period",
            name="known_at",
            field=models.DateTimeField(
                help_text="calendars as known then; later edits have not moved it yet", null=True
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="next_near",
            field=models.DateTimeField(
                help_text="when that period counts as near; null: never, or none", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(state__in=("open", "waiting", "held"), next_near__isnull=False),
                fields=["next_near"],
                name="case_near",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(state__in=("open", "waiting", "held"), assignee=None),
                fields=["next_due", "id"],
                name="case_unassigned",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(state__in=("waiting", "held")),
                fields=["state", "next_due", "id"],
                name="case_standing_still",
            ),
        ),
        migrations.RemoveConstraint(model_name="message", name="message_kind_known"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=("public", "internal", "call", "reason")), name="message_kind_known"
            ),
        ),
        migrations.AddIndex(
            model_name="period",
            index=models.Index(
                condition=models.Q(ended=None, near_recorded_at=None, paused=False, near_at__isnull=False),
                fields=["near_at"],
                name="period_near",
            ),
        ),
        migrations.AddIndex(
            model_name="period",
            index=models.Index(condition=models.Q(ended=None, missed=True), fields=["case"], name="period_late"),
        ),
    ]
