"""Mutation of the law: plant small faults in garant.core, one by one, and see that the tests of the law find them.

Run by `make test-long`; `python tests/mutation.py [PATTERN...]` takes only mutants whose name matches, such as
"garant.core.clocks*". Ends with 1 when fewer than 90 of 100 are found. It works on a copy, so the tree stays clean.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Share of the mutants that the tests must find.
FLOOR = 0.90
FOUND = ("killed", "timeout", "caught by type check", "suspicious", "segfault")


def main(patterns: list[str]) -> int:
    """Mutate, run, count. Returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="garant-mutants-") as folder:
        work = Path(folder)
        for name in ("src", "tests"):
            shutil.copytree(ROOT / name, work / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", work)
        mutmut = [str(Path(sys.executable).parent / "mutmut")]
        subprocess.run([*mutmut, "run", "--max-children", "2", *patterns], cwd=work, check=False)
        told = subprocess.run(
            [*mutmut, "results", "--all", "true"], cwd=work, check=False, capture_output=True, text=True
        ).stdout
    return judge(told, patterns)


def judge(told: str, patterns: list[str]) -> int:
    """Count mutmut's list of results, print the survivors and the share found; 1 when it is below the floor."""
    results = [line.strip().rsplit(": ", 1) for line in told.splitlines() if ": " in line]
    tried = [(name, status) for name, status in results if status not in ("not checked", "skipped")]
    counts = Counter(status for _, status in tried)
    for name, status in tried:
        if status not in FOUND:
            print(f"{status}: {name}")
    if not tried:
        print("no mutant was tried: mutmut could not run, or no name matches", " ".join(patterns))
        return 1
    share = sum(counts[status] for status in FOUND) / len(tried)
    print(f"{share:.1%} of {len(tried)} mutants found ({', '.join(f'{n} {s}' for s, n in counts.most_common())})")
    return 0 if share >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
