"""What every page of the site needs to know: whose support this is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name for heads and titles."""
    return {"site_name": "Garant"}
