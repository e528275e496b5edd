"""What the search knows of articles: written in the transaction that changes what readers see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from garant.core.audiences import of_document
from garant.finding import operations as finding
from garant.finding.operations import Text
from garant.kit.markdown import plain
from garant.knowledge.models import Article, Translation
from garant.knowledge.texts import section_name

KIND = "article"
#: Texts handed over at once.
BATCH = 100


def refresh(articles: Iterable[Article], language: str | None = None) -> None:
    """Let articles be found as readers see them now, in one language or in all; what they don't see is forgotten.

    The reference of an article is its id: its address may change.
    """
    texts: list[Text] = []
    for article in articles:
        rows = Translation.objects.filter(article=article).select_related("published")
        if language is not None:
            rows = rows.filter(language=language)
        texts += _texts(article, rows)
        if len(texts) >= BATCH:
            finding.put_all(texts)
            texts = []
    finding.put_all(texts)


def _texts(article: Article, rows: Iterable[Translation]) -> Iterator[Text]:
    ref, audience = str(article.pk), of_document(article.visibility, article.packages)
    for row in rows:
        text = row.published
        if text is None or row.updated_at is None or article.archived_at is not None:
            finding.forget(kind=KIND, ref=ref, language=row.language)
            continue
        section = section_name(article.section.names, article.section.code, row.language)
        body = "\n".join(filter(None, (text.summary, plain(text.body))))
        yield Text(KIND, ref, row.language, text.title, body, audience, row.updated_at, section, text.keywords,
                   products=tuple(article.products))  # fmt: skip
