"""Words of the vendor's own for notices. A version is added and never changed, like an entry of the journal."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0004_outbox_states'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=8)),
                ('revision', models.IntegerField(help_text='counts from 1 within a kind and language')),
                ('subject', models.CharField(blank=True, default='', max_length=200)),
                ('body', models.TextField(blank=True, default='')),
                ('written_at', models.DateTimeField()),
                ('written_by', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'language', 'revision'), name='own_letter_revision_once'), models.CheckConstraint(condition=models.Q(('revision__gte', 1)), name='own_letter_revision_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('subject', ''), ('body', '')), models.Q(models.Q(('subject', ''), _negated=True), models.Q(('body', ''), _negated=True), models.Q(('subject__regex', '[\\n\\r]'), _negated=True)), _connector='OR'), name='own_letter_whole_or_none')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER journal_ownletter_append_only BEFORE UPDATE OR DELETE ON journal_ownletter"
            " FOR EACH ROW EXECUTE FUNCTION journal_refuse_change()",
            "DROP TRIGGER journal_ownletter_append_only ON journal_ownletter",
        ),
    ]
