"""The text of a mail: lines that a client broke joined again, and what somebody wrote without what they quoted."""

from __future__ import annotations

from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

#: What the search for quotes looks at: characters of a line, lines of a text.
LONGEST_LINE, MOST_LINES = 200, 400


def unwrapped(text: str, *, delete_space: bool = False) -> str:
    """Text of format=flowed (RFC 3676) with its paragraphs as lines. `delete_space`: the space at a break is no
    space (DelSp, for languages without spaces)."""
    lines: list[str] = []
    open_at: int | None = None  # the depth of quotes of the paragraph that goes on, None when none does
    for raw in text.split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:].removeprefix(" ")
        flows = line.endswith(" ") and line != "-- "
        whole = line[:-1] if flows and delete_space else line
        if open_at == depth and line != "-- ":
            lines[-1] += whole
        else:
            lines.append(">" * depth + (" " if depth else "") + whole)
        open_at = depth if flows else None
    return "\n".join(lines)


def without_quotes(text: str) -> str:
    """What was written for this message: no quotes, no signature. Never empty when the text has words."""
    lines = text.split("\n")
    # The expressions of mail-parser-reply take time cubic in the length of a line.
    looked_at = "\n".join(line if len(line) < LONGEST_LINE else "..." for line in lines[:MOST_LINES])
    first = EmailReplyParser(languages=list(MAIL_LANGUAGES)).read(looked_at).replies[0]
    if first.headers or not first.body:
        return text.strip("\n")
    end = looked_at.count("\n", 0, looked_at.find(first.body.split("\n")[0])) + first.body.count("\n") + 1
    return "\n".join(lines[:end]).strip("\n") or text.strip("\n")
