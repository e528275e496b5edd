"""A sign of life: a worker touches a file, a watchdog notices when it stops."""

from __future__ import annotations

import time
from pathlib import Path

from garant.kit.home import Home


def heartbeat_file(home: Home, name: str) -> Path:
    """The file the worker of that name touches."""
    return home.run / f"{name}.heartbeat"


def beat(home: Home, name: str) -> None:
    """Note that the worker is alive now."""
    file = heartbeat_file(home, name)
    file.touch(mode=0o600)


def silence(home: Home, name: str) -> float | None:
    """Seconds since the last sign of life, None when there was never one."""
    try:
        return max(0.0, time.time() - heartbeat_file(home, name).stat().st_mtime)
    except OSError:
        return None
