"""Documents to be found, words, synonyms, and what was looked for in vain. Needs the extension pg_trgm."""

import django.contrib.postgres.fields
import django.contrib.postgres.search
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# An index for each language: the word "format" of one is not looked up among those of the others.
LANGUAGES = ("en", "de", "fr", "es", "it", "ja")
OTHERS = "language NOT IN ('en', 'de', 'fr', 'es', 'it', 'ja')"
INDEXES = [
    # Without fastupdate: a search never has to read through what was not sorted in yet.
    f"CREATE INDEX finding_{column}_{name} ON finding_document USING gin ({column}) WITH (fastupdate = off) WHERE {where}"
    for column in ("terms", "forms")
    for name, where in [*((each, f"language = '{each}'") for each in LANGUAGES), ("others", OTHERS)]
]


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('ref', models.CharField(help_text='what the room that wrote it calls it', max_length=200)),
                ('language', models.CharField(max_length=10)),
                ('title', models.TextField()),
                ('section', models.TextField(blank=True, default='')),
                ('keywords', models.TextField(blank=True, default='')),
                ('body', models.TextField()),
                ('audience', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('programme', models.CharField(blank=True, default='', help_text='empty: of every programme', max_length=100)),
                ('products', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='empty: about every product', size=None)),
                ('boost', models.FloatField(default=1.0)),
                ('updated_at', models.DateTimeField()),
                ('title_words', models.IntegerField()),
                ('head_words', models.IntegerField(help_text='words of section and keywords')),
                ('body_words', models.IntegerField()),
                ('terms', django.contrib.postgres.search.SearchVectorField()),
                ('forms', django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'ref', 'language'), name='document_once_per_language')],
            },
        ),
        migrations.CreateModel(
            name='Miss',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('language', models.CharField(max_length=10)),
                ('text', models.CharField(max_length=100)),
                ('times', models.IntegerField(default=1)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'language', 'text'), name='miss_once_per_day')],
            },
        ),
        migrations.CreateModel(
            name='Synonyms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.CharField(blank=True, default='', help_text='empty: in every programme', max_length=100)),
                ('language', models.CharField(max_length=10)),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
            ],
            options={
                'indexes': [models.Index(fields=['language', 'programme'], name='synonyms_of_programme')],
            },
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10)),
                ('word', models.CharField(max_length=40)),
            ],
            options={
                'indexes': [models.Index(fields=['language', 'word'], name='word_by_language')],
            },
        ),
        migrations.RunSQL("; ".join(INDEXES), migrations.RunSQL.noop),
        # Read for every candidate of a search: unpacking would cost more than the bytes.
        migrations.RunSQL(
            "ALTER TABLE finding_document ALTER COLUMN terms SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "CREATE INDEX finding_word_alike ON finding_word USING gin (word gin_trgm_ops)", migrations.RunSQL.noop
        ),
    ]
