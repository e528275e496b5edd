"""What every page of the site needs to know: whose support this is, and who looks."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from garant.core.programmes import said
from garant.core.refusals import NotFound
from garant.portal.access import viewer_of
from garant.portal.programme import programme
from garant.portal.views_standing import Organisation, suspensions


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name for heads and titles, and the viewer; both are looked up when a page asks."""
    return {
        "site_name": SimpleLazyObject(site_name),
        "suspensions": SimpleLazyObject(lambda: _suspensions(request)),
        "viewer": SimpleLazyObject(lambda: viewer_of(request)),
    }


def _suspensions(request: HttpRequest) -> list[Organisation]:
    """Whose support is suspended, for the banner; nothing when that can't be asked."""
    try:
        return suspensions(viewer_of(request))
    except DatabaseError:  # the banner must not break a page that says what is broken
        return []


def site_name() -> str:
    """The vendor's support by name; Garant's own before a programme is loaded."""
    try:
        vendor = said(programme().vendor, "en")
    except (NotFound, DatabaseError):  # the name must not break a page that says what is broken
        return "Garant"
    return gettext("%(vendor)s Support") % {"vendor": vendor} if vendor else "Garant"
