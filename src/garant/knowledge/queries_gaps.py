"""Where the base fails its readers: articles that stopped helping, links that lead nowhere. For staff only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q

from garant.core.audiences import may_read, of_document
from garant.core.people import Viewer
from garant.journal.operations import database_now
from garant.knowledge.models import Article, ArticleFile, Feedback, Redirect, Translation
from garant.knowledge.views import Broken, Fading

__all__ = ["broken_links", "stopped_helping"]

WINDOW = timedelta(days=30)
#: Fewer answers than these say nothing about a share.
FEWEST = 5
#: Addresses within the desk that Markdown names: `](/kb/slug/...)`, also with the desk's own address before it.
_LINK = re.compile(r"\]\(\s*<?(?:https?://[^/\s)]+)?/kb/([a-z0-9-]+)/(?:files/([A-Za-z0-9_-]+))?")


def stopped_helping(*, viewer: Viewer, at: datetime | None = None, limit: int = 50) -> list[Fading]:
    """Articles that at least `FEWEST` readers judged in each of two windows of 30 days and that help a smaller share of
    them now; the largest fall first. `at`: the end of the last window, None for now."""
    if not viewer.is_staff:
        return []
    now = at or database_now()
    recent, before = Q(at__gt=now - WINDOW), Q(at__lte=now - WINDOW)
    rows = (
        Feedback.objects.filter(at__gt=now - 2 * WINDOW, at__lte=now, article__archived_at=None)
        .order_by()
        .values("article_id")
        .annotate(
            n=Count("pk", filter=recent), yes=Count("pk", filter=recent & Q(is_helpful=True)),
            old_n=Count("pk", filter=before), old_yes=Count("pk", filter=before & Q(is_helpful=True)),
        )
        .filter(n__gte=FEWEST, old_n__gte=FEWEST)
    )  # fmt: skip
    shares = {row["article_id"]: (row["yes"] / row["n"], row["old_yes"] / row["old_n"], row) for row in rows}
    falling = sorted((each for each in shares.items() if each[1][0] < each[1][1]), key=lambda e: e[1][0] - e[1][1])
    titles = _titles([article_id for article_id, _ in falling[:limit]])
    return [
        Fading(*titles[article_id], share=now_, share_before=old, answers=row["n"], answers_before=row["old_n"])
        for article_id, (now_, old, row) in falling[:limit]
        if article_id in titles
    ]


def _titles(ids: list[int]) -> dict[int, tuple[int, str, str, str, str, datetime, str]]:
    """The parts of a Line, by article, in its source language or any that is published."""
    rows = Translation.objects.filter(article_id__in=ids, published__isnull=False)
    found = {}
    for row in rows.select_related("article", "published").defer("published__body"):
        text, article = row.published, row.article
        if text is None or row.updated_at is None:
            continue
        parts = (article.pk, article.slug, text.title, text.summary, row.language, row.updated_at, article.visibility)
        if article.pk not in found or row.language == article.source_language:
            found[article.pk] = parts
    return found


def broken_links(*, viewer: Viewer, limit: int = 200) -> list[Broken]:
    """Links of published articles to articles or files that are not there, not published, or closed to some of those
    who may read the link. Links to other sites are not followed. Empty for anybody but staff."""
    return list(_broken(limit)) if viewer.is_staff else []


def _broken(limit: int) -> Iterator[Broken]:
    rows = Translation.objects.filter(published__isnull=False, article__archived_at=None)
    rows = rows.filter(published__body__contains="/kb/").select_related("article", "published")
    published = Translation.objects.filter(published__isnull=False).values("article")
    there = {row.slug: row for row in Article.objects.filter(archived_at=None, pk__in=published)}
    moved = dict(Redirect.objects.values_list("slug", "article__slug"))
    keys = dict(ArticleFile.objects.values_list("key", "article__slug"))
    for row in rows.order_by("article__slug", "language").iterator(chunk_size=500):
        if row.published is None:
            continue
        for found in _LINK.finditer(row.published.body):
            slug, key = moved.get(found[1], found[1]), found[2]
            if _leads(there.get(slug), row.article) and (not key or keys.get(key) == slug):
                continue
            target = f"/kb/{found[1]}/" + (f"files/{key}/" if key else "")
            yield Broken(row.article_id, row.article.slug, row.language, row.published.title, target)
            limit -= 1
            if not limit:
                return


def _leads(target: Article | None, source: Article) -> bool:
    """Whether everybody who may read the link may read where it goes."""
    if target is None:
        return False
    if target.visibility == "public":
        return True
    wanted = of_document(source.visibility, source.packages) - {"staff"}
    offered = of_document(target.visibility, target.packages)
    if target.visibility == "customers":
        return "public" not in wanted
    return all(may_read(offered, frozenset({name})) for name in wanted)
