"""Reading articles as their authors do: every text, where it stands, what changed. For the vendor's staff only."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from django.db.models import Prefetch, Q, QuerySet

from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.directory.queries import names
from garant.kit.pages import Page, bounded, marks, page
from garant.knowledge.models import Article, ArticleFile, Redirect, Translation, Version
from garant.knowledge.operations_files import file_view
from garant.knowledge.views import (
    ArticleForAuthors,
    Change,
    Exported,
    Text,
    TranslationState,
    VersionView,
    Work,
)

__all__ = ["article_for_authors", "articles_for_authors", "difference", "exported", "history", "to_do", "version"]

#: Lines of a text that are compared; behind them two texts are only told to differ.
MOST_LINES = 3000


def article_for_authors(*, viewer: Viewer, article_id: int) -> ArticleForAuthors:
    """An article with all its translations, archived or not. Raises NotFound for anybody but staff."""
    row = _articles(viewer).filter(pk=article_id).first() if 0 < article_id < 2**63 else None
    if row is None:
        raise NotFound("article")
    return _for_authors(row)


def articles_for_authors(
    *, viewer: Viewer, words: str = "", archived: bool = False, after: str | None = None, limit: int = 50
) -> Page[ArticleForAuthors]:
    """Articles by their address, those whose title or address has `words`; empty for anybody but staff."""
    limit, place = bounded(limit), f"kb-authors:{archived}:{words}"
    rows = _articles(viewer).filter(archived_at__isnull=not archived)
    if words:
        titled = Translation.objects.filter(newest__title__icontains=words).values("article")
        rows = rows.filter(Q(slug__icontains=words) | Q(pk__in=titled))
    mark = marks(place, after, 1)
    if mark is not None:
        rows = rows.filter(slug__gt=mark[0])
    found = list(rows.order_by("slug")[: limit + 1])
    shown = page(place, found, limit, lambda row: (row.slug,))
    return Page(tuple(_for_authors(row) for row in shown.rows), shown.next)


def history(*, viewer: Viewer, article_id: int, language: str) -> list[VersionView]:
    """Every text that was saved, the newest first. Raises NotFound for anybody but staff."""
    translation = _translation(viewer, article_id, language)
    rows = list(Version.objects.filter(translation=translation).order_by("-number"))
    people = names({row.by_id for row in rows if row.by_id is not None})
    return [_version(row, translation, people.get(row.by_id or 0, "")) for row in rows]


def version(*, viewer: Viewer, article_id: int, language: str, number: int | None = None) -> VersionView:
    """One saved text, the newest for None. Raises NotFound when there is none, and for anybody but staff."""
    translation = _translation(viewer, article_id, language)
    wanted = translation.revision if number is None else number
    rows = Version.objects.filter(translation=translation, number=wanted)
    row = rows.first() if 0 < wanted < 2**31 else None
    if row is None:
        raise NotFound("version")
    who = names({row.by_id}) if row.by_id is not None else {}
    return _version(row, translation, who.get(row.by_id or 0, ""))


def difference(*, viewer: Viewer, article_id: int, language: str, before: int, after: int) -> list[Change]:
    """What changed from one saved text to another, line by line; title, summary and keywords count as lines.

    The texts are plain: whoever shows them escapes them. Raises NotFound like `version`.
    """
    one = version(viewer=viewer, article_id=article_id, language=language, number=before).text
    other = version(viewer=viewer, article_id=article_id, language=language, number=after).text
    return [change for part in ("title", "summary", "keywords", "body") for change in _changes(part, one, other)]


def to_do(*, viewer: Viewer, state: str = "", limit: int = 200) -> list[Work]:
    """Texts that are not published: what waits for review first, then what is scheduled, then drafts; the oldest first.

    `state`: one of them only. Empty for anybody but staff.
    """
    if not viewer.is_staff:
        return []
    rows = Translation.objects.exclude(state="published").filter(newest__isnull=False, article__archived_at=None)
    rows = rows.filter(state=state) if state else rows
    found = list(rows.select_related("newest", "article").defer("newest__body").order_by("newest__at")[:limit])
    people = names({row.newest.by_id for row in found if row.newest and row.newest.by_id is not None})
    order = ("review", "scheduled", "draft")
    return [
        Work(
            row.article_id, row.article.slug, row.newest.title, row.language, row.state, row.revision, row.newest.at,
            people.get(row.newest.by_id or 0, ""), row.publish_at, row.published_id is not None,
        )
        for row in sorted(found, key=lambda row: order.index(row.state))
        if row.newest is not None
    ]  # fmt: skip


def exported(*, viewer: Viewer) -> Iterator[Exported]:
    """The newest text of every translation, article by article, archived ones left out; nothing but for staff."""
    if not viewer.is_staff:
        return
    rows = Translation.objects.filter(article__archived_at=None, newest__isnull=False)
    rows = rows.select_related("article", "article__section", "newest").order_by("article__slug", "language")
    for row in rows.iterator(chunk_size=500):
        if row.newest is not None:
            yield _exported(row, row.newest)


def _exported(row: Translation, text: Version) -> Exported:
    article = row.article
    return Exported(
        id=article.origin or article.slug, slug=article.slug, language=row.language, section=article.section.code,
        text=_text(text), products=tuple(article.products), versions=tuple(article.versions),
        visibility=article.visibility, packages=tuple(article.packages), source_language=article.source_language,
        is_published=row.published_id == text.pk, credits=tuple(row.credits),
        files=tuple(file_view(each) for each in article.files.defer("content").order_by("pk")),
    )  # fmt: skip


def _articles(viewer: Viewer) -> QuerySet[Article]:
    texts = Translation.objects.filter(newest__isnull=False).select_related("newest", "published")
    rows = Article.objects.select_related("section").prefetch_related(
        Prefetch("translations", texts.defer("newest__body", "published__body")),
        Prefetch("files", ArticleFile.objects.defer("content").order_by("pk")),
        Prefetch("redirects", Redirect.objects.order_by("slug")),
    )
    return rows if viewer.is_staff else rows.none()


def _translation(viewer: Viewer, article_id: int, language: str) -> Translation:
    known = viewer.is_staff and 0 < article_id < 2**63
    row = Translation.objects.filter(article_id=article_id, language=language).first() if known else None
    if row is None:
        raise NotFound("translation")
    return row


def _for_authors(article: Article) -> ArticleForAuthors:
    found = sorted(article.translations.all(), key=lambda row: (row.language != article.source_language, row.language))
    source = next((row.revision for row in found if row.language == article.source_language), 0)
    return ArticleForAuthors(
        id=article.pk, slug=article.slug, origin=article.origin or "", section=article.section.code,
        products=tuple(article.products), versions=tuple(article.versions), visibility=article.visibility,
        packages=tuple(article.packages), source_language=article.source_language, revision=article.revision,
        is_archived=article.archived_at is not None,
        translations=tuple(_state(row, row.newest, article, source) for row in found if row.newest is not None),
        files=tuple(file_view(each) for each in article.files.all()),
        old_addresses=tuple(each.slug for each in article.redirects.all()),
    )  # fmt: skip


def _state(row: Translation, newest: Version, article: Article, source: int) -> TranslationState:
    behind = row.language != article.source_language and newest.source_revision < source
    seen = row.published.number if row.published else 0
    return TranslationState(
        row.language, row.state, row.revision, seen, newest.title, row.publish_at, row.updated_at, behind
    )


def _version(row: Version, translation: Translation, who: str) -> VersionView:
    shown = row.pk == translation.published_id
    return VersionView(row.number, _text(row), row.source_revision, row.note, row.by_id, who, row.at, shown)


def _text(row: Version) -> Text:
    return Text(row.title, row.summary, row.keywords, row.body)


def _changes(part: str, one: Text, other: Text) -> list[Change]:
    old, new = getattr(one, part).split("\n"), getattr(other, part).split("\n")
    if old == new and part != "body":
        return []
    if max(len(old), len(new)) > MOST_LINES:
        old, new = old[:MOST_LINES], new[:MOST_LINES]
    found: list[Change] = []
    for tag, first, last, begin, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Change(part, "same", text) for text in old[first:last]]
            continue
        found += [Change(part, "removed", text) for text in old[first:last]]
        found += [Change(part, "added", text) for text in new[begin:end]]
    return found
