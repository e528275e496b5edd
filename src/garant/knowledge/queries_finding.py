"""From what a search found to the article itself."""

from __future__ import annotations

from garant.core.audiences import Audience
from garant.core.refusals import NotFound
from garant.knowledge.scope import shown_to
from garant.knowledge.views import Line


def article_by_id(*, audience: Audience, article_id: int, language: str) -> Line:
    """An article in a language, else in its source's, else in any, for readers of an audience. Raises NotFound for one
    that they may not read, as for one that does not exist."""
    rows = shown_to(audience).filter(article_id=article_id) if 0 < article_id < 2**63 else shown_to(audience).none()
    found = list(rows.select_related("published", "article").defer("published__body").order_by("language"))
    order = {found[0].article.source_language: 1, language: 0} if found else {}
    row = min(found, key=lambda each: order.get(each.language, 2), default=None)
    if row is None or row.published is None or row.updated_at is None:
        raise NotFound("article")
    text, article = row.published, row.article
    return Line(article.pk, article.slug, text.title, text.summary, row.language, row.updated_at, article.visibility)
