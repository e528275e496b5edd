"""Articles from files: Markdown with front matter, HTML pages, JSON lines. Each item alone: a bad one costs itself."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from garant.knowledge.html_markdown import markdown_of
from garant.knowledge.operations_import import Incoming
from garant.knowledge.views import Exported

__all__ = ["FORMATS", "Item", "file_of", "items"]

FORMATS = ("markdown", "html", "jsonl")
_ENDINGS = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".jsonl": "jsonl"}
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.S | re.M)
_NAME = re.compile(r"(.+)\.([a-z]{2}(?:-[a-zA-Z]{2,4})?)\Z")
#: What front matter and JSON lines may say; anything else is named as a mistake.
_KNOWN = {
    "id", "lang", "title", "summary", "section", "products", "versions", "keywords", "visibility", "packages", "body",
    "source", "credits", "state", "slug",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One text that was found at `place` (file, or file and line), or why it can't be read. `files`: beside it."""

    place: str
    incoming: Incoming | None = None
    problem: str = ""
    files: tuple[Path, ...] = ()


def items(*paths: Path, kind: str = "") -> list[Item]:
    """Everything in files and folders, originals before their translations: English first, then by language.

    `kind`: one of FORMATS, "" by each file's ending. What holds no article (a README, JSON lines with neither title nor
    body) is left out of a folder. Raises OSError when a path itself can't be read.
    """
    found: list[Item] = []
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is no such file or folder")
        files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
        found += [item for file in files for item in _of_file(file, kind, alone=path.is_file())]
    return sorted(found, key=_order)


def _order(item: Item) -> tuple[bool, bool, str]:
    text = item.incoming
    if text is None:
        return (False, False, "")
    return (True, text.language != (text.source_language or "en"), text.language)


def _of_file(file: Path, kind: str, *, alone: bool) -> Iterator[Item]:
    bare = file.with_suffix("") if file.suffix == ".gz" else file
    found = _ENDINGS.get(bare.suffix.lower(), "")
    is_other = not found or kind not in ("", found) or bare.stem.upper() == "README"
    if any(part.endswith(".files") for part in file.parts) or (is_other and not alone):
        return  # a picture beside an article, a note to somebody
    reader = _READERS.get(kind or found)
    if reader is None:
        yield Item(str(file), problem="neither .md, .html nor .jsonl: say what it is with --format")
        return
    try:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        text = content.decode("utf-8")
    except (OSError, EOFError, ValueError) as problem:
        yield Item(str(file), problem=f"can't be read as UTF-8: {problem}")
        return
    if alone or reader is not _lines or _holds_articles(text):
        yield from reader(bare, text, str(file))


def _holds_articles(text: str) -> bool:
    """Whether JSON lines look like articles at all: a folder may hold other lists."""
    try:
        first = json.loads(text.lstrip().split("\n", 1)[0])
    except ValueError:
        return True  # then it is named as a mistake
    return not isinstance(first, dict) or bool({"title", "body"} & first.keys())


def _lines(_file: Path, text: str, place: str) -> Iterator[Item]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _item(f"{place}:{number}", partial(_json, line), {})


def _json(line: str) -> Mapping[str, Any]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("a line is an object with id, lang, title, section and body")
    return found


def _markdown(file: Path, text: str, place: str) -> Iterator[Item]:
    beside = file.with_name(f"{_named(file)['id']}.files")
    yield _item(place, lambda: _front(text), _named(file), _files(beside))


def _files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(each for each in folder.iterdir() if each.is_file())) if folder.is_dir() else ()


def _front(text: str) -> Mapping[str, Any]:
    found = _FRONT.match(text)
    if found is None:
        raise ValueError("no front matter: begin with a line ---, then title: ..., then ---")
    try:
        values = YAML(typ="safe", pure=True).load(found[1])
    except YAMLError as problem:
        raise ValueError(f"front matter: {' '.join(str(problem).split())[:160]}") from None
    if not isinstance(values, dict):
        raise ValueError("front matter: name: value, a line each")
    return {**values, "body": text[found.end() :]}


def _html(file: Path, text: str, place: str) -> Iterator[Item]:
    def read() -> Mapping[str, Any]:
        page = markdown_of(text)
        more = {"lang": page.language} if page.language else {}
        return {**more, "title": page.title, "summary": page.description[:500], "body": page.body}

    yield _item(place, read, {**_named(file), "section": file.parent.name or "imported"})


def _named(file: Path) -> dict[str, str]:
    """SLUG.LANG.md names both; without a language it is English unless the text says otherwise."""
    found = _NAME.match(file.stem)
    return {"id": found[1], "lang": found[2]} if found else {"id": file.stem, "lang": "en"}


def _item(
    place: str, read: Callable[[], Mapping[str, Any]], named: Mapping[str, str], files: tuple[Path, ...] = ()
) -> Item:
    try:
        return Item(place, _incoming({**named, **read()}), files=files)
    except (ValueError, RecursionError) as problem:
        return Item(place, problem=" ".join(str(problem).split())[:300] or type(problem).__name__)


def _incoming(values: Mapping[str, Any]) -> Incoming:
    unknown = sorted(str(name) for name in values.keys() - _KNOWN)
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)[:100]}")
    missing = [name for name in ("id", "lang", "title", "section", "body") if not str(values.get(name) or "").strip()]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    return Incoming(
        id=_text(values, "id"), language=_text(values, "lang"), title=_text(values, "title"),
        body=_text(values, "body"), section=_text(values, "section"), summary=_text(values, "summary"),
        keywords=", ".join(_list(values, "keywords")),
        products=_list(values, "products"), versions=_list(values, "versions"), packages=_list(values, "packages"),
        visibility=_text(values, "visibility") or "public", source_language=_text(values, "source"),
        credits=_list(values, "credits"), slug=_text(values, "slug"), is_draft=_text(values, "state") == "draft",
    )  # fmt: skip


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if value is not None and not isinstance(value, str | int | float):
        raise ValueError(f"{name}: a text is expected")
    return "" if value is None else str(value)


def _list(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list, or a text with commas."""
    value = values.get(name) or ()
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError(f"{name}: a list is expected")
    return tuple(str(part).strip() for part in parts if str(part).strip())


def file_of(row: Exported) -> str:
    """A text as `items` reads it: front matter without what is empty, then the body, its files by their names."""
    body = row.text.body
    for file in row.files:
        known = rf"(?:/kb/{re.escape(row.slug)}/)?files/{re.escape(file.key)}/?"
        body = file.name.join(re.split(known, body))
    values = {
        "id": row.id if row.id != row.slug else "", "title": row.text.title, "summary": row.text.summary,
        "section": row.section, "products": list(row.products), "versions": list(row.versions),
        "keywords": row.text.keywords, "visibility": row.visibility, "packages": list(row.packages),
        "source": row.source_language, "credits": list(row.credits), "state": "" if row.is_published else "draft",
    }  # fmt: skip
    # The address is the file's name; the id tells where the text came from.
    values["slug"] = row.slug if row.id != row.slug else ""
    return _written(values, body)


def _written(values: Mapping[str, Any], body: str) -> str:
    out, yaml = StringIO(), YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.allow_unicode, yaml.width = None, True, 4096
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump({name: value for name, value in values.items() if value}, out)
    return f"---\n{out.getvalue()}---\n\n{body}\n"


_READERS: Mapping[str, Callable[[Path, str, str], Iterator[Item]]] = {
    "markdown": _markdown,
    "html": _html,
    "jsonl": _lines,
}
