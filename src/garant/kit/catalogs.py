"""Message catalogs: `python -m garant.kit.catalogs` writes a .mo beside each .po of every domain, and
`python -m garant.kit.catalogs extract` brings the .po up to date with what the sources say.

Compiled files are not kept in the repository. They are written when a .po is newer, at setup and at each start.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

PACKAGE = Path(__file__).resolve().parent.parent


def catalogs(root: Path = PACKAGE) -> list[Path]:
    """Every .po below the package, all languages and domains, in a fixed order."""
    return sorted(root.glob("**/locale/*/LC_MESSAGES/*.po"))


def compile_stale(root: Path = PACKAGE, *, everything: bool = False) -> list[Path]:
    """Compile the catalogs whose compiled form is missing or older (or all); returns the .po files compiled.

    A folder that can't be written is left alone: the pages then speak English.
    """
    done = []
    for source in catalogs(root):
        target = source.with_suffix(".mo")
        if not everything and target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        if not os.access(source.parent, os.W_OK):
            continue
        _compile(source, target)
        done.append(source)
    return done


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as handle:
        catalog = read_po(handle, locale=source.parts[-3], domain=source.stem, abort_invalid=True)
    # Written aside and moved: several processes may start at once, and none may read half a file.
    descriptor, aside = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
    with os.fdopen(descriptor, "wb") as out:
        write_mo(out, catalog)
    os.chmod(aside, 0o644)
    os.replace(aside, target)


def main() -> int:
    """Compile everything; one line per mistake in a catalog and exit code 1, else 0."""
    if sys.argv[1:2] == ["extract"]:
        return _extract()
    try:
        done = compile_stale(everything="--all" in sys.argv[1:])
    except (PoFileError, ValueError) as error:
        print(f"a message catalog can't be read: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"{len(done)} message catalogs compiled")  # noqa: T201
    return 0


def _extract() -> int:
    """Bring the catalogs up to date with the sources; one line per catalog."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "garant.config.settings")
    import django

    django.setup()
    from garant.kit.extraction import update

    for file, missing in update():
        print(f"{file.relative_to(PACKAGE)}: {missing} texts without a translation")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
