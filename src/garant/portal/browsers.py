"""What a browser calls itself, in words: its name and the system it runs on."""

from __future__ import annotations

from django.utils.translation import gettext

#: What to look for, in this order: many browsers name others too.
_PROGRAMS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name(program: str) -> str:
    """ "Firefox on Windows"; what is unknown is said to be. Never the text itself: its sender chose it."""
    name = next((word for mark, word in _PROGRAMS if mark in program), "")
    system = next((word for mark, word in _SYSTEMS if mark in program), "")
    if name and system:
        return gettext("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or gettext("An unknown browser")
