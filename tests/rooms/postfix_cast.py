"""A Postfix of the tests' own: its folders, its port on this machine, a mailbox where everything arrives, and a
desk that it hands mails over to."""

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
#: The domain whose mails go to the desk where one listens.
DESK = "desk.example"
#: The domain whose senders the server vouches for, as one that checks DMARC does.
VOUCHED = "people.example"
_RESULTS = f"Authentication-Results: mx.desk.example (ours); dmarc=pass header.from={VOUCHED}"
#: What claims to be this server's word and came with the mail is taken out.
_CHECKS = r"""
/^Authentication-Results: mx\.desk\.example \(ours\)/ DUNNO
/^Authentication-Results:\s*mx\.desk\.example/ IGNORE
"""
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
message_size_limit = 60000000
virtual_mailbox_limit = 0
virtual_mailbox_domains = static:all
transport_maps = inline:{{ {{ {desk} = {transport} }} }}
virtual_mailbox_maps = static:inbox/
virtual_mailbox_base = {home}/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_recipient_restrictions =
  check_recipient_access inline:{{
    {{ {refused} = 550 5.1.1 nobody of that name }}
    {{ {later} = 450 4.2.0 come back }} }},
  check_sender_access inline:{{ {{ {vouched} = PREPEND {results} }} }},
  permit_mynetworks, reject
# What could not be handed over is tried again at once.
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
lmtp_connection_cache_on_demand = no
header_checks = regexp:{home}/etc/checks
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
lmtp unix - - n - - lmtp
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

    def log(self) -> str:
        """What the server did, for the message of a test that fails."""
        return (self.home / "log").read_text()[-4000:]

    def hurry(self) -> None:
        """Ask the queue manager to look through what it put off: it may have looked while a delivery was ending, and
        then waits for the next round."""
        subprocess.run(
            [COMMANDS / "postqueue", "-c", self.home / "etc", "-f"], check=False, capture_output=True, timeout=60
        )

    def is_idle(self) -> bool:
        """Whether nothing waits to be handed over."""
        queued = [
            path for name in ("incoming", "active", "deferred") for path in (self.home / "queue" / name).rglob("*")
        ]
        return not any(path.is_file() for path in queued)

    def empty(self) -> None:
        """Throw away what has arrived."""
        for mail in (self.home / "mail" / "inbox" / "new").glob("*"):
            mail.unlink()


def _missing() -> str:
    if os.geteuid() != 0:
        return "Postfix starts as root only"
    return "" if (COMMANDS / "postfix").exists() and DAEMONS.is_dir() else "Postfix is not installed"


@contextmanager
def running_postfix(hands_to: str = "virtual") -> Iterator[Postfix]:
    """Start a server and stop it; skipped where none can run, which in CI is a failure. `hands_to`: the transport
    of the desk's domain, `lmtp:inet:127.0.0.1:2424` say."""
    if why := _missing():
        if os.environ.get("CI"):
            pytest.fail(f"{why}, and CI needs it")
        pytest.skip(why)
    home = Path(tempfile.mkdtemp(prefix="gt-postfix-"))
    server = Postfix(free_port(), home)
    try:
        _prepare(server, hands_to)
        subprocess.run([COMMANDS / "postfix", "-c", home / "etc", "start"], check=True, capture_output=True, timeout=60)
        _listening(server.port)
        yield server
    finally:
        subprocess.run([COMMANDS / "postfix", "-c", home / "etc", "stop"], capture_output=True, timeout=60)
        shutil.rmtree(home, ignore_errors=True)


def _prepare(server: Postfix, hands_to: str) -> None:
    postfix, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
    server.home.chmod(0o755)
    for name in ("etc", "queue", "data", "mail"):
        (server.home / name).mkdir(mode=0o755)
    os.chown(server.home / "data", postfix.pw_uid, postfix.pw_gid)
    os.chown(server.home / "mail", nobody.pw_uid, nobody.pw_gid)
    main = _MAIN.format(
        home=server.home, daemons=DAEMONS, commands=COMMANDS, uid=nobody.pw_uid, gid=nobody.pw_gid,
        refused=REFUSED, later=LATER, desk=DESK, transport=hands_to, vouched=VOUCHED, results=_RESULTS,
    )  # fmt: skip
    (server.home / "etc" / "main.cf").write_text(main)
    (server.home / "etc" / "checks").write_text(_CHECKS)
    (server.home / "etc" / "master.cf").write_text(_MASTER.format(port=server.port))


def _listening(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("Postfix does not listen")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
