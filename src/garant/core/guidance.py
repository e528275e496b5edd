"""Questions that lead to a severity (mission.md, "Appendix"). A suggestion: the contact chooses, always."""

from __future__ import annotations

from collections.abc import Sequence

#: Who is affected, the worst first.
REACH = ("all", "many", "some")
#: What is affected, the worst first.
IMPACT = ("down", "major", "minor")
#: Whether the work can be done in another way for now.
WORKAROUND = ("no", "yes")


def suggested(*, reach: str, impact: str, workaround: str, levels: Sequence[str]) -> str:
    """The severity that the answers lead to, among `levels`, the most severe first.

    The first level: production is unavailable or data is at risk, for all, with no way round. The second: a major
    function is affected, or work is severely slowed, for many or all, with no reasonable way round. Else the third,
    or the last of a programme with fewer. Raises ValueError for an answer that isn't offered, or without levels.
    """
    for answer, offered in ((reach, REACH), (impact, IMPACT), (workaround, WORKAROUND)):
        if answer not in offered:
            raise ValueError(f"unknown answer {answer!r}: choose one of {', '.join(offered)}")
    if not levels:
        raise ValueError("a programme has at least one severity")
    rank = 2
    if workaround == "no" and impact != "minor" and reach != "some":
        rank = 0 if impact == "down" and reach == "all" else 1
    return levels[min(rank, len(levels) - 1)]
