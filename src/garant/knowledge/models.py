"""Articles, their translations with every text ever saved, sections, old addresses, files and what readers said.

A text stands in its version and nowhere else: a translation points at the newest one, on which authors work, and at the
one that readers see. So a draft can lie beside what is published.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

#: Where the newest text of a translation stands. "published": readers see it.
STATES = ("draft", "review", "scheduled", "published")
#: What a reader may say was wrong; empty: nothing in particular.
REASONS = ("missing", "unclear", "wrong", "outdated", "other")


class Section(models.Model):
    """A shelf of articles, with its name in each language that has one."""

    code = models.CharField(max_length=40, unique=True)
    order = models.IntegerField(default=0)
    names = models.JSONField(default=dict, help_text="language -> name")


class Article(models.Model):
    """What all translations of an article share: its address, where it stands and who may read it."""

    slug = models.CharField(max_length=120, unique=True)
    origin = models.CharField(max_length=200, null=True, unique=True, help_text="its id where it was imported from")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="articles")
    products = ArrayField(models.CharField(max_length=80), default=list)
    versions = ArrayField(models.CharField(max_length=40), default=list, help_text="of the products")
    visibility = models.CharField(max_length=12, help_text="core.audiences.VISIBILITIES")
    packages = ArrayField(models.CharField(max_length=120), default=list, help_text="names of core.audiences")
    source_language = models.CharField(max_length=10)
    revision = models.IntegerField(default=1, help_text="counts changes: nobody overwrites what they have not read")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)


class Translation(models.Model):
    """An article in one language. `published` null: readers don't see it."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="translations")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default="draft", help_text="of the newest text")
    revision = models.IntegerField(default=0, help_text="number of the newest text")
    newest = models.ForeignKey("Version", null=True, on_delete=models.PROTECT, related_name="+")
    published = models.ForeignKey("Version", null=True, on_delete=models.PROTECT, related_name="+")
    publish_at = models.DateTimeField(null=True, help_text="when the newest text is to be published")
    published_at = models.DateTimeField(null=True, help_text="when readers first saw it")
    updated_at = models.DateTimeField(null=True, help_text="when readers got the present text")
    credits = ArrayField(models.CharField(max_length=200), default=list, help_text="who wrote it where it came from")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "language"], name="article_once_per_language")]
        indexes = [
            models.Index(fields=["publish_at"], condition=models.Q(state="scheduled"), name="translation_scheduled"),
            models.Index(fields=["updated_at"], condition=models.Q(published__isnull=False), name="translation_latest"),
            models.Index(fields=["state"], condition=~models.Q(state="published"), name="translation_unpublished"),
        ]


class Version(models.Model):
    """A saved text, for ever. `source_revision`: the text of the source language it was made from; 0 for the source."""

    translation = models.ForeignKey(Translation, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=500, blank=True)
    keywords = models.CharField(max_length=500, blank=True)
    body = models.TextField(help_text="Markdown")
    source_revision = models.IntegerField(default=0)
    note = models.CharField(max_length=200, blank=True, help_text="what was changed, in the author's words")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["translation", "number"], name="version_once_per_number")]


class Redirect(models.Model):
    """An address that an article had before."""

    slug = models.CharField(max_length=120, unique=True)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="redirects")
    at = models.DateTimeField()


class ArticleFile(models.Model):
    """A picture or file of an article; whoever may read the article may read it."""

    key = models.CharField(max_length=43, unique=True, help_text="random: nobody can guess or count it")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Feedback(models.Model):
    """Whether an article helped somebody. `giver` is a keyed digest that changes every hour: it names nobody and only
    keeps one reader from counting twice."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="feedback")
    language = models.CharField(max_length=10)
    is_helpful = models.BooleanField()
    reason = models.CharField(max_length=12, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    giver = models.CharField(max_length=64)
    hour = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "giver", "hour"], name="feedback_once_an_hour")]
        indexes = [
            models.Index(fields=["giver", "hour"], name="feedback_by_giver"),
            models.Index(fields=["article", "at"], name="feedback_by_article"),
        ]
