"""A scratch desk for a command that measures: a server and database of its own, gone at the end. Never the desk's."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from garant.kit.desk import desk_database
from garant.kit.home import Home
from garant.kit.postgres.place import find_place, remove_place

#: What could point at another desk.
_ELSEWHERE = ("DATABASE_URL", "GARANT_APP_DATABASE_URL", "GARANT_DB_URL")


@contextmanager
def scratch_desk() -> Iterator[None]:
    """Within the block Django is connected to an empty, migrated desk. For a process that has not set Django up.

    The environment is changed and stays so: the process is there for this alone.
    """
    for name in _ELSEWHERE:
        os.environ.pop(name, None)
    folder = Path(tempfile.mkdtemp(prefix="garant-scratch-"))
    folder.chmod(0o711)  # as root the server runs under another account
    home = Home(folder / "home")
    os.environ["GARANT_HOME"] = str(home.path)
    try:
        with desk_database():
            yield
    finally:
        if home.path.exists():
            remove_place(find_place(home, make=False))
        shutil.rmtree(folder, ignore_errors=True)
