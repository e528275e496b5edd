"""Cases that were solved without pointing to an article: what the next one might be written about."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef

from garant.cases.models import Message
from garant.cases.scope import visible
from garant.cases.views import OpenCase
from garant.core.people import Viewer
from garant.journal.operations import database_now

#: How an article's address looks in a reply.
ARTICLE = "/kb/"
DAYS = 30


def without_article(*, viewer: Viewer, days: int = DAYS, limit: int = 20) -> list[OpenCase]:
    """Cases resolved in the last days in whose public replies no article is named, the newest first; staff only."""
    if not viewer.is_staff:
        return []
    named = Message.objects.filter(case_id=OuterRef("pk"), kind="public", body__contains=ARTICLE)
    rows = (
        visible(viewer)
        .filter(state__in=("resolved", "closed"), resolved_at__gte=database_now() - timedelta(days=days))
        .filter(~Exists(named))
        .order_by("-resolved_at", "-pk")
    )
    return [OpenCase(*row) for row in rows.values_list("number", "subject", "severity")[: min(limit, 100)]]
