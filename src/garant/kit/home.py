"""GARANT_HOME: the folder with everything one desk keeps on this machine, and its secrets."""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from garant.kit.files import lock, make_folder, write_atomically

PACKAGE = Path(__file__).resolve().parent.parent


def clone() -> Path | None:
    """The checkout this package runs from: the folder above it whose pyproject.toml names garant, else None."""
    for folder in PACKAGE.parents[:3]:
        try:
            project = tomllib.loads((folder / "pyproject.toml").read_text())
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue
        if project.get("project", {}).get("name") == "garant":
            return folder
    return None


def home_path() -> Path:
    """Where the desk lives: GARANT_HOME, else .garant in the checkout, else garant in the XDG data folder."""
    if told := os.environ.get("GARANT_HOME"):
        return Path(told).expanduser().resolve()  # resolved: where data lies may depend on how the path reads
    if checkout := clone():
        return checkout / ".garant"
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser().resolve() / "garant"


@dataclass(frozen=True)
class Home:
    """One desk's folder. Nothing is made on disk before `ensure`."""

    path: Path

    @classmethod
    def find(cls) -> Home:
        """The home the environment names (see `home_path`)."""
        return cls(home_path())

    @property
    def run(self) -> Path:
        """Locks and the state of what is running; 0700, may be emptied while nothing runs."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """Logs of the server and of its keeper; 0700."""
        return self.path / "logs"

    @property
    def desk_file(self) -> Path:
        """desk.json: the address and the sample logins, for people and scripts of this account."""
        return self.path / "desk.json"

    def ensure(self) -> Home:
        """Make the folder when it is missing, and the private ones inside it.

        Made by root it is 0711: the account the database server runs under must pass through it to its data,
        and can list nothing. Made by anybody else it is 0700.
        """
        make_folder(self.path, 0o711 if os.geteuid() == 0 else 0o700)
        make_folder(self.run, 0o700)
        make_folder(self.logs, 0o700)
        return self

    def secret(self, name: str) -> str:
        """The secret of that name, a random one made at the first call and kept in a 0600 file."""
        folder = self.path / "secrets"
        if not folder.is_dir():
            self.ensure()
            make_folder(folder, 0o700)
        file = folder / name
        with lock(self.run / "secrets.lock"):  # two first starts at once must agree on one secret
            if not file.exists():
                write_atomically(file, secrets.token_urlsafe(48) + "\n")
            return file.read_text().strip()

    def write_desk(self, url: str, logins: list[dict[str, Any]]) -> None:
        """Replace desk.json."""
        self.ensure()
        content = json.dumps({"url": url, "logins": logins}, indent=2, ensure_ascii=False)
        write_atomically(self.desk_file, content + "\n")

    def read_desk(self) -> dict[str, Any]:
        """What desk.json says; {"url": "", "logins": []} when it is missing or unreadable."""
        try:
            found = json.loads(self.desk_file.read_text())
            return {"url": str(found["url"]), "logins": list(found["logins"])}
        except (OSError, ValueError, KeyError, TypeError):
            return {"url": "", "logins": []}
