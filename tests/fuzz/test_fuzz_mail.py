"""Messages that a fuzzer makes of our seeds: a few in `make test`, many in `make test-long`."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SEEDS = HERE / "seeds"
SOURCES = HERE.parents[1] / "src"
needs_atheris = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris runs on Linux with x86-64 only"
)


def fuzz(folder: Path, *options: str, program: Path = HERE / "fuzz_mail.py") -> subprocess.CompletedProcess[str]:
    """Run the fuzzer over the seeds; what it finds is kept in `folder`."""
    corpus = folder / "corpus"
    corpus.mkdir()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCES), str(HERE)])}
    return subprocess.run(
        [sys.executable, str(program), "-seed=1", "-max_len=4096", "-timeout=60", "-rss_limit_mb=2048",
         f"-artifact_prefix={folder}/", *options, str(corpus), str(SEEDS)],
        capture_output=True, text=True, errors="replace", env=environment, cwd=folder, check=False,
    )  # fmt: skip


@needs_atheris
def test_messages_made_of_the_seeds_are_read(tmp_path: Path) -> None:
    done = fuzz(tmp_path, "-runs=1500")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done 1500 runs" in done.stderr


@needs_atheris
@pytest.mark.long
def test_very_many_messages_made_of_the_seeds_are_read(tmp_path: Path) -> None:
    done = fuzz(tmp_path, "-runs=100000")
    assert done.returncode == 0, done.stderr[-3000:]


@needs_atheris
def test_the_fuzzer_finds_what_is_broken(tmp_path: Path) -> None:
    """The negative control: with a promise broken, it ends with what broke it."""
    broken = tmp_path / "broken.py"
    broken.write_text(
        "import sys, atheris, fuzz_mail\n"
        "real = fuzz_mail.take_apart\n"
        "fuzz_mail.take_apart = lambda raw: {**real(raw), 'shown': ''}\n"
        "atheris.Setup(sys.argv, fuzz_mail.one)\n"
        "atheris.Fuzz()\n"
    )
    done = fuzz(tmp_path, "-runs=1500", program=broken)
    assert done.returncode != 0
    assert "nothing is shown of a text" in done.stdout + done.stderr


@pytest.mark.parametrize("seed", sorted(SEEDS.iterdir()), ids=lambda path: path.stem)
def test_every_seed_is_a_message(seed: Path) -> None:
    from garant.kit.mail_parsing import take_apart

    found = take_apart(seed.read_bytes())
    assert found["from"] == [["Jane", "jane@kunde.example"]]
    assert found["text"].strip() or found["attachments"]
