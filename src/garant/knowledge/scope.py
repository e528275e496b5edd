"""Which articles somebody may read. Every query begins here."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from garant.contracts.queries_audience import audience_of
from garant.core.audiences import PUBLIC, STAFF, Audience
from garant.core.people import Viewer
from garant.knowledge.models import Article, Translation


def readable(viewer: Viewer) -> QuerySet[Article]:
    """Articles with a published text whose audience the viewer belongs to. Drafts are nobody's, here."""
    published = Translation.objects.filter(article=OuterRef("pk"), published__isnull=False)
    return Article.objects.filter(_audience(audience_of(viewer)), Exists(published), archived_at=None)


def shown(viewer: Viewer) -> QuerySet[Translation]:
    """Published translations of the articles that the viewer may read."""
    return shown_to(audience_of(viewer))


def shown_to(reader: Audience) -> QuerySet[Translation]:
    """The same for whoever belongs to an audience."""
    allowed = _audience(reader, "article__")
    return Translation.objects.filter(allowed, published__isnull=False, article__archived_at=None)


def _audience(reader: Audience, prefix: str = "") -> Q:
    """The question of core.audiences.may_read to the database: a name in common."""
    if STAFF in reader:
        return Q()
    plain = {f"{prefix}visibility__in": sorted(reader & {PUBLIC, "customers"})}
    packages = sorted(name for name in reader if name.startswith("package:"))
    return Q(**plain) | Q(**{f"{prefix}visibility": "packages", f"{prefix}packages__overlap": packages})
