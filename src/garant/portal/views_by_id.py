"""From the reference of what was found to its page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from garant.contracts.queries_audience import audience_of
from garant.core.refusals import NotFound
from garant.knowledge.queries_finding import article_by_id
from garant.portal.access import viewer_of


@require_safe
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    """The article's own address; one that the reader may not read is unknown."""
    try:
        found = article_by_id(
            audience=audience_of(viewer_of(request)), article_id=article_id, language=get_language() or "en"
        )
    except NotFound:
        raise Http404 from None
    return redirect("kb_article", slug=found.slug)
