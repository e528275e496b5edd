"""The threads of the sample desk's community: samples/community/*.yaml, written by the people of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from garant.community.operations import Written, load_thread
from garant.contracts.reading import parse_yaml, read_text
from garant.kit.shipped import shipped_files

FOLDER = "samples/community"


def load(people: Mapping[str, int], contacts: Sequence[str], now: datetime) -> int:
    """Store every thread of the folder; returns how many. `people`: name -> id; `contacts`: who may stand for names
    that are of nobody on this desk, always the same for the same name."""
    threads = [one for path in shipped_files(FOLDER, "*.yaml") for one in _threads(path)]
    known = _Names(people, contacts, threads)
    for one in threads:
        _load(one, known, now)
    return len(threads)


def _threads(path: Path) -> list[Mapping[str, Any]]:
    found = parse_yaml(read_text(path)).values
    return list(found["threads"] if isinstance(found, Mapping) else found)


class _Names:
    """Which person of the desk a name is; and who has voted, in turn, so that votes are spread over everybody."""

    def __init__(
        self, people: Mapping[str, int], contacts: Sequence[str], threads: Sequence[Mapping[str, Any]]
    ) -> None:
        self._people = people
        named = {name for one in threads for name in _names(one)}
        free = sorted(name for name in contacts if name not in named) or sorted(contacts)
        self._stand_in = {name: free[turn % len(free)] for turn, name in enumerate(sorted(named - set(people)))}
        self._voters = sorted(people.values())

    def person(self, name: str) -> int:
        """The person who writes under a name of the files."""
        return self._people[name if name in self._people else self._stand_in[name]]

    def voters(self, count: int, text: str, writer: int) -> list[int]:
        """So many people as there are, never the writer, chosen by the text alone."""
        others = [one for one in self._voters if one != writer]
        begin = crc32(text.encode()) % len(others)
        return (others[begin:] + others[:begin])[:count]


def _names(one: Mapping[str, Any]) -> set[str]:
    found = {str(one["by"])}
    for post in one.get("posts") or ():
        found |= {str(post["by"]), *(str(each["by"]) for each in post.get("comments") or ())}
    return found


def _load(one: Mapping[str, Any], known: _Names, now: datetime) -> None:
    load_thread(
        kind=str(one["kind"]), language=str(one["language"]), title=str(one["title"]),
        tags=[str(tag) for tag in one.get("tags") or ()], idea_state=str(one.get("state") or ""),
        opening=_written(one, known, now), answers=[_written(post, known, now) for post in one.get("posts") or ()],
    )  # fmt: skip


def _written(one: Mapping[str, Any], known: _Names, now: datetime, under: datetime | None = None) -> Written:
    by, body = known.person(str(one["by"])), str(one["body"])
    # A minute of its own for each text: what was written on one day stays in order.
    at = under or now - timedelta(days=int(one.get("ago_days", 1)), minutes=crc32(body.encode()) % 240)
    comments = one.get("comments") or () if under is None else ()
    return Written(
        by=by, body=body, at=at, voters=known.voters(int(one.get("votes", 0)), body, by),
        accepted=bool(one.get("accepted")),
        comments=[
            _written(each, known, now, at + timedelta(minutes=20 * (turn + 1))) for turn, each in enumerate(comments)
        ],
    )  # fmt: skip
