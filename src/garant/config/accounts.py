"""How people get an account: by invitation only. Sign-in itself is django-allauth's."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):
    """Nobody signs up alone: contacts are named by their organisation, staff by the vendor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always False: an account comes with an invitation."""
        return False
