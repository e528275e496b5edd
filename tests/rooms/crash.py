"""Processes that die: at the n-th statement, before a commit, after it. And threads that meet where a test says.

A child is forked for each death: it has the parent's code and patches, a connection of its own, and ends with
os._exit, so that nothing is cleaned up. PostgreSQL sees what it sees when a worker is killed.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

#: How a child ended: it died where it was told to, it finished, or something was wrong with it.
DIED, FINISHED, BROKEN = 77, 0, 70
#: No act of this product needs more: a loop that never ends is a finding.
MOST = 150


def dies_at(point: int, act: Callable[[], object]) -> bool:
    """Run an act in a process that dies at a point; False when it finished before.

    Points are counted from 1: each statement is one, each commit two (before and after).
    """
    status = os.waitstatus_to_exitcode(os.waitpid(_child(act, point), 0)[1])
    if status not in (DIED, FINISHED):
        raise AssertionError(f"the child failed at point {point}: exit {status}")
    return status == DIED


def finished_unheard(act: Callable[[], object]) -> None:
    """Run an act in a process that dies when all of it is committed, before anybody heard so."""
    assert not dies_at(MOST * 100, act)


def together(acts: Sequence[Callable[[], object]]) -> None:
    """Run acts in processes of their own, at once; each must finish."""
    children = [_child(act, None) for act in acts]
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert ended == [FINISHED] * len(acts)


def _child(act: Callable[[], object], point: int | None) -> int:
    # A forked connection would be shared with the parent: both start afresh.
    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = BROKEN
    try:
        if point is not None:
            _die_at(point)
        act()
        status = FINISHED
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
    return 0


def _die_at(point: int) -> None:
    passed = 0

    def pass_point() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os._exit(DIED)

    def statement(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        pass_point()
        return execute(sql, params, many, context)

    commit = connection._commit

    def committed() -> None:
        pass_point()
        commit()
        pass_point()

    connection.execute_wrappers.append(statement)
    connection._commit = committed  # type: ignore[method-assign]


def everywhere(prepare: Callable[[int], Any], act: Callable[[Any], object], check: Callable[[Any], None]) -> int:
    """Let an act die at each of its points, try it again, and check; returns at how many points it died.

    `prepare` makes a fresh subject for each point, `act` runs first in the dying process and then here.
    """
    for point in range(1, MOST):
        subject = prepare(point)
        died = dies_at(point, lambda subject=subject: act(subject))  # type: ignore[misc]
        act(subject)
        check(subject)
        if not died:
            return point - 1
    raise AssertionError(f"the act still ran at point {MOST}")


def at_once(*acts: Callable[[], object]) -> list[Any]:
    """Run acts in threads that start together, each with its own connection; returns results or exceptions."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait(30)
            return act()
        except Exception as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
