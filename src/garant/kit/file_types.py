"""What a file is, by its content; never by its name or by what a browser says of it."""

from __future__ import annotations

import puremagic

#: Pictures that a browser may show inside a page, by how they begin. Everything else is a download.
_PICTURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
UNKNOWN = "application/octet-stream"


def media_type(content: bytes) -> str:
    """The type of a content: a picture's own, text when all of it reads as UTF-8, what its beginning says, or unknown.

    Text is always `text/plain`: a page or a drawing that holds a script is text to us, and no browser runs it.
    """
    for name, beginnings in _PICTURES.items():
        if content.startswith(beginnings):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if _is_text(content):
        return "text/plain"
    try:
        found = puremagic.magic_string(content[:8192])
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    known = [each.mime_type for each in found if each.mime_type]
    return str(known[0])[:100] if known and not known[0].startswith(("text/", "image/svg")) else UNKNOWN


def is_picture(name: str) -> bool:
    """Whether a type is a picture that may be shown inside a page."""
    return name in _PICTURES or name == "image/webp"


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
