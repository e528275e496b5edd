"""Keep a few child processes running: restart what dies, with growing pauses, and end everything together."""

from __future__ import annotations

import errno
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from garant.kit.processes import dies_with_parent, signal_group, wait_until

# Pauses before the first, second, ... restart in a row; a child that lived for a minute begins anew.
_PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
_LONG_LIFE = 60.0


@dataclass
class Child:
    """One process and, in a group of its own, whatever it starts. It gets SIGTERM when its parent is killed."""

    name: str
    command: list[str]
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _started: float = 0.0
    _due: float = field(default=0.0, repr=False)

    def start(self) -> None:
        """Start the process now."""
        self._started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )

    @property
    def exit_code(self) -> int | None:
        """The exit code of a process that ended, else None."""
        return self.process.poll() if self.process else None

    def watch(self, say: Callable[[str], None]) -> None:
        """Start the process again when it ended and its pause is over."""
        code = self.exit_code
        if code is None:
            return
        now = time.monotonic()
        if not self._due:
            self._end_group()  # workers of a killed web server would keep its port
            self.deaths = self.deaths + 1 if now - self._started < _LONG_LIFE else 1
            pause = _PAUSES[min(self.deaths, len(_PAUSES)) - 1]
            self._due = now + pause
            say(f"the {self.name} ended ({_reason(code)}); starting it again in {pause:g} s")
        if now >= self._due:
            self._due = 0.0
            self.start()

    def restart(self) -> None:
        """End a process that hangs; `watch` starts it again."""
        if self.process is not None and self.exit_code is None:
            self._end_group()
            self.process.wait()

    def ask_to_stop(self) -> None:
        """Let the process finish what it does."""
        if self.process is not None and self.exit_code is None:
            self.process.terminate()

    def stop(self, seconds: float) -> None:
        """Wait up to `seconds` after `ask_to_stop`, then end the whole group."""
        if self.process is None:
            return
        wait_until(lambda: self.exit_code is not None, seconds)
        self._end_group()
        self.process.wait()

    def _end_group(self) -> None:
        if self.process is not None:
            signal_group(self.process.pid, signal.SIGKILL)


def _reason(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


class Stopping(BaseException):
    """Raised by the first SIGINT, SIGTERM or SIGHUP, wherever the program is: leave every block, tidily."""


def stop_on_signals() -> None:
    """Raise `Stopping` at the first signal; further ones are ignored so that the tidying ends."""
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asks to outlive the terminal
        signals.append(signal.SIGHUP)

    def stop(number: int, frame: object) -> None:
        for sig in signals:
            signal.signal(sig, lambda *_: None)
        raise Stopping

    for sig in signals:
        signal.signal(sig, stop)


def free_port(host: str, first: int, tries: int = 100) -> int:
    """The first port from `first` on that nobody listens on; OSError when `tries` in a row are taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(first, min(first + tries, 65536)):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                raise
            return port
    raise OSError(f"ports {first} to {first + tries - 1} are all taken")
