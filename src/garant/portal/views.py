"""Pages for visitors and subscribers' people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """For visitors what this is; for contacts their cases."""
    return render(request, "portal/welcome.html")


@require_safe
def packages(request: HttpRequest) -> HttpResponse:
    """The public packages page."""
    return render(request, "portal/welcome.html")


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The person's own page."""
    return render(request, "portal/welcome.html")
