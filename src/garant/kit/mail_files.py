"""The files that came with a mail: named harmlessly, typed by content, limited together."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from garant.core.files import file_name
from garant.kit.mail_charsets import harmless
from garant.kit.mail_headers import decoded
from garant.kit.mail_html import content_key
from garant.kit.mail_parts import Part, head

#: Bytes of all files of a message together, and their number. What is more stays in the message alone.
LARGEST_TOGETHER, MOST_FILES = 25_000_000, 200
_NAMES = {
    "application/ms-tnef": "winmail.dat", "application/pgp-signature": "signature.asc",
    "application/pkcs7-mime": "smime.p7m", "application/pkcs7-signature": "smime.p7s",
    "message/delivery-status": "delivery-status.txt", "text/calendar": "invitation.ics", "text/html": "page.html",
    "text/plain": "text.txt", "text/rfc822-headers": "headers.txt",
}  # fmt: skip


@dataclass(slots=True)
class Files:
    """Files in the order of the message. `inline`: key of a picture of the page -> its place among them; `left_out`:
    whether there were more than are taken."""

    attachments: list[dict[str, Any]] = field(default_factory=list)
    inline: dict[str, int] = field(default_factory=dict)
    left_out: bool = False

    def shown_in(self, page: str) -> dict[str, int]:
        """The pictures that a harmless page shows; whatever else has a Content-ID is a file like any other."""
        return {key: place for key, place in self.inline.items() if f'src="cid:{key}"' in page}


def files_of(parts: Sequence[Part]) -> Files:
    """The files that some parts are. Their bytes are let go of one after the other."""
    files, size = Files(), 0
    for part in parts:
        if len(files.attachments) >= MOST_FILES or size + part.about() > LARGEST_TOGETHER * 1.1:
            files.left_out = True
            continue
        content = part.content()
        size += len(content)
        if size > LARGEST_TOGETHER:
            files.left_out, size = True, size - len(content)
        elif content:
            _add(files, part, content)
        if part.kind not in ("message/rfc822", "message/delivery-status", "text/rfc822-headers"):
            part.set_payload("")
    return files


def _add(files: Files, part: Part, content: bytes) -> None:
    # Here: its tables take a while to load, and most mails have no file.
    from garant.kit.file_types import is_picture, media_type

    kind = media_type(content)
    key = content_key(decoded(part.header("content-id")))
    if key and is_picture(kind):
        files.inline.setdefault(key, len(files.attachments))
    files.attachments.append(
        {
            "name": _name(part, content),
            "type": kind,
            "declared": part.kind[:100],
            "content": base64.b64encode(content).decode("ascii"),
        }
    )


def _name(part: Part, content: bytes) -> str:
    """A harmless name: the sender's, else one after what the part says that it is."""
    named = harmless(decoded(part.named()))
    if named.strip():
        return file_name(named)
    if part.kind.startswith("message/") and part.kind not in _NAMES:
        return file_name((decoded(head(content).header("subject"))[:80] or "message") + ".eml")
    ending = mimetypes.MimeTypes().guess_extension(part.kind) or ""
    return _NAMES.get(part.kind) or file_name("file" + ending)
