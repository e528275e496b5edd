"""A Postfix of the tests' own: its folders, its port on this machine, and a mailbox where everything arrives."""

from __future__ import annotations

import email
import email.policy
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

#: Where Debian has the parts; `postfix` itself is in a folder of root's path.
DAEMONS, COMMANDS = Path("/usr/lib/postfix/sbin"), Path("/usr/sbin")
#: Addresses that the server refuses for good, and for now.
REFUSED, LATER = "refused@people.example", "later@people.example"
_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
daemon_directory = {daemons}
command_directory = {commands}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.desk.example
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:inbox/
virtual_mailbox_base = {home}/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_recipient_restrictions =
  check_recipient_access inline:{{
    {{ {refused} = 550 5.1.1 nobody of that name }}
    {{ {later} = 450 4.2.0 come back }} }},
  permit_mynetworks, reject
maillog_file = {home}/log
maillog_file_prefixes = {home}
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running server: where it listens, and what has arrived."""

    port: int
    home: Path

    def mails(self, count: int) -> list[EmailMessage]:
        """The mails that arrived, as soon as there are `count`; those there are when that takes too long."""
        for _ in range(600):
            found = sorted((self.home / "mail" / "inbox" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
            if len(found) >= count:
                break
            time.sleep(0.1)  # another process delivers: there is nothing to wait on but its folder
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found]  # type: ignore[misc]


def _missing() -> str:
    if os.geteuid() != 0:
        return "Postfix starts as root only"
    return "" if (COMMANDS / "postfix").exists() and DAEMONS.is_dir() else "Postfix is not installed"


@contextmanager
def running_postfix() -> Iterator[Postfix]:
    """Start a server and stop it; skipped where none can run, which in CI is a failure."""
    if why := _missing():
        if os.environ.get("CI"):
            pytest.fail(f"{why}, and CI needs it")
        pytest.skip(why)
    home = Path(tempfile.mkdtemp(prefix="gt-postfix-"))
    server = Postfix(_free_port(), home)
    try:
        _prepare(server)
        subprocess.run([COMMANDS / "postfix", "-c", home / "etc", "start"], check=True, capture_output=True, timeout=60)
        _listening(server.port)
        yield server
    finally:
        subprocess.run([COMMANDS / "postfix", "-c", home / "etc", "stop"], capture_output=True, timeout=60)
        shutil.rmtree(home, ignore_errors=True)


def _prepare(server: Postfix) -> None:
    postfix, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
    server.home.chmod(0o755)
    for name in ("etc", "queue", "data", "mail"):
        (server.home / name).mkdir(mode=0o755)
    os.chown(server.home / "data", postfix.pw_uid, postfix.pw_gid)
    os.chown(server.home / "mail", nobody.pw_uid, nobody.pw_gid)
    main = _MAIN.format(
        home=server.home, daemons=DAEMONS, commands=COMMANDS, uid=nobody.pw_uid, gid=nobody.pw_gid,
        refused=REFUSED, later=LATER,
    )  # fmt: skip
    (server.home / "etc" / "main.cf").write_text(main)
    (server.home / "etc" / "master.cf").write_text(_MASTER.format(port=server.port))


def _listening(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("Postfix does not listen")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
