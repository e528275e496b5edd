"""Whose programme the site speaks for."""

from __future__ import annotations

from django.conf import settings

from garant.contracts.queries import programme_document
from garant.core.programmes import Programme


def programme() -> Programme:
    """The version in force of the programme that the public pages show."""
    return programme_document(getattr(settings, "PROGRAMME", "reference"))
