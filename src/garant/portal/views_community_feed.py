"""Atom feeds of the community: the newest threads, as everybody reads them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from garant.community import queries
from garant.kit.manners import address as absolute
from garant.portal.community import address, html_of, name_of
from garant.portal.context import site_name


@require_safe
def feed(request: HttpRequest, tag: str = "") -> HttpResponse:
    """The newest threads, or those with a tag. The same for everybody, signed in or not."""
    about = gettext("Community: %(tag)s") % {"tag": tag} if tag else gettext("Community")
    here = reverse("community_tag_feed", args=[tag]) if tag else reverse("community_feed")
    page = reverse("community_tag", args=[tag]) if tag else reverse("community")
    made = Atom1Feed(
        title=f"{about} · {site_name()}", link=absolute(page), description="", language=get_language() or "en",
        feed_url=absolute(here), feed_guid=absolute(here),
    )  # fmt: skip
    for one in queries.feed(tag=tag):
        made.add_item(
            title=one.thread.title, link=absolute(address(one.thread)),
            description=str(html_of(one.body)), author_name=name_of(one.author),
            unique_id=absolute(reverse("community_short", args=[one.thread.id])),
            pubdate=one.thread.opened_at, updateddate=one.thread.active_at, categories=one.thread.tags,
        )  # fmt: skip
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
