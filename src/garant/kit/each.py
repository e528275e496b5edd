"""Many independent pieces of work, of which a bad one costs itself only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

log = logging.getLogger(__name__)

#: What says nothing about a piece: the database is away, and the whole round is tried again.
UNREACHABLE = (OperationalError, InterfaceError)

Piece = TypeVar("Piece")


def each_alone(what: str, pieces: Iterable[Piece], act: Callable[[Piece], int]) -> int:
    """Act on each piece, each with its own transaction, and add up what was done.

    A piece that fails is logged and passed over: it comes up again in the next round, the others are done now. When
    the database can't be reached the failure is raised.
    """
    done = 0
    for piece in pieces:
        try:
            done += int(act(piece))
        except UNREACHABLE:
            raise
        except Exception:
            log.exception("%s failed for %r; the others go on", what, piece)
    return done
