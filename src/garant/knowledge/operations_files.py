"""Pictures and files of articles: added and removed by authors."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction

from garant.core.files import check_file, file_name
from garant.core.people import Actor
from garant.core.refusals import NotFound
from garant.journal.operations import database_now
from garant.kit.file_types import media_type
from garant.kit.scanning import check_harmless
from garant.knowledge.acting import WRITE, allowed, locked, record
from garant.knowledge.models import ArticleFile
from garant.knowledge.views import FileView

__all__ = ["add_file", "file_view", "remove_file"]


def add_file(*, by: Actor, article_id: int, name: str, content: bytes) -> FileView:
    """Keep a file with an article; whoever may read the article may read it from then on.

    Refuses an empty file, a program, what is too large or too many (core.files), and what clamd finds harmful. The same
    file again is the one that is kept.
    """
    allowed(by, WRITE)
    check_harmless(file_name(name), content)  # before anything is locked: it may take a while
    return _add(by, article_id, file_name(name), content)


@transaction.atomic
def _add(by: Actor, article_id: int, name: str, content: bytes) -> FileView:
    article, digest = locked(article_id), hashlib.sha256(content).hexdigest()
    rows = list(ArticleFile.objects.filter(article=article).defer("content"))
    same = next((row for row in rows if (row.sha256, row.name) == (digest, name)), None)
    if same is not None:
        return file_view(same)
    check_file(name, content, [row.size for row in rows], sum(row.size for row in rows))
    row = ArticleFile.objects.create(
        key=secrets.token_urlsafe(24), article=article, name=name, media_type=media_type(content), size=len(content),
        sha256=digest, content=content, by_id=by.id, at=database_now(),
    )  # fmt: skip
    data = {"file": row.pk, "name": name, "size": row.size, "sha256": digest}
    record(article_id, "article_file_added", data, by, row.at)
    return file_view(row)


@transaction.atomic
def remove_file(*, by: Actor, article_id: int, key: str) -> str:
    """Let a file go; returns its name. Raises NotFound for one that the article doesn't have."""
    allowed(by, WRITE)
    article = locked(article_id)
    row = ArticleFile.objects.filter(article=article, key=key).defer("content").first()
    if row is None:
        raise NotFound("file")
    data = {"file": row.pk, "name": row.name, "sha256": row.sha256}
    row.delete()
    record(article_id, "article_file_removed", data, by, database_now())
    return row.name


def file_view(row: ArticleFile) -> FileView:
    """A stored file without its content."""
    return FileView(row.key, row.name, row.media_type, row.size)
