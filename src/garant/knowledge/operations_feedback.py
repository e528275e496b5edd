"""Whether an article helped: counted once a reader and hour, without storing who it was.

It is not in the journal: the journal keeps acts with their actors, and this must not have one.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.crypto import salted_hmac

from garant.core.people import Viewer
from garant.core.refusals import NotFound, Refusal
from garant.journal.operations import database_now
from garant.knowledge.models import REASONS, Feedback
from garant.knowledge.scope import readable
from garant.knowledge.texts import checked_language, several

__all__ = ["MOST_AN_HOUR", "MOST_FOR_ARTICLE", "record_feedback"]

#: Articles that one reader may judge in an hour, and readers who may judge one article in an hour.
MOST_AN_HOUR, MOST_FOR_ARTICLE = 20, 200
LONGEST_TEXT = 1000


@transaction.atomic
def record_feedback(
    *, viewer: Viewer, slug: str, language: str, is_helpful: bool, key: str, reason: str = "", text: str = ""
) -> None:
    """Count whether an article helped. `key`: what tells one reader from another for an hour (a session, an address);
    only a keyed digest of it with the hour is stored. A second word in the same hour replaces the first.

    Raises NotFound for an article that the viewer may not read; refuses more than `MOST_AN_HOUR` and unknown reasons.
    """
    article = readable(viewer).filter(slug=slug).first()
    if article is None:
        raise NotFound("article")
    if reason and reason not in REASONS:
        raise Refusal("reason_unknown", "feedback_has_reasons", "choose_reason", {"reason": reason})
    now = database_now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    giver = salted_hmac("garant.knowledge.feedback", f"{key}|{hour.isoformat()}", algorithm="sha256").hexdigest()
    given = Feedback.objects.filter(hour=hour)
    if not given.filter(article=article, giver=giver).exists() and (
        given.filter(giver=giver)[:MOST_AN_HOUR].count() >= MOST_AN_HOUR
        or given.filter(article=article)[:MOST_FOR_ARTICLE].count() >= MOST_FOR_ARTICLE
    ):
        raise Refusal("feedback_too_often", "feedback_is_counted_once", "come_back_later")
    values = {
        "language": checked_language(language), "is_helpful": is_helpful, "at": now,
        "reason": "" if is_helpful else reason, "text": several(text, "text", LONGEST_TEXT),
    }  # fmt: skip
    Feedback.objects.update_or_create(article=article, giver=giver, hour=hour, defaults=values)
