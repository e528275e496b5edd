"""Run the bench modules named as arguments, or all, and print one table of what they found."""

from __future__ import annotations

import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.measuring import Table, printed, run_module

#: Every module with a `run() -> Table`, in the order of the table; a hyphen stands for an underscore.
MODULES = ("clock", "rooms", "worker", "pages", "search", "mail", "mail-text")


def main(names: list[str]) -> int:
    """Run them one after the other; a module that lacks a part says so and the others still run."""
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        print(f"no bench called {', '.join(unknown)}; there are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    tables: list[Table] = []
    failed = False
    for name in names or MODULES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            # A process of its own: Django is set up once, and one bench leaves nothing behind for the next.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                tables.append(alone.submit(run_module, name).result())
        except ImportError as error:
            print(f"{name}: {error}; `make bench` installs what it needs", file=sys.stderr)
            failed = True
    print(f"Python {platform.python_version()}, {_cores()} cores. Only ratios within one run are claims.\n")
    print(printed(tables))
    return int(failed)


def _cores() -> int:
    info = Path("/proc/cpuinfo")
    return info.read_text(encoding="utf-8").count("processor\t") if info.exists() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
