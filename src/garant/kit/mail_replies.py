"""What somebody wrote for this mail: without the mails it repeats and without a signature.

Rules of our own look first; mail-parser-reply, which knows more languages, is asked where they find nothing, and is
believed where the place it names looks like one (alone, it takes "Do: this" for a Polish header, and "Thanks," for
the end). Nothing is lost by any of it: the whole text is kept beside what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from garant.kit.mail_quotes import Heading, headings, is_quoted, names_address

#: Lines that are looked at, headings that are judged, lines of a signature.
MOST_LINES, MOST_HEADINGS, LONGEST_SIGNATURE = 4_000, 40, 12
#: What mail-parser-reply is given: its expressions take time cubic in the length of a line.
LONGEST_ASKED_LINE, MOST_ASKED_LINES = 160, 300
_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|vs|doorst|転送|转发)\s*[:：]", re.IGNORECASE)
_SIGNATURE = re.compile(r"--[ \t]*\Z|_{10,}\s*\Z")
_DELIMITERS = re.compile(r"[-_=*#~+|–—ᐧ\s]*\Z")
_DEVICE = (
    r"(?:(?:e-?)?mail|mailbox|yahoo|windows|outlook|gmail|aol|i ?phone|i ?pad|android|samsung|galaxy|proton|blackberry"
    r"|mobile|mobil\w*|handy|smartphone|phone|tel[eé]fono|t[eé]l[eé]phone|portable|telefon\w*|cellulare|airmail|spark"
    r"|thunderbird|k-9|xiaomi|huawei|mac|tablet|nexus|pixel|iOS)"
)
_MOBILE = re.compile(
    r"[<(\[*_\s]*(?:"
    r"(?:sent )?from my [\w ]{0,12}(?:phone|pad|pod|mobile)[\w ]{0,12}"
    r"|sent (?:from|via|by|with|using) (?:my [^,.]{1,40}(?:[,.]\s*(?:please )?(?:excuse|apolog|sorry|forgive).{0,60})?"
    rf"|(?:a |the )?\[?{_DEVICE}\b.{{0,90}})"
    rf"|get \[?{_DEVICE}\b.{{0,70}}"
    rf"|(?:(?:diese nachricht wurde )?von mein\w+ |gesendet (?:von|mit|über) ).{{0,30}}{_DEVICE}.{{0,60}}"
    rf"|envoyé (?:depuis|de|à partir de|via) .{{0,30}}{_DEVICE}.{{0,60}}"
    rf"|enviado (?:desde|do|via|a través de) .{{0,30}}{_DEVICE}.{{0,60}}"
    rf"|inviato (?:da|dal|con|tramite) .{{0,30}}{_DEVICE}.{{0,60}}"
    rf"|(?:verzonden|skickat|sendt|wysłano|odesláno|отправлено) (?:\w+ ){{1,3}}.{{0,20}}{_DEVICE}.{{0,60}}"
    r"|.{0,20}(?:iPhone|iPad|Android|スマートフォン|携帯)\s?から(?:の)?送信.{0,20}|從我的 .{1,20} 傳送|发自我的.{1,30}"
    r")[>)\]*_.\s]*\Z",
    re.IGNORECASE,
)


def is_forward(subject: str) -> bool:
    """Whether a subject says that the message hands on another: then that other one is what it is about."""
    return _FORWARDED.match(subject) is not None


def without_quotes(text: str) -> str:
    """What was written for this message. Never empty when the text has words: then it is the whole text."""
    lines = text.split("\n")
    kept = _without_end(_without_repeated(lines[:MOST_LINES]))
    kept += lines[MOST_LINES:] if len(kept) == MOST_LINES else []
    return "\n".join(kept).strip("\n") or text.strip("\n")


def _without_repeated(lines: list[str]) -> list[str]:
    found = [heading for heading, _ in zip(headings(lines), range(MOST_HEADINGS), strict=False)] or _asked(lines)
    taken_out = set[int]()
    for heading in found:
        before = (line for number, line in enumerate(lines[: heading.begin]) if number not in taken_out)
        verdict = _judged(heading, is_first=not any(_says_something(line) for line in before), lines=lines, all_=found)
        if verdict == "cut":
            return [line for number, line in enumerate(lines[: heading.begin]) if number not in taken_out]
        if verdict == "whole":
            break
        if verdict == "line":
            taken_out |= set(range(heading.begin, heading.end))
    return [line for number, line in enumerate(lines) if number not in taken_out]


def _judged(heading: Heading, *, is_first: bool, lines: Sequence[str], all_: Sequence[Heading]) -> str:
    """What goes with a heading: "cut" (all from here), "line" (itself alone), "nothing", or "whole" (no more goes)."""
    after = _without_signature(lines[heading.end :])
    answers = _has_answer(after, heading.end, all_)
    if heading.is_quoted:
        return "nothing" if answers or is_first else "cut"
    if heading.kind != "attribution":
        # With nothing above it this is a mail handed on: what follows is what it is about.
        return "whole" if is_first else "cut"
    following = next((line for line in after if line.strip()), "")
    if is_first:
        return "line" if answers or not is_quoted(following) else "whole"
    return "line" if answers and is_quoted(following) else "cut"


def _has_answer(after: Sequence[str], offset: int, all_: Sequence[Heading]) -> bool:
    """Whether somebody wrote between or below quoted lines."""
    of_headings = {number for each in all_ for number in range(each.begin, each.end)}
    return any(
        _says_something(line) and not is_quoted(line) and number not in of_headings
        for number, line in enumerate(after, offset)
    )


def _says_something(line: str) -> bool:
    return _DELIMITERS.match(line) is None


def _without_end(lines: Sequence[str]) -> list[str]:
    """Without a signature, the words of a telephone, and lines that only divide."""
    kept = list(lines)
    while kept:
        size = len(kept)
        while kept and (not _says_something(kept[-1]) or (len(kept[-1]) < 200 and _MOBILE.match(kept[-1]))):
            kept.pop()
        kept = _without_signature(kept)
        if len(kept) == size:
            break
    return kept


def _without_signature(lines: Sequence[str]) -> list[str]:
    """Without what stands below a signature's mark, where that is short."""
    last = 0
    for number in range(len(lines) - 1, -1, -1):
        last += bool(lines[number].strip())
        if last > LONGEST_SIGNATURE + 1:
            break
        if _SIGNATURE.match(lines[number]):
            # A lone `--` is a comment in SQL and Lua, too.
            is_code = any(line.rstrip().endswith((";", "{", "}", ")")) for line in lines[number + 1 :])
            return list(lines if is_code else lines[:number])
    return list(lines)


def _asked(lines: Sequence[str]) -> list[Heading]:
    """The first heading that mail-parser-reply finds, where it has the signs of one."""
    from mailparser_reply import EmailReplyParser
    from mailparser_reply.constants import MAIL_LANGUAGES

    asked = [line.strip() if len(line) <= LONGEST_ASKED_LINE else "..." for line in lines[:MOST_ASKED_LINES]]
    if not any(line.endswith((":", "：")) for line in asked):
        return []
    begin = next((number for number, line in enumerate(asked) if line), 0)
    text = "\n".join(asked[begin:])
    replies = EmailReplyParser(languages=list(MAIL_LANGUAGES)).read(text).replies
    if len(replies) < 2 or not replies[1].headers or replies[0].headers:
        return []
    # The first reply is the text up to the heading.
    place = begin + text[: text.find(replies[0].content) + len(replies[0].content)].count("\n") + 1
    while place < len(asked) and not asked[place]:
        place += 1
    end = min(place + replies[1].headers.count("\n") + 1, len(lines))
    words = " ".join(replies[1].headers.split())
    following = next((line for line in lines[end : end + 3] if line.strip()), "")
    believed = words.endswith((":", "：")) and (names_address(words) or is_quoted(following))
    return [Heading(place, end, "attribution", is_quoted(lines[place]))] if believed and place < end else []
