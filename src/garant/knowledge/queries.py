"""Reading articles: what a reader may see, in their language where there is one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.kit.pages import Page, bounded, marks, page
from garant.knowledge.models import ArticleFile, Feedback, Redirect, Section, Translation, Version
from garant.knowledge.operations_files import file_view
from garant.knowledge.queries_gaps import broken_links, stopped_helping
from garant.knowledge.queries_writing import (
    article_for_authors,
    articles_for_authors,
    difference,
    exported,
    history,
    to_do,
    version,
)
from garant.knowledge.scope import readable, shown
from garant.knowledge.texts import section_name
from garant.knowledge.views import ArticlePage, FileContent, Line, SectionView, Text

__all__ = [
    "article_for_authors",
    "article_page",
    "articles_for_authors",
    "broken_links",
    "difference",
    "exported",
    "file_content",
    "history",
    "latest",
    "moved_to",
    "published_addresses",
    "related",
    "section_articles",
    "sections",
    "stopped_helping",
    "to_do",
    "version",
]

MOST_RELATED = 5


def sections(*, viewer: Viewer, language: str, empty: bool = False) -> list[SectionView]:
    """Sections in their order, with how many articles this reader finds there; without any only for `empty`."""
    counts: dict[int, int] = dict(
        readable(viewer).order_by().values_list("section_id").annotate(n=Count("pk")).values_list("section_id", "n")
    )
    rows = Section.objects.order_by("order", "code")
    found = [
        SectionView(
            row.code, section_name(row.names, row.code, language), counts.get(row.pk, 0), dict(row.names), row.order
        )
        for row in rows
    ]
    return [each for each in found if each.count or empty]


def section_articles(
    *, viewer: Viewer, code: str, language: str, after: str | None = None, limit: int = 50
) -> Page[Line]:
    """A section's articles by title, each in the reader's language or else its source's."""
    limit, place = bounded(limit), f"kb:{code}:{language}"
    rows = _lines(shown(viewer).filter(article__section__code=code), language)
    mark = marks(place, after, 2)
    if mark is not None:
        rows = rows.filter(Q(published__title__gt=mark[0]) | Q(published__title=mark[0], pk__gt=mark[1]))
    found = list(rows.order_by("published__title", "pk")[: limit + 1])
    shown_page = page(place, found, limit, lambda row: (_published(row).title, row.pk))
    return Page(tuple(_line(row) for row in shown_page.rows), shown_page.next)


def latest(*, viewer: Viewer, language: str, limit: int = 8) -> list[Line]:
    """What was published or changed last, each article once."""
    # Of the newest rows only: each article has at most one per language, so these hold enough of them.
    newest = shown(viewer).order_by("-updated_at", "-pk").values_list("article_id", flat=True)[: limit * 6]
    rows = _lines(shown(viewer).filter(article_id__in=list(newest)), language)
    return [_line(row) for row in rows.order_by("-updated_at", "-pk")[:limit]]


def article_page(*, viewer: Viewer, slug: str, language: str) -> ArticlePage:
    """A published article in the reader's language, else in its source's, else in any.

    Raises NotFound for an unknown address, a draft and what the viewer may not read: they look the same.
    """
    article = readable(viewer).select_related("section").filter(slug=slug).first()
    if article is None:
        raise NotFound("article")
    rows = list(Translation.objects.filter(article=article, published__isnull=False).select_related("published"))
    by_language = {row.language: row for row in sorted(rows, key=lambda row: row.language)}
    row = by_language.get(language) or by_language.get(article.source_language) or next(iter(by_language.values()))
    text = _published(row)
    votes = Feedback.objects.filter(article=article).aggregate(
        yes=Count("pk", filter=Q(is_helpful=True)), all=Count("pk")
    )
    files = ArticleFile.objects.filter(article=article).defer("content").order_by("pk")
    return ArticlePage(
        id=article.pk, slug=article.slug, section=article.section.code, language=row.language,
        section_name=section_name(article.section.names, article.section.code, language), text=text_of(text),
        is_fallback=row.language != language, is_outdated=is_outdated(text, by_language.get(article.source_language)),
        credits=tuple(row.credits), languages=tuple(by_language),
        source_language=article.source_language, products=tuple(article.products),
        versions=tuple(article.versions), visibility=article.visibility, revision=text.number,
        published_at=_instant(row.published_at), updated_at=_instant(row.updated_at),
        files=tuple(file_view(each) for each in files), helped=votes["yes"], answered=votes["all"],
    )  # fmt: skip


def moved_to(*, viewer: Viewer, slug: str) -> str | None:
    """Where the article of an old address is now; None unless the viewer may read it."""
    row = Redirect.objects.filter(slug=slug, article__in=readable(viewer)).select_related("article").first()
    return row.article.slug if row else None


def related(*, viewer: Viewer, slug: str, language: str, limit: int = MOST_RELATED) -> list[Line]:
    """Articles nearest to one: of the same products, then with the same keywords, then of its section; the newest first
    among equals. Only what the viewer may read."""
    own = shown(viewer).filter(article__slug=slug).select_related("published", "article")
    mine = list(own)
    if not mine:
        return []
    article = mine[0].article
    words = {word for row in mine for word in _keywords(_published(row))}
    near = Q(article__section_id=article.section_id) | Q(article__products__overlap=article.products)
    rows = _lines(shown(viewer).filter(near).exclude(article=article), language)
    # The newest hundreds are enough to choose five from, however long the section is.
    found = list(rows.order_by("-updated_at", "-pk")[:300])

    def nearness(row: Translation) -> int:
        same = len(set(row.article.products) & set(article.products))
        return 3 * same + 2 * len(words & _keywords(_published(row))) + (row.article.section_id == article.section_id)

    return [_line(row) for row in sorted(found, key=nearness, reverse=True)[:limit]]


def file_content(*, viewer: Viewer, slug: str, key: str) -> FileContent:
    """A file of an article that the viewer may read; of a draft for staff only. Raises NotFound otherwise."""
    rows = ArticleFile.objects.filter(key=key, article__slug=slug)
    if not viewer.is_staff:
        rows = rows.filter(article__in=readable(viewer))
    row = rows.select_related("article").first()
    if row is None:
        raise NotFound("file")
    is_public = row.article.visibility == "public"
    return FileContent(row.name, row.media_type, row.sha256, bytes(row.content), is_public)


def published_addresses(*, viewer: Viewer) -> list[tuple[str, tuple[str, ...], datetime]]:
    """Every article that the viewer may read: address, languages, last change. For maps of the site."""
    found: dict[str, tuple[list[str], datetime]] = {}
    rows = shown(viewer).order_by("article__slug", "language").values_list("article__slug", "language", "updated_at")
    for slug, language, updated in rows.iterator():
        languages, newest = found.setdefault(slug, ([], _instant(updated)))
        languages.append(language)
        found[slug] = (languages, max(newest, _instant(updated)))
    return [(slug, tuple(languages), newest) for slug, (languages, newest) in found.items()]


def is_outdated(text: Version, source: Translation | None) -> bool:
    """Whether readers of the source have a newer text than the one that a translation was made from."""
    if source is None or source.published is None or text.translation_id == source.pk:
        return False
    return source.published.number > text.source_revision


def text_of(row: Version) -> Text:
    """A version's text."""
    return Text(row.title, row.summary, row.keywords, row.body)


def _lines(rows: QuerySet[Translation], language: str) -> QuerySet[Translation]:
    """Of each article the translation that this reader gets."""
    rank = Case(
        When(language=language, then=Value(0)), When(language=F("article__source_language"), then=Value(1)),
        default=Value(2), output_field=IntegerField(),
    )  # fmt: skip
    best = rows.annotate(rank=rank).order_by("article_id", "rank", "language").distinct("article_id").values("pk")
    return Translation.objects.filter(pk__in=best).select_related("published", "article").defer("published__body")


def _line(row: Translation) -> Line:
    text, article = _published(row), row.article
    updated = _instant(row.updated_at)
    return Line(article.pk, article.slug, text.title, text.summary, row.language, updated, article.visibility)


def _published(row: Translation) -> Version:
    if row.published is None:
        raise NotFound("text")  # scope.shown has found none of these
    return row.published


def _instant(at: datetime | None) -> datetime:
    if at is None:
        raise NotFound("text")  # set when it was published
    return at


def _keywords(text: Version) -> set[str]:
    return {word.strip().casefold() for word in text.keywords.split(",") if word.strip()}
