"""Small file duties done safely: private atomic writes, locks the kernel releases when their holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def write_atomically(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Replace `path` by `content` in one step; a reader or a crash sees the old file or the new one.

    The file never exists with wider permissions than `mode`, whatever the umask.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def make_folder(path: Path, mode: int) -> bool:
    """Make `path` (and missing parents, these with the usual permissions); True when it was made here.

    `mode` holds whatever the umask says. The permissions of a folder that exists already are left alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return False
    path.chmod(mode)
    return True


def try_lock(path: Path, *, shared: bool = False) -> BinaryIO | None:
    """Lock `path` until the returned file is closed or this process dies; None when somebody else holds it.

    Locks of the flock kind: they vanish with their holder, also after kill -9, so none is ever stale.
    """
    file = open(path, "ab")  # noqa: SIM115 - the open file is the lock and is handed to the caller
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except BaseException:
        file.close()
        raise
    return file


def is_locked(path: Path) -> bool:
    """Does another open file hold an exclusive lock on `path`? False when the file does not exist."""
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold `path` exclusively, waiting for whoever has it."""
    with open(path, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
