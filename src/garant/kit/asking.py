"""Asked once per request: what several parts of a page read is asked for once, while the request only reads.

Nothing is kept outside `asked_once`, which serves one GET (config.middleware). The first statement that is no plain
SELECT, and any transaction, ends it: from then on everything is asked anew (docs/decisions/0017).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")

#: What a plain SELECT never says: a lock means that somebody is about to write.
_LOCKS = ("FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE", "ADVISORY")


@dataclass(slots=True)
class _Answers:
    """What one request has asked for, by question and reach. `depth`: the transactions around it when it began."""

    depth: tuple[bool, int]
    kept: dict[Hashable, Any] = field(default_factory=dict)
    is_open: bool = True

    def close(self) -> None:
        self.is_open = False
        self.kept.clear()


_ANSWERS: ContextVar[_Answers | None] = ContextVar("garant_answers", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Keep the answers of functions marked with `one_answer` until the block ends or something is written."""
    answers = _Answers(_depth())

    def watch(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if answers.is_open and not reads(sql):
            answers.close()
        return execute(sql, params, many, context)

    token = _ANSWERS.set(answers)
    try:
        with connection.execute_wrapper(watch):
            yield
    finally:
        _ANSWERS.reset(token)


def one_answer(function: Callable[P, R]) -> Callable[P, R]:
    """Within `asked_once` the function answers equal arguments (hashable ones) once; elsewhere it is as it was.

    A list, set or dict is handed out as a copy. A refusal is not kept.
    """

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        answers = _open()
        if answers is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())), _reach())
        if key in answers.kept:
            found = answers.kept[key]
        else:
            found = function(*args, **kwargs)
            if answers.is_open:
                answers.kept[key] = found
        return cast(R, found.copy() if isinstance(found, list | set | dict) else found)

    return asked


def answered(function: Callable[[], R], answer: R) -> None:
    """Keep an answer that came along with another question, unless the function was asked before."""
    answers = _open()
    if answers is not None:
        answers.kept.setdefault((getattr(function, "__wrapped__", function), (), (), _reach()), answer)


def kept(name: str) -> dict[Any, Any]:
    """A dict of that name for this request and reach, to fill with answers; an empty one of nobody's elsewhere."""
    answers = _open()
    if answers is None:
        return {}
    found: dict[Any, Any] = answers.kept.setdefault((name, _reach()), {})
    return found


def reads(sql: object) -> bool:
    """Whether a statement only reads, and locks nothing."""
    if not isinstance(sql, str):
        return False
    text = sql.lstrip().upper()
    return text.startswith("SELECT") and not any(lock in text for lock in _LOCKS)


def _open() -> _Answers | None:
    answers = _ANSWERS.get()
    return answers if answers is not None and answers.is_open and answers.depth == _depth() else None


def _depth() -> tuple[bool, int]:
    return connection.in_atomic_block, len(connection.savepoint_ids)


def _reach() -> Hashable:
    """Rows differ by reach (kit.reach): an answer counts in its own only."""
    return getattr(connection, "garant_reach", None)
