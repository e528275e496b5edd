"""How people sign in, from the environment. Errors name the setting and the remedy."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

Read = TypeVar("Read")
#: Who must have a second step at sign-in: nobody, the vendor's staff, everybody.
SECOND_STEP = ("optional", "staff", "all")


class AccessSettingsError(ValueError):
    """A setting that can't be used; one line for people."""


def trusted_proxies() -> int:
    """How many proxies of our own stand before the desk; 0: addresses that a request claims are not believed."""
    text = os.environ.get("GARANT_TRUSTED_PROXIES", "") or "0"
    if not text.isdecimal() or int(text) > 9:
        raise AccessSettingsError("GARANT_TRUSTED_PROXIES must be the number of proxies before the desk, 1 say")
    return int(text)


def second_step() -> str:
    """Who must have a second step: one of SECOND_STEP."""
    text = os.environ.get("GARANT_SECOND_STEP", "") or "optional"
    if text not in SECOND_STEP:
        raise AccessSettingsError(f"GARANT_SECOND_STEP must be one of {', '.join(SECOND_STEP)}")
    return text


def read(setting: Callable[[], Read], safe: Read) -> Read:
    """A setting for Django. A mistake stops a web worker; other commands, which sign nobody in, take the safe value."""
    try:
        return setting()
    except AccessSettingsError as problem:
        if os.environ.get("GARANT_ROLE") == "web":
            raise ImproperlyConfigured(str(problem)) from None
        return safe
