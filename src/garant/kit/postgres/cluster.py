"""One PostgreSQL server on our own data directory: made, configured, started, found again, stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from garant.kit.files import make_folder, write_atomically
from garant.kit.postgres.binaries import Binaries, client_environment
from garant.kit.postgres.errors import PostgresError
from garant.kit.postgres.place import Place
from garant.kit.postgres.urls import PORT, SUPERUSER, one_line
from garant.kit.processes import dies_with_parent, is_alive, wait_until

# Recovery after a crash replays what the last checkpoint left: minutes on a large desk, so the limit is generous.
START_LIMIT = 3600.0
FAST_STOP_LIMIT = 60.0
# Unicode-aware lower() and trigrams need one of the first three; not every system has C.UTF-8.
_LOCALES = (["--locale=C.UTF-8"], ["--locale=en_US.UTF-8"])
_BUILT_IN = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
_LOG_LIMIT = 20 * 1024 * 1024

Say = Callable[[str], None]


@dataclass
class Cluster:
    """The server of one place. `careless` skips every fsync: for throw-away test servers only."""

    place: Place
    binaries: Binaries
    careless: bool = False
    process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the data directory when there is none; a crash in between leaves nothing half made."""
        if self.place.exists:
            return
        account = self.place.known_account
        making = self.place.folder / "data.making"
        for locale in (*_LOCALES, _BUILT_IN if self.binaries.major >= 17 else ["--locale=C"]):
            shutil.rmtree(making, ignore_errors=True)
            make_folder(making, 0o700)
            account.owns(making)
            done = self._run(
                "initdb", "--pgdata", str(making), "--username", SUPERUSER, "--encoding", "UTF8", *locale,
                "--auth", "peer", "--no-instructions", *(["--no-sync"] if self.careless else []),
            )  # fmt: skip
            if not done.returncode:
                making.rename(self.place.data)
                return
            if b"locale" not in done.stderr:
                break
        shutil.rmtree(making, ignore_errors=True)
        raise PostgresError(f"initdb failed in {self.place.folder}: {one_line(done.stderr.decode(errors='replace'))}")

    def configure(self) -> None:
        """Write who may connect and our settings; done at every start, so they follow a moved home."""
        account = self.place.known_account
        names = {account.name, type(account).of(os.geteuid()).name}
        self._write("pg_hba.conf", _HBA)
        self._write("pg_ident.conf", "".join(f'garant "{name}" {SUPERUSER}\n' for name in sorted(names)))
        self._write("garant.conf", self._settings())
        main = self.place.data / "postgresql.conf"
        if "garant.conf" not in main.read_text():
            self._write("postgresql.conf", main.read_text() + "\ninclude_if_exists = 'garant.conf'\n")

    def start(self, log: Path) -> None:
        """Start the server as our child. It ends by a fast stop when this process ends, however that happens."""
        self._forget_stale_pid()
        account = self.place.known_account
        with _log_file(log) as output:
            self.process = subprocess.Popen(
                [self.binaries.program("postgres"), "-D", str(self.place.data)],
                cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                env=client_environment(), preexec_fn=dies_with_parent(signal.SIGINT), **account.demotion(),
            )  # fmt: skip

    def pid(self) -> int | None:
        """The server's process, ours or an orphan found through its pid file; None when it does not run."""
        if self.process is not None and self.process.poll() is None:
            return self.process.pid
        return running_pid(self.place.data)

    def is_settled(self) -> bool:
        """Is the server past starting, or gone? One that recovers after a crash or stops just now is neither."""
        if self.pid() is None:
            return True
        try:
            lines = (self.place.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def answers(self) -> bool:
        """Does the server let us in?"""
        try:
            self.connect("postgres", seconds=3).close()
        except PostgresError:
            return False
        return True

    def wait_ready(self, say: Say) -> None:
        """Wait until the server answers; raises PostgresError when it ends or the limit passes."""
        started = told = time.monotonic()
        while not self.answers():
            now = time.monotonic()
            if self.pid() is None:
                raise PostgresError("the server ended while it started")
            if now - started > START_LIMIT:
                raise PostgresError(f"the server did not answer within {START_LIMIT:.0f} s")
            if now - told > 5:
                told = now
                say(f"recovering after a crash, {now - started:.0f} s so far")
            time.sleep(0.03)

    def stop(self) -> None:
        """Stop fast: sessions end, data is written; at last an immediate stop, which recovers at the next start."""
        pid = self.pid()
        if pid is None:
            return
        for sig, seconds in ((signal.SIGINT, FAST_STOP_LIMIT), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)
            if wait_until(lambda: self.pid() is None, seconds, every=0.02):
                break
        self.process = None

    def connect(self, database: str, seconds: int = 10) -> Any:
        """An autocommit connection as the cluster's superuser; raises PostgresError."""
        import psycopg

        try:
            return psycopg.connect(
                host=str(self.place.socket), port=PORT, dbname=database, user=SUPERUSER, autocommit=True,
                connect_timeout=seconds, application_name="garant keeper",
            )  # fmt: skip
        except psycopg.Error as error:
            raise PostgresError(one_line(error)) from None

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        account = self.place.known_account
        return subprocess.run(
            [self.binaries.program(program), *arguments], cwd="/", stdin=subprocess.DEVNULL, capture_output=True,
            env=client_environment(), preexec_fn=dies_with_parent(signal.SIGTERM), check=False, **account.demotion(),
        )  # fmt: skip

    def _settings(self) -> str:
        lines = [
            "# Written by garant at every start; put your own settings below the include in postgresql.conf.",
            "listen_addresses = ''",
            f"port = {PORT}",
            f"unix_socket_directories = '{self.place.socket}'",
            "unix_socket_permissions = 0700",
            "password_encryption = 'scram-sha-256'",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "lc_messages = 'C'",
            "log_checkpoints = off",
            "log_line_prefix = '%m [%p] %q%u '",
        ]
        if self.careless:
            # Commits still reach the kernel, so a killed server loses nothing; only a power cut would.
            lines += ["fsync = off", "full_page_writes = off", "max_wal_size = '4GB'"]
        return "\n".join(lines) + "\n"

    def _write(self, name: str, content: str) -> None:
        path = self.place.data / name
        if path.exists() and path.read_text() == content:
            return
        write_atomically(path, content)
        self.place.known_account.owns(path)

    def _forget_stale_pid(self) -> None:
        """Remove a pid file left by kill -9 whose number another process has by now; it would forbid the start."""
        if running_pid(self.place.data) is None:
            (self.place.data / "postmaster.pid").unlink(missing_ok=True)


_HBA = f"""# Written by garant at every start. There is no TCP port; the socket's folder is private.
local all {SUPERUSER} peer map=garant
local all all scram-sha-256
"""


def running_pid(data: Path) -> int | None:
    """The process of a server running on `data`, None when its pid file is missing or stale."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n")[0])
    except (OSError, ValueError):
        return None
    if not is_alive(pid):
        return None
    try:
        return pid if os.path.samefile(f"/proc/{pid}/cwd", data) else None
    except PermissionError:
        return pid  # somebody else's process: assume it is the server rather than start a second one
    except OSError:
        return None


@contextlib.contextmanager
def _log_file(path: Path) -> Any:
    """The log open for appending; one of 20 MB or more is kept as .1 and a new one begun."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_name(path.name + ".1"))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    file: IO[bytes]
    with open(handle, "ab") as file:
        yield file
