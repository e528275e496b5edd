"""An optional look at files by clamd (`GARANT_CLAMD`): the protocol's INSTREAM, over TCP or a Unix socket."""

from __future__ import annotations

import logging
import os
import socket
import struct

from garant.core.refusals import Refusal

log = logging.getLogger(__name__)

#: Seconds that connecting and each answer may take; bytes that are sent at once.
PATIENCE, CHUNK = 10.0, 1 << 16


class ScannerAway(Exception):
    """clamd is named and gives no answer; the text says why."""


def found_in(content: bytes) -> str | None:
    """What clamd finds in a file; None for nothing, and where no clamd is named. Raises ScannerAway."""
    where = os.environ.get("GARANT_CLAMD", "").strip()
    if not where:
        return None
    try:
        with _connected(where) as talk:
            talk.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                piece = content[start : start + CHUNK]
                talk.sendall(struct.pack("!L", len(piece)) + piece)
            talk.sendall(struct.pack("!L", 0))
            answer = _answer(talk)
    except (OSError, ValueError) as problem:
        raise ScannerAway(f"{type(problem).__name__}: {problem}") from None
    if answer.endswith("FOUND"):
        return answer.removeprefix("stream:").removesuffix("FOUND").strip()[:100] or "?"
    if answer.endswith("OK"):
        return None
    raise ScannerAway(answer[:200] or "no answer")


def check_harmless(name: str, content: bytes) -> None:
    """Let a file pass, or refuse it: what clamd finds harmful, and what it can't be asked about where one is named.

    Asked before anything is locked: it may take a while.
    """
    try:
        found = found_in(content)
    except ScannerAway as problem:
        log.warning("clamd can't be asked: %s", problem)
        raise Refusal("file_not_scanned", "files_are_scanned", "try_again", {"name": name}) from None
    if found is not None:
        raise Refusal("file_infected", "files_are_scanned", "choose_another_file", {"name": name, "found": found})


def _connected(where: str) -> socket.socket:
    if where.startswith("/"):
        talk = socket.socket(socket.AF_UNIX)
        talk.settimeout(PATIENCE)
        try:
            talk.connect(where)
        except OSError:
            talk.close()
            raise
        return talk
    host, _, port = where.rpartition(":")
    return socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), PATIENCE)


def _answer(talk: socket.socket) -> str:
    told = b""
    while not told.endswith(b"\0") and len(told) < 4096:
        more = talk.recv(4096)
        if not more:
            break
        told += more
    return told.rstrip(b"\0\n").decode("utf-8", "replace")
