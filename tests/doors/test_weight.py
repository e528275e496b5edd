"""What every page sends along stays small: style sheets and the product's own scripts, as a server compresses them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import garant

STATIC = sorted(Path(garant.__file__).parent.glob("*/static/**/*"))


@pytest.mark.parametrize(("kind", "most"), [("css", 25_000), ("js", 30_000)])
def test_styles_and_own_scripts_stay_small(kind: str, most: int) -> None:
    files = [path for path in STATIC if path.suffix == f".{kind}" and "vendor" not in path.parts]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in files}
    assert sizes, "there is something to weigh"
    assert sum(sizes.values()) <= most, sizes
