"""Reading mail: how well replies are trimmed, what messages cost, and what bombs cost the process that reads them.

The shared mails beside the repository are needed for the first two; without them, only the bombs are measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

from bench.mail_bombs import BOMBS
from bench.measuring import Figures, Row, Table, summed
from garant.kit.mail_parsing import Unreadable, take_apart
from garant.kit.mail_replies import without_quotes

SHARED = Path(__file__).parents[2] / "shared" / "data" / "mail"
SOURCES = Path(__file__).parents[1] / "src"
#: Every so many messages one is read by the process itself.
SPREAD = 40
#: The process, and what it took: seconds of CPU, highest resident memory in kB (its own: exec sets it to nothing).
_WATCHED = """
import os, sys
from garant.kit import mail_parsing
code = mail_parsing.main()
times = os.times()
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print("took", times.user + times.system, peak, code, file=sys.stderr)
"""


def run() -> Table:
    """Trimming by language, cost of the data by set, cost of bombs."""
    table = Table("Reading mail (seconds of CPU; resident memory of the process)")
    if SHARED.is_dir():
        table.notes += trimming()
        table.rows += _data_rows()
    else:
        table.notes.append("the shared mails do not lie beside the repository: bombs only")
    for name, made in BOMBS.items():
        table.rows += _bomb_rows(name, made())
    table.notes.append("limits of the process: 10 s of CPU, 400 MB of address space")
    return table


def stored(name: str) -> Iterator[tuple[str, bytes]]:
    """Every message of a set: its name and bytes."""
    with ZipFile(SHARED / f"{name}.zip") as archive:
        for entry in archive.infolist():
            if not entry.is_dir() and not entry.filename.endswith(".json"):
                yield entry.filename, archive.read(entry)


def trimming() -> list[str]:
    """A line for each language of reply-discourse: how many are exactly as expected, how many lose nothing; and one for
    mail-parser-reply on its own."""
    files = dict(stored("reply-discourse"))
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for name in sorted(files):
        if name.startswith("trimmed/"):
            text, expected = files[name.replace("trimmed/", "emails/")].decode(), _lines(files[name].decode())
            ours, theirs = _held(without_quotes(text), expected), _held(_library(text), expected)
            for language, found in ((_language(name), ours), ("all", ours), ("library alone", theirs)):
                counts[language] = [before + new for before, new in zip(counts[language], found, strict=True)]
    lines = ["replies against reply-discourse: language, texts, exact, harmless (nothing missing), with leftovers"]
    for language, (texts, exact, harmless, leftovers) in counts.items():
        shares = (f"{share / texts:6.0%}" for share in (exact, harmless, leftovers))
        lines.append(f"  {language:<14}{texts:>4}  " + "  ".join(shares))
    return lines


def _held(found: str, expected: list[str]) -> tuple[int, bool, bool, bool]:
    """One text: whether it is exact, whether nothing is missing, whether nothing is missing and something left."""
    lines = _lines(found)
    rest = iter(lines)
    is_harmless = all(line in rest for line in expected)
    return 1, lines == expected, is_harmless, is_harmless and lines != expected


def _library(text: str) -> str:
    return EmailReplyParser(languages=list(MAIL_LANGUAGES)).read(text).replies[0].body


def _language(name: str) -> str:
    words = set(name.removesuffix(".txt").replace("/", "_").split("_"))
    known = words & {"german", "french", "spanish", "italian", "dutch", "polish", "portuguese", "swedish", "russian",
                     "norwegian", "ukrainian", "chinese"}  # fmt: skip
    return next(iter(known), "english")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _data_rows() -> Iterator[Row]:
    """In this process what reading takes alone, by set; then a spread of all through the process with its start."""
    spread, number = list[tuple[float, float]](), 0
    for path in sorted(SHARED.glob("*.zip")):
        taken = []
        for _, raw in stored(path.stem):
            taken.append(_cost(raw))
            number += 1
            if number % SPREAD == 0:
                seconds, peak, _ = watched(raw)
                spread.append((seconds, peak))
        yield Row(f"{path.stem} ({len(taken)})", "read", summed(taken), None)
    yield Row(f"every {SPREAD}th of {number}", "read in the process", summed([each[0] for each in spread]), None)
    yield Row(f"every {SPREAD}th of {number}", "memory", summed([each[1] for each in spread]), None, unit="MB")


def _cost(raw: bytes) -> float:
    begin = time.process_time()
    try:
        take_apart(raw)
    except Unreadable:
        return time.process_time() - begin
    return time.process_time() - begin


def _bomb_rows(name: str, raw: bytes) -> Iterator[Row]:
    seconds, peak, outcome = watched(raw)
    yield Row(f"{name} ({len(raw) / 1e6:.1f} MB)", outcome, Figures(seconds, seconds, seconds), None)
    yield Row("", "memory", Figures(peak, peak, peak), None, unit="MB")


def watched(raw: bytes) -> tuple[float, float, str]:
    """Seconds of CPU and MB of memory that the process takes for a message, and how it ends."""
    environment = {"PYTHONPATH": os.pathsep.join([str(SOURCES), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED], input=raw, capture_output=True, env=environment, check=False
    )
    words = done.stderr.decode(errors="replace").rpartition("took ")[2].split()
    if done.returncode != 0 or len(words) < 3:
        return 10.0, 0.0, f"ended by the limits ({done.returncode})"
    outcome = {"0": "read", "3": "too_large", "4": "too_many_parts"}.get(words[2], "unreadable")
    return float(words[0]), int(words[1]) / 1024, outcome
