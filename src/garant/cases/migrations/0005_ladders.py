"""Ladders: the levels of a period that come later, and what follows from a level that nobody acknowledges."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_suspended"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="period",
            name="ladder",
            field=models.JSONField(
                null=True, help_text="levels that come later by themselves; null: not worked out yet"
            ),
        ),
        migrations.AddField(
            model_name="period",
            name="step_at",
            field=models.DateTimeField(null=True, help_text="when the next of them comes; null: none is ahead"),
        ),
        migrations.AddIndex(
            model_name="period",
            index=models.Index(
                fields=["step_at"],
                condition=models.Q(ended=None, paused=False, step_at__isnull=False),
                name="period_step",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="remind_at",
            field=models.DateTimeField(
                null=True, help_text="the limit while something follows from it; null: nothing"
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="holder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="escalation",
            name="ended_at",
            field=models.DateTimeField(null=True, help_text="de-escalated, or the promise ended"),
        ),
        migrations.RunSQL(
            "UPDATE cases_escalation e SET ended_at = p.ended FROM cases_period p"
            " WHERE p.id = e.period_id AND p.ended IS NOT NULL AND e.ended_at IS NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveIndex(model_name="escalation", name="escalation_unanswered"),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(
                fields=["remind_at"],
                condition=models.Q(acknowledged_at=None, ended_at=None, remind_at__isnull=False),
                name="escalation_unanswered",
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(
                fields=["-recorded_at", "-id"], condition=models.Q(ended_at=None), name="escalation_open"
            ),
        ),
    ]
