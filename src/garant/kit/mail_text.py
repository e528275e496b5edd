"""Text of format=flowed: lines that a client broke, joined again."""

from __future__ import annotations


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
