"""Articles that were written elsewhere: taken in one text at a time, and again without doubling anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from garant.core.people import Actor
from garant.knowledge import operations
from garant.knowledge.acting import PUBLISH, allowed
from garant.knowledge.models import Article, Section, Translation
from garant.knowledge.texts import checked_text, checked_visibility, plain_list, slug_from
from garant.knowledge.views import Text

__all__ = ["Incoming", "take_in"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text in one language as it came. `id`: the same for all its translations. `is_draft`: it is not published."""

    id: str
    language: str
    title: str
    body: str
    section: str
    summary: str = ""
    keywords: str = ""
    products: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    visibility: str = "public"
    packages: tuple[str, ...] = ()
    source_language: str = ""
    credits: tuple[str, ...] = ()
    slug: str = ""
    is_draft: bool = False


def take_in(*, by: Actor, item: Incoming, dry_run: bool = False) -> tuple[str, int]:
    """Write and publish a text under the id it has where it comes from; returns what became of it and the article's id.

    "new", "changed", or "same" when the desk's newest text is this one: then nothing is written. Sections that are
    missing are made. `dry_run`: find out and write nothing. Refuses like the operations it is made of.
    """
    with transaction.atomic():
        allowed(by, PUBLISH)
        found = _take_in(by, item)
        if dry_run:
            transaction.set_rollback(True)
    return found


def _take_in(by: Actor, item: Incoming) -> tuple[str, int]:
    if not Section.objects.filter(code=item.section).exists():
        operations.save_section(by=by, code=item.section, names={})
    article = (
        Article.objects.filter(origin=item.id).first() or Article.objects.filter(slug=item.id, origin=None).first()
    )
    text = checked_text(item.title, item.summary, item.keywords, item.body)
    if article is None:
        return "new", _begin(by, item, text)
    changed = _shared(by, article, item)
    row = Translation.objects.filter(article=article, language=item.language).select_related("newest").first()
    newest = row.newest if row else None
    if row is None or newest is None or _text_of(newest) != text:
        operations.save_translation(
            by=by, article_id=article.pk, language=item.language, title=text.title, summary=text.summary,
            keywords=text.keywords, body=text.body,
        )  # fmt: skip
        _finish(by, article.pk, item)
        return ("new" if newest is None else "changed"), article.pk
    return ("changed" if changed else "same"), article.pk


def _begin(by: Actor, item: Incoming, text: Text) -> int:
    wanted = item.slug or slug_from(item.id)
    taken = Article.objects.filter(slug=wanted).exists()
    article = operations.create_article(
        by=by, section=item.section, language=item.language, title=wanted if taken else text.title, body=text.body,
        summary=text.summary, keywords=text.keywords, slug="" if taken else wanted, products=item.products,
        versions=item.versions, visibility=item.visibility, packages=item.packages, origin=item.id,
    )  # fmt: skip
    if taken:  # the address was made of the wanted one; the title is its own
        operations.save_translation(
            by=by, article_id=article, language=item.language, title=text.title, summary=text.summary,
            keywords=text.keywords, body=text.body,
        )  # fmt: skip
    if item.source_language and item.source_language != item.language:
        operations.set_article(by=by, article_id=article, source_language=item.source_language)
    _finish(by, article, item)
    return article


def _finish(by: Actor, article_id: int, item: Incoming) -> None:
    if item.credits:
        rows = Translation.objects.filter(article_id=article_id, language=item.language)
        rows.update(credits=[name[:200] for name in item.credits][:100])
    if not item.is_draft:
        operations.publish(by=by, article_id=article_id, language=item.language)


def _shared(by: Actor, article: Article, item: Incoming) -> bool:
    """Bring what all translations share up to date; whether anything differed. Only the original says it."""
    if item.language != article.source_language:
        return False
    seen, packages = checked_visibility(item.visibility, item.packages)
    wanted: dict[str, Any] = {
        "visibility": seen, "packages": packages, "products": plain_list(item.products, 80),
        "versions": plain_list(item.versions, 40),
    }  # fmt: skip
    changes = {name: value for name, value in wanted.items() if getattr(article, name) != value}
    if article.section.code != item.section:
        changes["section"] = item.section
    if changes:
        operations.set_article(by=by, article_id=article.pk, **changes)
    return bool(changes)


def _text_of(version: object) -> Text:
    return Text(*(getattr(version, name) for name in ("title", "summary", "keywords", "body")))
