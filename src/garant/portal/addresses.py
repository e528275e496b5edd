"""Where the page of something that was found stands."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse


def address_of(kind: str, ref: str) -> str:
    """The address of an article or a thread by its reference; Http404 for anything else.

    It says nothing about whether the reader may open it: the page itself does.
    """
    if kind == "article" and ref.isascii() and ref.isdecimal() and len(ref) <= 18:
        return reverse("kb_by_id", args=[int(ref)])
    if kind == "thread" and ref.isascii() and ref.isdecimal() and len(ref) <= 18:
        return reverse("community_short", args=[int(ref)])
    raise Http404
