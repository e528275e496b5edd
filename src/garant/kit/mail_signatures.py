"""Check DKIM signatures of one message, in a process of its own with little time and memory.

Run as `python -m garant.kit.mail_signatures KEYS`: the message on standard input, KEYS a JSON object of places among
its signatures with their keys (base64). Prints the places whose signatures hold, as a JSON list. `mail_trust` runs it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import resource
import sys
from typing import Any

#: Limits of the process: seconds of CPU, bytes of address space.
CPU, MEMORY = 10, 400_000_000


def held(raw: bytes, keys: dict[int, bytes]) -> list[int]:
    """The places of signatures that hold. A key of fewer than 1,024 bits proves nothing."""
    import dkim

    silent = logging.getLogger("garant.dkim")
    silent.disabled = True
    found = []
    for index, key in keys.items():

        def answer(name: bytes, timeout: float = 0, key: bytes = key) -> bytes:
            return key

        with contextlib.suppress(dkim.DKIMException, ValueError, KeyError, TypeError, IndexError, AssertionError):
            if dkim.DKIM(raw, logger=silent, minkey=1024).verify(index, dnsfunc=answer):
                found.append(index)
    return found


def main(words: list[str]) -> int:
    """Read, check, print; 1 when it can't be done."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        told: dict[str, Any] = json.loads(words[0])
        keys = {int(index): base64.b64decode(key) for index, key in told.items()}
        json.dump(held(sys.stdin.buffer.read(), keys), sys.stdout)
    except Exception:
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
