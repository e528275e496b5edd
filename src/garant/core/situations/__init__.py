"""The situations of fact sheets: what a programme answers to them."""

from garant.core.situations.answers import ASKS, Answer, answer
from garant.core.situations.reading import Unanswerable

__all__ = ["ASKS", "Answer", "Unanswerable", "answer"]
