"""Rows of the finding room."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Document(models.Model):
    """One text in one language, as another room wrote it. `audience`: who may find it (core.audiences).

    `terms` holds the stems with places and weights (A title, B section and keywords, D body), and of Japanese the
    tokens and pairs of letters; `forms` the words as they are written, for completion and correction.
    """

    kind = models.CharField(max_length=30)
    ref = models.CharField(max_length=200, help_text="what the room that wrote it calls it")
    language = models.CharField(max_length=10)
    title = models.TextField()
    section = models.TextField(blank=True, default="")
    keywords = models.TextField(blank=True, default="")
    body = models.TextField()
    audience = ArrayField(models.TextField())
    programme = models.CharField(max_length=100, blank=True, default="", help_text="empty: of every programme")
    products = ArrayField(models.TextField(), help_text="empty: about every product")
    boost = models.FloatField(default=1.0)
    updated_at = models.DateTimeField()
    title_words = models.IntegerField()
    head_words = models.IntegerField(help_text="words of section and keywords")
    body_words = models.IntegerField()
    terms = SearchVectorField()
    forms = SearchVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref", "language"], name="document_once_per_language")]


class Word(models.Model):
    """A word that some document has or had, without accents: what may be offered when somebody mistypes.

    Whether a reader may see it is asked of the documents. A word may stand here twice: writers never wait for each
    other over a word.
    """

    language = models.CharField(max_length=10)
    word = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["language", "word"], name="word_by_language")]


class Synonyms(models.Model):
    """Words that mean the same to readers of a programme, in one language."""

    programme = models.CharField(max_length=100, blank=True, default="", help_text="empty: in every programme")
    language = models.CharField(max_length=10)
    words = ArrayField(models.TextField())

    class Meta:
        indexes = [models.Index(fields=["language", "programme"], name="synonyms_of_programme")]


class Miss(models.Model):
    """What was looked for in vain, how often on a day. Nobody's name stands beside it."""

    day = models.DateField()
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=100)
    times = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "language", "text"], name="miss_once_per_day")]
