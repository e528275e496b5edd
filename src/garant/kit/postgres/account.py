"""The account the database server runs under. PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from garant.kit.postgres.errors import PostgresError

DEDICATED = "garant"
_FALLBACKS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system account by name and ids. `dedicated` is False for one that serves others too."""

    name: str
    uid: int
    gid: int
    dedicated: bool = True

    @classmethod
    def of(cls, uid: int) -> Account:
        """The account with that id; raises PostgresError when the system knows none (initdb refuses it as well)."""
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise PostgresError(
                f"user id {uid} has no entry in /etc/passwd, which PostgreSQL needs: add one, or set DATABASE_URL"
            ) from None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @property
    def is_self(self) -> bool:
        """Is it the account this process runs under?"""
        return self.uid == os.geteuid()

    def demotion(self) -> dict[str, Any]:
        """Arguments for subprocess so that the child runs under this account and no group of ours."""
        if self.is_self:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Can the account pass into `folder`? Asked of the kernel as that account, so ACLs count too."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_execute(self, program: str) -> bool:
        """Can the account run `program --version`?"""
        return self._succeeds([program, "--version"])

    def _succeeds(self, command: list[str]) -> bool:
        try:
            return not subprocess.run(
                command, cwd="/", capture_output=True, timeout=30, check=False, **self.demotion()
            ).returncode
        except (OSError, subprocess.TimeoutExpired):
            return False

    def owns(self, folder: Path) -> None:
        """Give a folder we made to the account."""
        if not self.is_self:
            os.chown(folder, self.uid, self.gid)


def server_account(*, make: bool = True) -> Account | None:
    """The account for a new server: our own unless we are root, then a dedicated one.

    As root `garant` is used, made as a system account when it is missing (`make`); where that is impossible
    postgres or nobody. None only with `make` off and no `garant` account yet. GARANT_DB_ACCOUNT names another.
    """
    if os.geteuid() != 0:
        return Account.of(os.geteuid())
    wanted = os.environ.get("GARANT_DB_ACCOUNT") or DEDICATED
    if found := _named(wanted):
        return found
    if not make:
        return None
    _create(wanted)
    if found := _named(wanted):
        return found
    for name in _FALLBACKS:
        if found := _named(name):
            return Account(found.name, found.uid, found.gid, dedicated=False)
    raise PostgresError(
        f"PostgreSQL does not run as root and the account {wanted} could not be made: make it with"
        f" `useradd --system {wanted}`, or name another one in GARANT_DB_ACCOUNT"
    )


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    if entry.pw_uid == 0:
        raise PostgresError(f"GARANT_DB_ACCOUNT={name} is root, under which PostgreSQL does not run: name another")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create(name: str) -> None:
    """Try to make a system account without login and without home; the caller looks whether it exists now."""
    nologin = shutil.which("nologin") or "/usr/sbin/nologin"
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", nologin, "--comment", "Garant's database", name],
        ["adduser", "-S", "-D", "-H", "-s", nologin, name],
    ):  # fmt: skip
        program = shutil.which(command[0], path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if program is None:
            continue
        done = subprocess.run([program, *command[1:]], capture_output=True, timeout=30, check=False)
        if done.returncode == 0:
            return
