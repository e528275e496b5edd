"""`garant run`: database, web, sweeper, sender and receiver under one supervisor, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import typer

import garant
from garant.config.access_settings import AccessSettingsError, second_step, trusted_proxies
from garant.config.gate_settings import GateSettingsError, incoming
from garant.config.mail_settings import MailSettingsError, mail_settings
from garant.kit.desk import desk_environment, migrated_database, point_django_at
from garant.kit.files import try_lock
from garant.kit.heartbeat import heartbeat_file, silence
from garant.kit.home import Home
from garant.kit.postgres import Database, PostgresError
from garant.kit.postgres.running import server_state
from garant.kit.supervisor import Child, Stopping, free_port, stop_on_signals

WEB_START_LIMIT = 90.0
STOP_LIMIT = 10.0
#: The web server is restarted when it has not answered at all for so long, a worker when it gave no sign of life.
SILENCE_LIMIT = 60.0

app = typer.Typer()


@app.command()
def run() -> None:
    """Start the desk: database, web, sweeper, sender and receiver under one supervisor. Ctrl-C stops all of it."""
    stop_on_signals()
    try:
        _run(Home.find())
    except Stopping:
        _say("Stopped.")
    except (PostgresError, MailSettingsError, AccessSettingsError, GateSettingsError, OSError) as error:
        typer.echo(f"garant run: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from None


def _run(home: Home) -> None:
    host, first_port = os.environ.get("GARANT_HOST") or "127.0.0.1", _wanted_port()
    mail_settings(), incoming(), second_step(), trusted_proxies()  # a mistake in them is told before anything starts
    home.ensure()
    mine = try_lock(home.run / "desk.lock")
    if mine is None:
        where = home.read_desk()["url"] or "an address it is about to print"
        raise PostgresError(f"this desk runs already, at {where}: stop it first, or name another GARANT_HOME")
    with mine:
        _say(f"Garant {garant.__version__}, desk in {home.path}")
        began = time.monotonic()
        with migrated_database(_note) as database:
            _describe(database, home, began)
            port = free_port(host, first_port)
            _load_sample(database, home, _address(host, port))
            with _children(database, home, host, port) as children:
                _announce(home, _address(host, port))
                _supervise(children, database, home, host, port)


def _wanted_port() -> int:
    text = os.environ.get("GARANT_PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise PostgresError(f"GARANT_PORT={text} is no port: name a number from 1 to 65535")
    return int(text)


def _address(host: str, port: int) -> str:
    """The address for people; behind a proxy the one GARANT_BASE_URL names."""
    return os.environ.get("GARANT_BASE_URL") or _local(host, port)


def _local(host: str, port: int) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _describe(database: Database, home: Home, began: float) -> None:
    if database.external:
        _note("database: external, from DATABASE_URL")
    else:
        state = server_state(home)
        _note(
            f"database: PostgreSQL {state.get('version')} ({state.get('source')}), data in {state.get('data')},"
            f" account {state.get('account')}"
        )
    _note(f"database ready and migrated after {time.monotonic() - began:.1f} s")


def _load_sample(database: Database, home: Home, url: str) -> None:
    """At the first start, the reference programme and sample subscribers with random passwords.

    desk.json is written inside the transaction that makes the logins: either both exist or neither.
    """
    from garant.kit.postgres.dumps import is_used

    if home.read_desk()["logins"] and is_used(database):
        return  # without loading Django, so that a second start is quick
    point_django_at(database)
    from django.db import connections, transaction

    from garant.config.sample import load_if_empty

    with transaction.atomic():
        logins = load_if_empty()
        if logins:
            home.write_desk(url, [dict(login) for login in logins])
            _note("loaded the reference programme and sample subscribers")
    connections.close_all()


@contextlib.contextmanager
def _children(database: Database, home: Home, host: str, port: int) -> Iterator[list[Child]]:
    """Web, sweeper and, where a mail server is named, sender; where mails come in, receiver; all are stopped at
    the end. The web answers before the others take their share."""
    workers = [_worker("sweeper", "sweep", database, home, host, port)]
    if mail_settings() is not None:
        workers.append(_worker("sender", "send", database, home, host, port))
    if incoming():
        workers.append(_worker("receiver", "receive", database, home, host, port))
    web = _web(database, host, port)
    children = [web, *workers]
    try:
        web.start()
        _await_web(web, host, port)
        for worker in workers:
            heartbeat_file(home, worker.name).unlink(missing_ok=True)
            worker.start()
        yield children
    finally:
        _say("Stopping ...")
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop(STOP_LIMIT)


def _web(database: Database, host: str, port: int) -> Child:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(_threads()), "--log-level", "warning"]
    command += ["--workers-kill-timeout", "5", "garant.cli.serving:application"]
    return Child("web server", command, {**_environment(database, host, port), "GARANT_ROLE": "web"})


def _threads() -> int:
    """Threads that run pages: enough to wait for the database side by side, each with a connection of its own."""
    return max(2, min(8, 2 * (os.cpu_count() or 1)))


def _worker(name: str, verb: str, database: Database, home: Home, host: str, port: int) -> Child:
    command = [sys.executable, "-m", "garant", verb, "--forever"]
    return Child(name, command, {**_environment(database, host, port), "GARANT_HOME": str(home.path)})


def _environment(database: Database, host: str, port: int) -> dict[str, str]:
    """What children know: the app role's address, never the owner's."""
    hidden = ("DATABASE_URL", "GARANT_APP_DATABASE_URL")
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**inherited, **desk_environment(database), "GARANT_BASE_URL": _address(host, port)}


def _await_web(web: Child, host: str, port: int) -> None:
    end = time.monotonic() + WEB_START_LIMIT
    while (status := _health(host, port)) != 200:
        if web.exit_code is not None:
            raise PostgresError(f"the web server ended with exit code {web.exit_code}; its last words are above")
        if time.monotonic() > end:
            raise PostgresError(f"the web server did not answer well within {WEB_START_LIMIT:.0f} s ({status})")
        time.sleep(0.05 if status is None else 1.0)


def _health(host: str, port: int) -> int | None:
    """The status /healthz answers with, None for no answer."""
    hosts = os.environ.get("GARANT_HOSTS", "")
    headers = {"Host": hosts.split(",")[0]} if hosts else {}
    request = urllib.request.Request(_local(host, port) + "/healthz", headers=headers)  # noqa: S310 - our own http
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    try:
        with opener.open(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return None


def _supervise(children: list[Child], database: Database, home: Home, host: str, port: int) -> None:
    """Until a signal: restart what died, wake what hangs, bring the database back."""
    web, *workers = children
    heard = time.monotonic()
    started = {worker.name: heard for worker in workers}
    turn = 0
    while True:
        time.sleep(0.25)
        turn += 1
        for child in children:
            child.watch(_note)
        if turn % 4 == 0:
            _keep_up(database)
        if turn % 40 == 0:
            now = time.monotonic()
            heard = now if _health(host, port) is not None else heard
            if now - heard > SILENCE_LIMIT:
                _note("the web server does not answer; starting it again")
                web.restart()
                heard = now
            for worker in workers:
                silent = silence(home, worker.name)
                if (now - started[worker.name] if silent is None else silent) > SILENCE_LIMIT:
                    _note(f"the {worker.name} is silent; starting it again")
                    heartbeat_file(home, worker.name).unlink(missing_ok=True)
                    started[worker.name] = now
                    worker.restart()


def _keep_up(database: Database) -> None:
    try:
        database.keep_up()
    except PostgresError as error:  # a full disk, say: keep trying, the pages say that the database is away
        _note(f"the database does not come back yet: {error}")
        time.sleep(5.0)


def _announce(home: Home, url: str) -> None:
    """Print and store where the desk is and who may sign in."""
    logins: list[dict[str, Any]] = home.read_desk()["logins"]
    home.write_desk(url, logins)
    _say(f"\nGarant runs at {url}\n")
    if logins:
        head = ["role", "subscriber", "package", "email", "password"]
        rows = [head, *([str(login.get(key) or "-") for key in head] for login in logins)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        for row in rows:
            _say("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        _say(f"\nThese sample logins are kept in {home.desk_file} (readable by you only).")
    _say("Ctrl-C stops the desk.")


def _note(line: str) -> None:
    _say(f"  {line}")


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # a closed terminal must not keep the desk from stopping tidily
        typer.echo(line)
        sys.stdout.flush()
