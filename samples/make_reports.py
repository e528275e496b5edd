"""Choose the error reports of samples/bug-reports.jsonl from the GitBugs collection's SeaMonkey reports.

Usage: python samples/make_reports.py SEAMONKEY.jsonl.gz [OUT.jsonl]

Only short reports that name steps, what was expected and what happened are taken, and none that holds an address, a
link, a greeting or a signature, so that nobody is named. The choice depends on nothing but the reports, so it can be
repeated: of those left, the ones with the smallest SHA-256 of their number.
"""

# ruff: noqa: T201 - a script that says what it did
from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

TOTAL = 90
_PARTS = re.compile(
    r"(?:User Agent: (?P<agent>[^\n]*)\s+)?Steps to reproduce:\s*(?P<steps>.+?)\s*"
    r"Actual results:\s*(?P<actual>.+?)\s*Expected results:\s*(?P<expected>.+?)\s*\Z",
    re.DOTALL,
)
#: What may name somebody or lead somewhere: such a report is left out, not shortened.
_TOO_MUCH = re.compile(
    r"@|https?:|www\.|\.(?:com|org|net)\b|\bbugs? \d|#\d{4,}|/home/|/Users/|C:\\Users|crash ?id|bp-|\[:\w+\]"
    r"|\b(?:regards|cheers|hello|dear|sincerely|greetings|Mr|Mrs|Dr|screenshot|see attach\w*|crap|broken again|idiot\w*"
    # other makers' sites and products
    r"|facebook|linkedin|youtube|github|google|bugzilla|cloudflare|yahoo|noscript|chatzilla|freebsd|gmail|twitter|paypal"
    r"|ebay|amazon|outlook|whatsapp|discord|netflix|comcast|hotmail|aol|reddit|sequoia|ubuntu|fedora)\b",
    re.IGNORECASE,
)
#: Reports read by eye and left out: harsh in tone, about named people or sites, or no report at all.
_LEFT_OUT = frozenset(
    (
        *("1606979", "1607598", "1623213", "1692710", "1696998", "1841531"),
        *("1865486", "1868920", "1870896", "1872513", "1930839", "1935343"),
    )
)
#: The reporters' product becomes the one that the sample desk's vendor sells; nothing else of the texts is changed.
_RENAMED = ((r"Sea ?monkey", "Quillon Desktop"), (r"\b2\.53", "8.4"), (r"\b2\.49", "8.1"))
_SYSTEMS = (
    (r"Windows NT 10", "Windows 10"),
    (r"Windows NT 6", "Windows 7"),
    (r"Mac OS X", "macOS"),
    (r"Linux", "Linux"),
)


def parts(report: dict[str, str]) -> dict[str, str] | None:
    """A report in the fields of the case form; None when it is not a short, complete and nameless one."""
    found = _PARTS.match((report["body"] or "").strip())
    if found is None or report["id"] in _LEFT_OUT or not 20 <= len(report["title"]) <= 80:
        return None
    fields = {name: re.sub(r"\n{2,}", "\n", (found[name] or "").strip()) for name in ("steps", "actual", "expected")}
    whole = " ".join([report["title"], *fields.values()])
    if _TOO_MUCH.search(whole) or not all(15 <= len(text) <= 700 for text in fields.values()):
        return None
    texts = {"title": report["title"].strip(), **fields, "environment": environment(found["agent"] or "")}
    return {"id": report["id"], **{name: renamed(text) for name, text in texts.items()}}


def renamed(text: str) -> str:
    """A text with the product's name and version as the sample desk has them."""
    for pattern, name in _RENAMED:
        text = re.sub(pattern, name, text, flags=re.IGNORECASE)
    return text


def environment(agent: str) -> str:
    """The operating system and version that a browser's own line names, as people write them; "" when it names none."""
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, agent)), "")
    version = re.search(r"SeaMonkey/([\d.]+)", agent)
    return ", ".join(filter(None, [system, f"SeaMonkey {version[1]}" if version else ""]))


def main(source: Path, target: Path) -> None:
    """Read the reports, write the slice, and say how many there were."""
    with gzip.open(source, "rt", encoding="utf-8") as text:
        reports = [json.loads(line) for line in text]
    fit = [found for found in map(parts, reports) if found is not None]
    fit.sort(key=lambda one: hashlib.sha256(one["id"].encode()).digest())
    chosen = sorted(fit[:TOTAL], key=lambda one: int(one["id"]))
    target.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in chosen), encoding="utf-8")
    print(f"{target}: {len(chosen)} of {len(fit)} fitting reports")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) == 3 else "samples/bug-reports.jsonl"))
