"""Which texts the product says, read from its own sources; and the catalogs brought up to date with them.

`python -m garant.kit.catalogs extract` adds to each catalog what is new, keeps every translation, and takes out what
nobody says any more. Templates are read by Django's own parser, code by its syntax tree: nothing is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
#: Every language with a catalog; English is what the sources say.
LANGUAGES = ("fr", "es", "de", "it", "ja")
#: Function -> what its leading arguments are: c context, s one text, p the text for many.
DJANGO = {
    "gettext": "s", "gettext_lazy": "s", "gettext_noop": "s", "_": "s", "ngettext": "sp", "ngettext_lazy": "sp",
    "pgettext": "cs", "pgettext_lazy": "cs", "npgettext": "csp", "npgettext_lazy": "csp",
}  # fmt: skip
WORDING = {"say": "s", "say_many": "sp"}
_LITERAL = re.compile(r"""(?<![\w"'])_\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""")


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A text that the product says. `many` is empty where it depends on no number, `context` where it has none."""

    text: str
    many: str = ""
    context: str = ""


def in_code(source: str, functions: dict[str, str]) -> Iterator[Message]:
    """The texts that a module marks with some functions. Calls whose text is no literal are passed over."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        shape = functions.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
        if shape is None:
            continue
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if len(words) >= len(shape):
            said = dict(zip(shape, words, strict=False))
            yield Message(said["s"], said.get("p", ""), said.get("c", ""))


def in_template(source: str) -> Iterator[Message]:
    """The texts that a template marks, as Django asks for them. Django must be set up."""
    from django.template import engines

    yield from _in_nodes(engines["django"].from_string(source).template.nodelist)  # type: ignore[attr-defined]
    for match in _LITERAL.finditer(source):
        yield Message(match[1] or match[2])


def _in_nodes(nodes: Iterable[object]) -> Iterator[Message]:
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    for node in nodes:
        if isinstance(node, BlockTranslateNode):
            one, many = (node.render_token_list(tokens)[0] if tokens else "" for tokens in (node.singular, node.plural))
            yield Message(_trimmed(node, one), _trimmed(node, many), _context(node.message_context))
        elif isinstance(node, TranslateNode):
            if isinstance(node.filter_expression.var, str):
                yield Message(str(node.filter_expression.var), context=_context(node.message_context))
            elif text := getattr(node.filter_expression.var, "literal", None):
                yield Message(str(text), context=_context(node.message_context))
        for name in getattr(node, "child_nodelists", ()):
            yield from _in_nodes(getattr(node, name, None) or ())
        for _, part in getattr(node, "conditions_nodelists", ()):
            yield from _in_nodes(part)


def _trimmed(node: object, text: str) -> str:
    from django.utils.translation import trim_whitespace

    return trim_whitespace(text) if getattr(node, "trimmed", False) else text


def _context(expression: object) -> str:
    var = getattr(expression, "var", "")
    return str(var) if isinstance(var, str) else str(getattr(var, "literal", "") or "")


def pages(folder: Path) -> set[Message]:
    """The texts of the pages below a folder: its code and its templates."""
    found: set[Message] = set()
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:
            found |= set(in_code(path.read_text(encoding="utf-8"), DJANGO))
    for path in sorted(folder.rglob("templates/**/*")):
        if path.suffix in (".html", ".txt"):
            found |= set(in_template(path.read_text(encoding="utf-8")))
    return {message for message in found if message.text}


def sentences() -> set[Message]:
    """The texts of explanations, refusals and letters: what `say` says, and the tables of codes."""
    found: set[Message] = set()
    for path in sorted((PACKAGE / "wording").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        found |= set(in_code(source, WORDING)) | set(_tables(source))
    return found


def _tables(source: str) -> Iterator[Message]:
    """The texts that stand in constants of a module: sentences, and tables of them (a pair is for one and for many);
    and what is said when a table lacks a code."""
    tree = ast.parse(source)
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id.isupper():
            yield from _constant(getattr(node, "value", None))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "say" and call.args:
            looked_up = call.args[0]
            if isinstance(looked_up, ast.Call) and getattr(looked_up.func, "attr", "") == "get":
                yield from _constant(looked_up.args[-1], words=1)


def _constant(value: ast.expr | None, words: int = 2) -> Iterator[Message]:
    """The texts of a constant; a text alone counts with so many words (one word is a code)."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and len(value.value.split()) >= words:
        yield Message(value.value)
    for each in value.values if isinstance(value, ast.Dict) else ():
        parts = each.elts if isinstance(each, ast.Tuple) else [each]
        texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
        if len(texts) == len(parts) and len(texts) in (1, 2):
            yield Message(*texts)


def catalogs() -> dict[Path, set[Message]]:
    """Where catalogs stand -> what each translates. What the console shares with other pages stands with those."""
    console = pages(PACKAGE / "console")
    others: set[Message] = set()
    for folder in sorted(
        path for path in PACKAGE.iterdir() if path.is_dir() and path.name not in ("console", "locale")
    ):
        others |= pages(folder)
    return {
        Path("locale"): others,
        Path("console/locale"): console - others,
        Path("wording/locale"): sentences(),
    }


def domain(place: Path) -> str:
    """The domain of the catalogs at a place."""
    return "wording" if place.parts[0] == "wording" else "django"


def file_of(place: Path, language: str) -> Path:
    """The .po of a place in a language."""
    return PACKAGE / place / language / "LC_MESSAGES" / f"{domain(place)}.po"


def update() -> list[tuple[Path, int]]:
    """Bring every catalog up to date; returns each file with how many of its texts have no translation."""
    return [(file, _update(file, wanted)) for place, wanted in catalogs().items() for file in _files(place)]


def _files(place: Path) -> list[Path]:
    return [file_of(place, language) for language in LANGUAGES]


def _update(file: Path, wanted: set[Message]) -> int:
    language = file.parts[-3]
    old = Catalog(locale=language)
    if file.exists():
        with file.open("rb") as handle:
            old = read_po(handle, locale=language)
    new = Catalog(
        locale=language, project="Garant", version="0.1", header_comment="# Terms: docs/reference/glossary.md"
    )
    for message in sorted(wanted):
        known = old.get(message.text, message.context or None)
        said = known.string if known is not None and bool(known.pluralizable) == bool(message.many) else None
        new.add(
            (message.text, message.many) if message.many else message.text,
            string=said or ("" if not message.many else ("",) * new.num_plurals),
            context=message.context or None,
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        write_po(out, new, width=0, omit_header=False, no_location=True, sort_output=False)
    _plain_header(file, language)
    return sum(not all(m.string if isinstance(m.string, tuple) else [m.string]) for m in new if m.id)


def _plain_header(file: Path, language: str) -> None:
    """A header without dates and people, so that a catalog changes only with its texts."""
    kept = ("Language:", "Plural-Forms:", "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:")
    head, _, rest = file.read_text(encoding="utf-8").partition("\n\n")
    lines = [line for line in head.splitlines() if not line.startswith('"') or line[1:].startswith(kept)]
    lines = [line for line in lines if line != "#, fuzzy"]
    file.write_text("\n".join(lines) + "\n\n" + rest, encoding="utf-8")
