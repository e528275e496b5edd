"""Files that come with the product: programmes and samples, in a checkout and in an installed package alike."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """The path of a file such as `programmes/reference.yaml`. Raises FileNotFoundError naming it."""
    # src/garant beside programmes/ and samples/ in a checkout; below garant/shipped/ in a wheel.
    for root in (PACKAGE.parent.parent, PACKAGE / "shipped"):
        if (root / name).is_file():
            return root / name
    raise FileNotFoundError(f"{name} is missing from this installation; install Garant again")


def shipped_files(folder: str, pattern: str) -> list[Path]:
    """The files of a folder such as `samples/community`, by name; none where there is no such folder."""
    for root in (PACKAGE.parent.parent, PACKAGE / "shipped"):
        if (root / folder).is_dir():
            return sorted((root / folder).glob(pattern))
    return []
