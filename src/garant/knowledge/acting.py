"""The beginning of every act on articles: who may, the row locked, and nobody overwrites what they have not read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import check
from garant.directory.queries import viewer_of
from garant.journal import operations as journal
from garant.knowledge.models import Article, Section, Translation

WRITE, PUBLISH = "write_articles", "publish_articles"


def allowed(by: Actor, act: str) -> int | None:
    """The acting person's id, None for the system (commands and the sweeper). Refuses whose roles don't allow it."""
    if by.kind == "system":
        return None
    check(viewer_of(by.id), act)
    return by.id


def locked(article_id: int) -> Article:
    """An article's row, held until the transaction ends: every act on its translations waits here."""
    rows = Article.objects.select_for_update(of=("self",)).select_related("section")
    row = rows.filter(pk=article_id).first() if 0 < article_id < 2**63 else None
    if row is None:
        raise NotFound("article")
    return row


def translation_of(article: Article, language: str) -> Translation:
    """An article's translation. Raises NotFound when there is none."""
    rows = Translation.objects.select_related("newest", "published")
    row = rows.filter(article=article, language=language).first()
    if row is None:
        raise NotFound("translation")
    return row


def section_of(code: str) -> Section:
    """A section by its code. Refuses an unknown one."""
    row = Section.objects.filter(code=code).first()
    if row is None:
        raise Refusal("section_unknown", "articles_have_a_section", "choose_section", {"section": code})
    return row


def check_revision(seen: int | None, now: int) -> None:
    """Refuse when somebody else has changed it since; None doesn't ask."""
    if seen is not None and seen != now:
        raise Refusal("changed_meanwhile", "nobody_overwrites_unread", "read_and_change", {"revision": now})


def record(article_id: int, kind: str, data: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Write an entry about an article."""
    journal.append(subject=("article", article_id), kind=kind, data=data, by=by, at=at, subscriber_id=None)
