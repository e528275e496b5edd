"""Child processes that never outlive their parent, and groups that end as one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def dies_with_parent(sig: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends the child `sig` when the thread that started it ends, also by kill -9."""
    parent = os.getpid()

    def prepare() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the line above took effect
            os.kill(os.getpid(), sig)

    return prepare


def is_alive(pid: int) -> bool:
    """Does the process exist and is it more than a zombie waiting to be collected?"""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def wait_until(done: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Poll `done` until it holds (True) or `seconds` have passed (False)."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(every)
    return True


def signal_group(pgid: int, sig: int) -> None:
    """Send `sig` to every process of the group; a group that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, sig)


def end_with_parent(sig: int = signal.SIGKILL) -> None:
    """The kernel sends this process `sig` when the one that started it ends, also by kill -9."""
    parent = os.getppid()
    _LIBC.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), sig)
