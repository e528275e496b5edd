"""Which texts are about the same thing: by the words they share, rare ones counting more. Nothing is learned or kept.

The measure is the cosine of two texts whose words weigh the more the fewer of the compared texts hold them (inverse
document frequency). Languages without spaces are compared by pairs of letters.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

#: From here on two texts are said to look alike; 1 is the same words, 0 none in common. More than descriptions alone
#: can reach: one habit of writing is not one subject.
ALIKE = 0.35
#: How much of a likeness is that of the titles; the rest is that of the descriptions.
TITLE = 0.7
#: Letters of a description that are compared: what a case is about stands at its beginning.
LONGEST = 2_000
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told: a title and a description, either may be empty."""

    title: str
    description: str = ""


def likenesses(asked: Told, others: Sequence[Told]) -> list[float]:
    """How alike each of `others` is to `asked`, from 0 to 1, in their order."""
    titles = _cosines(words(asked.title), [words(each.title) for each in others])
    short = [words(each.description[:LONGEST]) for each in others]
    descriptions = _cosines(words(asked.description[:LONGEST]), short)
    return [TITLE * title + (1 - TITLE) * text for title, text in zip(titles, descriptions, strict=True)]


def words(text: str) -> frozenset[str]:
    """The words of a text, without capitals, accents aside; of unspaced scripts every two letters that follow."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFC", "".join(each for each in folded if not "\u0300" <= each <= "\u036f"))
    unspaced = (run[n : n + 2] for run in _UNSPACED.findall(plain) for n in range(max(1, len(run) - 1)))
    spaced = (word for word in _WORD.findall(_UNSPACED.sub(" ", plain)) if len(word) > 2 or word.isdigit())
    return frozenset(chain(unspaced, spaced))


def _cosines(asked: frozenset[str], others: Sequence[frozenset[str]]) -> list[float]:
    every = [asked, *others]
    held = Counter(chain.from_iterable(every))

    def weight(some: Iterable[str]) -> float:
        # math.fsum: the sum is the same in whatever order a set gives its words.
        return math.fsum((1 + math.log(len(every) / held[word])) ** 2 for word in some)

    own = weight(asked)
    return [weight(asked & each) / math.sqrt(own * weight(each)) if asked and each else 0.0 for each in others]
