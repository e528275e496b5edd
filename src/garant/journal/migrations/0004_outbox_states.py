"""How a message of the outbox stands, in a column of its own: claimed by an index over those that wait."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0003_append_only'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='notice',
            name='notice_to_send',
        ),
        migrations.AddField(
            model_name='notice',
            name='state',
            field=models.CharField(db_default='waiting', default='waiting', max_length=10),
        ),
        migrations.RunSQL(
            "UPDATE journal_notice SET state = 'sent' WHERE sent_at IS NOT NULL", migrations.RunSQL.noop
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try', 'id'], name='notice_to_send'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['subject_kind', 'subject_id', 'person_id'], name='notice_thread'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state', 'digest')), fields=['person_id', 'created_at'], name='notice_digest'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'sent', 'digest', 'digested', 'withheld', 'dead'))), name='notice_state_known'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='notice_sent_has_time'),
        ),
    ]
