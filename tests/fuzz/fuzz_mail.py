"""Reading mail under atheris, in a process of its own: `python fuzz_mail.py -runs=1000 FOLDER` (libFuzzer's options).

Ends with 0 when every message was read or refused as `Unreadable`, and what came out keeps its promises.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import atheris

with atheris.instrument_imports(include=["garant.kit", "garant.core.files", "email"]):
    from garant.kit.mail_parsing import Unreadable, take_apart


def check(found: dict[str, Any]) -> None:
    """What the rest of the desk relies on, whatever the message was."""
    json.dumps(found).encode("ascii")
    for name in ("text", "shown", "html", "subject", "message_id", "date", "returned_message_id"):
        found[name].encode("utf-8")
        assert "\x00" not in found[name], name
    assert found["shown"].strip() or not found["text"].strip(), "nothing is shown of a text"
    for attachment in found["attachments"]:
        assert attachment["name"].strip(), "a file without a name"
        assert not set(attachment["name"]) & set("/\\\x00\r\n\u202e\u200b"), "a name that is no name"
    assert all(0 <= place < len(found["attachments"]) for place in found["inline"].values())
    for sender in found["from"]:
        assert sender[1].count("@") == 1, "an address that is none"
    lower = found["html"].lower()
    assert not any(mark in lower for mark in ("<script", "<svg", "<style", "<form", "<iframe")), "a page that acts"


def one(raw: bytes) -> None:
    """One message."""
    try:
        found = take_apart(raw)
    except Unreadable:
        return
    check(found)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
