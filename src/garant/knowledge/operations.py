"""Writing articles: sections, texts and versions, review, publishing, old addresses. Each act is in the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from garant.core.people import SYSTEM, Actor
from garant.core.refusals import NotFound, Refusal
from garant.journal import operations as journal
from garant.knowledge.acting import (
    PUBLISH,
    WRITE,
    allowed,
    check_revision,
    locked,
    record,
    section_of,
    translation_of,
)
from garant.knowledge.indexing import refresh
from garant.knowledge.models import Article, Redirect, Section, Translation, Version
from garant.knowledge.operations_feedback import record_feedback
from garant.knowledge.operations_files import add_file, remove_file
from garant.knowledge.texts import (
    LONGEST_NOTE,
    checked_code,
    checked_language,
    checked_slug,
    checked_text,
    checked_visibility,
    digest,
    line,
    plain_list,
    slug_from,
)
from garant.knowledge.views import Text

__all__ = [
    "add_file",
    "archive_article",
    "create_article",
    "draft_from",
    "publish",
    "publish_due",
    "record_feedback",
    "remove_file",
    "restore_version",
    "save_section",
    "save_translation",
    "set_article",
    "submit_for_review",
    "unpublish",
]

#: Where an article stands that nobody has put anywhere.
GENERAL = "general"


@transaction.atomic
def save_section(*, by: Actor, code: str, names: Mapping[str, str], order: int = 0) -> None:
    """Make a section, or give it other names (language -> name) and another place in the order."""
    allowed(by, PUBLISH)
    _section(by, code, names, order)


def _section(by: Actor, code: str, names: Mapping[str, str], order: int) -> None:
    known = {checked_language(each): line(name, "name", 80) for each, name in names.items()}
    said = {each: name for each, name in known.items() if name}
    before = dict(Section.objects.filter(code=code).values_list("code", "names"))
    row, _ = Section.objects.update_or_create(code=checked_code(code), defaults={"names": said, "order": order})
    if before.get(code, said) != said:  # the search knows articles by their section's name too
        refresh(Article.objects.filter(section=row).select_related("section").iterator(chunk_size=200))
    journal.append(subject=("section", row.pk), kind="section_saved", data={"code": code, "order": order}, by=by,
                   at=journal.database_now(), subscriber_id=None)  # fmt: skip


@transaction.atomic
def create_article(
    *,
    by: Actor,
    section: str,
    language: str,
    title: str,
    body: str,
    summary: str = "",
    keywords: str = "",
    slug: str = "",
    products: Iterable[str] = (),
    versions: Iterable[str] = (),
    visibility: str = "public",
    packages: Iterable[str] = (),
    note: str = "",
    origin: str | None = None,
) -> int:
    """Begin an article with a draft in its source language; returns its id. Nobody but staff sees it yet.

    `slug` "": made of the title. `origin`: its id where it was imported from. Refuses a slug that another article has
    or had, an unknown section, language or visibility.
    """
    person = allowed(by, WRITE)
    text, now = checked_text(title, summary, keywords, body), journal.database_now()
    seen, names = checked_visibility(visibility, packages)
    article = Article.objects.create(
        slug=_free_slug(slug, title), origin=origin, section=section_of(section), visibility=seen, packages=names,
        products=plain_list(products, 80), versions=plain_list(versions, 40), created_by_id=person, created_at=now,
        source_language=checked_language(language),
    )  # fmt: skip
    record(article.pk, "article_created", _shared(article), by, now)
    translation = Translation.objects.create(article=article, language=language)
    _save(article, translation, text, by, now, note=note, source_revision=0)
    return article.pk


def draft_from(*, by: Actor, title: str, body: str, language: str, section: str = "", **more: Any) -> int:
    """A draft made of given texts (a solved case, an answer); returns the article's id.

    It is for staff only until an author says who may read it. `section` "": the general one, made when there is none.
    """
    with transaction.atomic():
        allowed(by, WRITE)
        if not section:
            section = GENERAL
            if not Section.objects.filter(code=GENERAL).exists():
                _section(by, GENERAL, {}, 0)
        given = {"visibility": "staff", **more}
        return create_article(by=by, title=title, body=body, language=language, section=section, **given)


@transaction.atomic
def save_translation(
    *,
    by: Actor,
    article_id: int,
    language: str,
    title: str,
    body: str,
    summary: str = "",
    keywords: str = "",
    note: str = "",
    revision: int | None = None,
    source_revision: int | None = None,
) -> int:
    """Save a text; returns its number. Readers see what is published until this one is published too.

    `revision`: the number of the text that was changed (0: there was none). `source_revision`: the text of the source
    language it was made from, None for the newest. The same text again is no new version.
    """
    allowed(by, WRITE)
    article, text = locked(article_id), checked_text(title, summary, keywords, body)
    translation, _ = Translation.objects.get_or_create(article=article, language=checked_language(language))
    check_revision(revision, translation.revision)
    made_from = _source_revision(article, language) if source_revision is None else source_revision
    newest = translation.newest
    if newest is not None and _text(newest) == text and newest.source_revision == made_from:
        return translation.revision
    return _save(article, translation, text, by, journal.database_now(), note=note, source_revision=made_from)


@transaction.atomic
def restore_version(*, by: Actor, article_id: int, language: str, number: int, revision: int | None = None) -> int:
    """Save an earlier text anew, as a draft; returns its new number. Raises NotFound for an unknown one."""
    allowed(by, WRITE)
    article = locked(article_id)
    translation = translation_of(article, language)
    check_revision(revision, translation.revision)
    old = Version.objects.filter(translation=translation, number=number).first() if 0 < number < 2**31 else None
    if old is None:
        raise NotFound("version")
    if number == translation.revision:
        return number
    now = journal.database_now()
    return _save(article, translation, _text(old), by, now, source_revision=old.source_revision, restored=number)


@transaction.atomic
def submit_for_review(*, by: Actor, article_id: int, language: str, revision: int | None = None) -> None:
    """Say that the newest text is ready to be looked at. Nothing happens when it waits already or is published."""
    allowed(by, WRITE)
    translation = translation_of(locked(article_id), language)
    check_revision(revision, translation.revision)
    if translation.state != "draft":
        return
    translation.state = "review"
    translation.save(update_fields=["state"])
    record(article_id, "translation_submitted", _which(translation), by, journal.database_now())


@transaction.atomic
def publish(
    *, by: Actor, article_id: int, language: str, revision: int | None = None, at: datetime | None = None
) -> bool:
    """Let readers see the newest text: now (returns True), or `at` an instant that lies ahead (returns False).

    Refuses an archived article. Nothing happens when readers see this text already.
    """
    allowed(by, PUBLISH)
    article, now = locked(article_id), journal.database_now()
    translation = translation_of(article, language)
    check_revision(revision, translation.revision)
    if article.archived_at is not None:
        raise Refusal("article_archived", "archived_articles_rest", "bring_article_back")
    if at is None or at <= now:
        _publish(article, translation, by, now)
        return True
    translation.state, translation.publish_at = "scheduled", at
    translation.save(update_fields=["state", "publish_at"])
    data = {**_which(translation), "publish_at": at.isoformat()}
    record(article_id, "translation_scheduled", data, by, now)
    return False


@transaction.atomic
def unpublish(*, by: Actor, article_id: int, language: str, revision: int | None = None) -> None:
    """Take back that a text is to be published; of one that is not scheduled, take the published text from its readers.
    Every text stays saved."""
    allowed(by, PUBLISH)
    article, now = locked(article_id), journal.database_now()
    translation = translation_of(article, language)
    check_revision(revision, translation.revision)
    if translation.published_id is None and translation.state != "scheduled":
        return
    if translation.state == "scheduled":
        kind = "translation_unscheduled"
    else:
        kind, translation.published, translation.updated_at = "translation_unpublished", None, None
    translation.publish_at, translation.state = None, "draft"
    translation.save(update_fields=["published", "publish_at", "updated_at", "state"])
    record(article_id, kind, _which(translation), by, now)
    refresh([article], language)


@transaction.atomic
def set_article(*, by: Actor, article_id: int, revision: int | None = None, **changes: Any) -> int:
    """Change what all translations share: `section`, `slug`, `visibility` with `packages`, `products`, `versions`,
    `source_language`; what is not given stays. Returns the article's new revision.

    The address it had before leads to the new one for ever. Who may read it is decided by those who publish.
    """
    allowed(by, WRITE)
    article = locked(article_id)
    values = _changes(article, changes)
    if {"visibility", "packages"} & values.keys():
        allowed(by, PUBLISH)
    check_revision(revision, article.revision)
    if not values:
        return article.revision
    now, before = journal.database_now(), article.slug
    for name, value in values.items():
        setattr(article, name, value)
    article.revision += 1
    article.save()
    if article.slug != before:
        Redirect.objects.filter(slug=article.slug).delete()  # its own old address again
        Redirect.objects.create(slug=before, article=article, at=now)
    record(article_id, "article_set", _shared(article), by, now)
    refresh([article])
    return article.revision


@transaction.atomic
def archive_article(*, by: Actor, article_id: int, archived: bool = True) -> None:
    """Take an article from its readers in every language, or give it back; nothing happens when it is so already."""
    allowed(by, PUBLISH)
    article = locked(article_id)
    if archived == (article.archived_at is not None):
        return
    now = journal.database_now()
    article.archived_at = now if archived else None
    article.revision += 1
    article.save(update_fields=["archived_at", "revision"])
    record(article_id, "article_archived" if archived else "article_restored", {}, by, now)
    refresh([article])


def publish_due(*, limit: int = 500) -> int:
    """Publish what was to be published by now, oldest first; returns how many. Any number of sweepers may run at once.

    What belongs to an archived article waits until somebody brings it back.
    """
    done, aside = 0, list[int]()
    while done < limit:
        with transaction.atomic():
            article = (
                Article.objects.select_for_update(of=("self",), skip_locked=True)
                .filter(translations__state="scheduled", translations__publish_at__lte=journal.database_now())
                .filter(archived_at=None)
                .exclude(pk__in=aside)
                .order_by("translations__publish_at")
                .first()
            )
            if article is None:
                return done
            aside.append(article.pk)
            done += _publish_scheduled(article)
    return done


def _publish_scheduled(article: Article) -> int:
    now = journal.database_now()
    due = Translation.objects.filter(article=article, state="scheduled", publish_at__lte=now).select_related("newest")
    rows = list(due.order_by("pk"))
    for row in rows:
        _publish(article, row, SYSTEM, now)
    return len(rows)


def _publish(article: Article, translation: Translation, by: Actor, now: datetime) -> None:
    if translation.published_id == translation.newest_id and translation.state == "published":
        return
    translation.published, translation.state, translation.publish_at = translation.newest, "published", None
    translation.published_at = translation.published_at or now
    translation.updated_at = now
    translation.save(update_fields=["published", "state", "publish_at", "published_at", "updated_at"])
    record(article.pk, "translation_published", _which(translation), by, now)
    refresh([article], translation.language)


def _save(
    article: Article,
    translation: Translation,
    text: Text,
    by: Actor,
    now: datetime,
    *,
    note: str = "",
    source_revision: int,
    restored: int | None = None,
) -> int:
    version = Version.objects.create(
        translation=translation, number=translation.revision + 1, title=text.title, summary=text.summary,
        keywords=text.keywords, body=text.body, source_revision=source_revision, note=line(note, "note", LONGEST_NOTE),
        by_id=by.id, at=now,
    )  # fmt: skip
    translation.newest, translation.revision = version, version.number
    translation.state, translation.publish_at = "draft", None
    translation.save(update_fields=["newest", "revision", "state", "publish_at"])
    data = {**_which(translation), "sha256": digest(text), "source_revision": source_revision}
    record(article.pk, "translation_saved", data if restored is None else {**data, "restored": restored}, by, now)
    return version.number


def _text(version: Version) -> Text:
    return Text(version.title, version.summary, version.keywords, version.body)


def _which(translation: Translation) -> dict[str, Any]:
    return {"language": translation.language, "revision": translation.revision}


def _shared(article: Article) -> dict[str, Any]:
    return {"slug": article.slug, "section": article.section.code, "visibility": article.visibility,
            "packages": article.packages, "source_language": article.source_language}  # fmt: skip


def _source_revision(article: Article, language: str) -> int:
    """The number of the newest text in the source language; 0 for the source itself, and where it has none."""
    if language == article.source_language:
        return 0
    row = Translation.objects.filter(article=article, language=article.source_language).values_list("revision").first()
    return int(row[0]) if row else 0


def _free_slug(slug: str, title: str, article_id: int = 0) -> str:
    """The wanted address when nobody has or had it; one made of the title with a number where it is taken."""
    wanted = checked_slug(slug) if slug else slug_from(title)
    if not _taken(wanted, article_id):
        return wanted
    if slug:
        raise Refusal("address_taken", "addresses_are_single", "choose_address", {"address": slug})
    return next(each for i in range(2, 10**6) if not _taken(each := f"{wanted[:110]}-{i}", article_id))


def _taken(slug: str, article_id: int) -> bool:
    others = Article.objects.filter(slug=slug).exclude(pk=article_id).exists()
    return others or Redirect.objects.filter(slug=slug).exclude(article_id=article_id).exists()


def _changes(article: Article, given: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the present values, checked. Raises TypeError for a name that is none."""
    unknown = given.keys() - {"section", "slug", "visibility", "packages", "products", "versions", "source_language"}
    if unknown:
        raise TypeError(f"no such part of an article: {sorted(unknown)}")
    values = dict(given)
    if "section" in values:
        values["section"] = section_of(values["section"])
    if "slug" in values:
        values["slug"] = _free_slug(values["slug"] or article.slug, "", article.pk)
    if "source_language" in values and values["source_language"] not in dict(settings.LANGUAGES):
        checked_language(values["source_language"])
    for name, longest in (("products", 80), ("versions", 40)):
        if name in values:
            values[name] = plain_list(values[name], longest)
    if {"visibility", "packages"} & values.keys():
        seen = values.get("visibility", article.visibility)
        values["visibility"], values["packages"] = checked_visibility(seen, values.get("packages", article.packages))
    return {name: value for name, value in values.items() if getattr(article, name) != value}
