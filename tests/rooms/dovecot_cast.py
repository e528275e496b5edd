"""A Dovecot of the tests' own: its folders, its port on this machine, its accounts, and what lies in them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from imapclient import SEEN, IMAPClient
from imapclient.exceptions import LoginError
from postfix_cast import free_port

from garant.kit.mailboxes import Imap, Mailbox
from garant.kit.processes import dies_with_parent, signal_group, wait_until

PROGRAM = Path("/usr/sbin/dovecot")
PASSWORD = "opensesame"
#: When the tests' messages arrived.
ARRIVED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_CONF = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:{mail}/%u
first_valid_uid = 1
mail_uid = {uid}
mail_gid = {gid}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%u
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server: where it listens (in the clear, and with TLS from the start), its folder, and the maildirs."""

    port: int
    tls_port: int
    home: Path
    mail: Path
    begun: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def imap(self, user: str = "support", password: str = PASSWORD, **how: str) -> Imap:
        """How an account is reached."""
        return Imap("127.0.0.1", self.port, "no", user, password, **how)

    def mailbox(self, user: str = "support", **how: str) -> Mailbox:
        """An account as a mailbox of the desk."""
        return Mailbox(user, f"{user}@desk.example", imap=self.imap(user, **how))

    def set_password(self, password: str, user: str = "support") -> None:
        """Give an account (a new one is made) a password; it holds for the next sign-in."""
        file = self.home / "users"
        others = [line for line in file.read_text().splitlines() if not line.startswith(f"{user}:")]
        file.write_text("\n".join([*others, f"{user}:{password}", ""]))
        assert wait_until(lambda: self._signs_in(user, password), 30.0), "the server reads its accounts now and then"

    def _signs_in(self, user: str, password: str) -> bool:
        if not self.begun:
            return True
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=30) as client:
            try:
                client.login(user, password)
            except LoginError:
                return False
            return True

    @contextmanager
    def client(self, user: str = "support", folder: str = "INBOX") -> Iterator[IMAPClient]:
        """A mail program that reads the account."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=30) as client:
            client.normalise_times = False
            client.login(user, PASSWORD)
            client.select_folder(folder)
            yield client

    def put(self, *raws: bytes, user: str = "support", at: datetime = ARRIVED, seen: bool = False) -> None:
        """Lay messages into the account's inbox."""
        with self.client(user) as client:
            for raw in raws:
                client.append("INBOX", raw, (SEEN,) if seen else (), at)

    def flags(self, user: str = "support", folder: str = "INBOX") -> list[bool]:
        """Which messages of a folder are marked as read, in order."""
        with self.client(user, folder) as client:
            return [SEEN in found for _, found in sorted(client.get_flags(client.search("ALL")).items())]

    def renumber(self, user: str = "support") -> None:
        """Forget every UID: the folder is given a new UIDVALIDITY."""
        folder = self.mail / user
        for file in (*folder.glob("dovecot-uidlist*"), *folder.glob("dovecot.index*")):
            file.unlink()

    def clear(self, *folders: str, user: str = "support") -> None:
        """Throw away what lies in folders; their UIDs go on."""
        for folder in folders:
            with self.client(user, folder) as client:
                client.delete_messages(client.search("ALL"))
                client.expunge()

    def stop(self) -> None:
        """End the server with all its processes, now."""
        for process in self.begun:
            signal_group(process.pid, signal.SIGKILL)
            process.wait(60)
        self.begun.clear()

    def start(self) -> None:
        """Start the server, and wait until it listens."""
        command = [PROGRAM, "-F", "-c", self.home / "conf"]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            command, stdout=quiet, stderr=quiet, start_new_session=True, preexec_fn=dies_with_parent(signal.SIGTERM)
        )
        self.begun.append(process)
        if not wait_until(lambda: _listens(self.port), 60.0):
            pytest.fail(f"Dovecot does not listen: {(self.home / 'log').read_text()[-2000:]}")

    def empty(self) -> None:
        """Throw away every message and the passwords."""
        for folder in self.mail.glob("*"):
            shutil.rmtree(folder)
        self.set_password(PASSWORD)


def _missing() -> str:
    if os.geteuid() != 0:
        return "Dovecot starts as root only"
    return "" if PROGRAM.exists() and Path("/usr/lib/dovecot/imap").exists() else "Dovecot is not installed"


@contextmanager
def running_dovecot(mail: Path | None = None) -> Iterator[Dovecot]:
    """Start a server and stop it; skipped where none can run, which in CI is a failure. `mail`: where maildirs are."""
    if why := _missing():
        if os.environ.get("CI"):
            pytest.fail(f"{why}, and CI needs it")
        pytest.skip(why)
    home = Path(tempfile.mkdtemp(prefix="gt-dovecot-"))
    server = Dovecot(free_port(), free_port(), home, mail or home / "mail")
    try:
        _prepare(server)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _prepare(server: Dovecot) -> None:
    nobody = pwd.getpwnam("nobody")
    server.home.chmod(0o755)
    server.mail.mkdir(mode=0o755, exist_ok=True)
    os.chown(server.mail, nobody.pw_uid, nobody.pw_gid)
    (server.home / "users").touch(0o644)
    server.set_password(PASSWORD)
    conf = _CONF.format(
        home=server.home, mail=server.mail, port=server.port, tls_port=server.tls_port,
        uid=nobody.pw_uid, gid=nobody.pw_gid,
    )  # fmt: skip
    (server.home / "conf").write_text(conf)
    _certify(server.home)


def _certify(home: Path) -> None:
    """A certificate for 127.0.0.1 that nobody but `home/cert.pem` vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.desk.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (home / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (home / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
