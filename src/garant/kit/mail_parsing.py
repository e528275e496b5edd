"""One raw message to plain values, in a process of its own with little time and memory: a bomb costs itself only.

Run as `python -m garant.kit.mail_parsing`: the message on standard input, one JSON object on standard output. No
Django, no database, no secrets of the desk in its environment. `parsed` runs it. docs/reference/mail-reading.md says
what the values mean.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from garant.kit.mail_bodies import body_of
from garant.kit.mail_files import LARGEST_TOGETHER, files_of
from garant.kit.mail_headers import LONGEST_HEADER, addresses, decoded, instant, message_ids
from garant.kit.mail_parts import Part, Unreadable, read
from garant.kit.mail_replies import is_forward, without_quotes
from garant.kit.mail_reports import failed, report_type, returned_message_id

__all__ = ["LARGEST_TOGETHER", "Unreadable", "parsed", "take_apart"]

#: Limits of the process: seconds of CPU, bytes of address space, seconds by the clock, open files.
CPU, MEMORY, PATIENCE, FILES = 10, 400_000_000, 60, 32
#: How the process ends when it can't: exit code -> code of `Unreadable`.
_CODES = {3: "too_large", 4: "too_many_parts"}
_SOURCES = Path(__file__).resolve().parents[2]


def parsed(raw: bytes) -> dict[str, Any]:
    """The message as plain values. Raises Unreadable."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "garant.kit.mail_parsing"], input=raw, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False, cwd="/", env=_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreadable("too_slow") from None
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Unreadable("too_slow")
    if done.returncode != 0:
        raise Unreadable(_CODES.get(done.returncode, "unreadable"))
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise Unreadable("unreadable") from None
    return found


def _environment() -> dict[str, str]:
    """What the process knows of ours: where the code is, and nothing else."""
    beside = os.environ.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join([str(_SOURCES), *([beside] if beside else [])]), "LC_ALL": "C.UTF-8"}


def take_apart(raw: bytes) -> dict[str, Any]:
    """The message's headers, text, page and files. Raises Unreadable when it has too many parts."""
    message, cut = read(raw)
    body = body_of(message)
    files = files_of(body.files)
    text, page = body.read(files.inline)
    report = failed(message, body.leaves, text)
    about = _about(message)
    return {
        **about,
        "text": text,
        "shown": text.strip("\n") if is_forward(about["subject"]) else without_quotes(text),
        "html": page,
        "attachments": files.attachments,
        "inline": files.shown_in(page),
        "left_out": cut or body.is_cut or files.left_out,
        "report": report,
        "report_type": report_type(message),
        "returned_message_id": "" if report is None else returned_message_id(body.leaves, text),
    }


def _about(message: Part) -> dict[str, Any]:
    """What the headers say."""
    raw = [(str(name)[:200], value) for name, value in message.raw_items()]

    def all_of(name: str) -> list[object]:
        return [value for key, value in raw if key.lower() == name]

    answered = message_ids(*all_of("in-reply-to"))
    return {
        "headers": [[name, decoded(value)[:LONGEST_HEADER]] for name, value in raw],
        "from": addresses(all_of("from")),
        "from_headers": len(all_of("from")),
        "to": addresses(all_of("to")),
        "cc": addresses(all_of("cc")),
        "reply_to": addresses(all_of("reply-to")),
        "subject": decoded((all_of("subject") or [""])[0])[:500],
        "message_id": (message_ids(*all_of("message-id")[:1]) or [""])[0],
        "in_reply_to": (answered or [""])[0],
        "references": message_ids(*all_of("references"), *all_of("in-reply-to")),
        "date": instant((all_of("date") or [""])[0]),
    }


def _limit() -> None:
    """Little of everything, for good."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Read, take apart, print; the exit code says why it can't be done."""
    _limit()
    try:
        sys.stdout.write(json.dumps(take_apart(sys.stdin.buffer.read())))
        sys.stdout.flush()
    except MemoryError:
        return 3
    except Unreadable as why:
        return next((code for code, name in _CODES.items() if name == str(why)), 1)
    except Exception:
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
