"""What machines ask of a public site: which pages there are, and which are nobody's business."""

from __future__ import annotations

from typing import Any

from django.contrib.sitemaps import views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from garant.kit.manners import address
from garant.portal.sitemaps import SECTIONS, Section

#: Addresses that only somebody with an account, or with a letter's link, has any use for.
CLOSED = (
    "/console/", "/accounts/", "/account/", "/cases/", "/contacts/", "/allotments/", "/package/", "/standing/",
    "/files/", "/mails/", "/notices/", "/invitations/", "/*keep=yes",
)  # fmt: skip


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page; the files that list them when they don't fit into one."""
    sections: dict[str, Any] = {name: section.read() for name, section in SECTIONS.items()}
    if sum(len(section.items()) for section in sections.values()) <= Section.limit:
        return views.sitemap(request, sections)
    where = [
        {"location": address(reverse("sitemap_section", args=[name]), (("p", str(page)),) if page > 1 else ())}
        for name, section in sections.items()
        for page in section.paginator.page_range
    ]
    return render(request, "sitemap_index.xml", {"sitemaps": where}, content_type="application/xml")


@require_safe
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    """The pages of one section (?p= for the files after the first)."""
    return views.sitemap(request, dict(SECTIONS), section=section)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers leave alone, and where the pages are listed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "", f"Sitemap: {address(reverse('sitemap'))}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
