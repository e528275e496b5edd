"""Markdown made into harmless HTML: for articles and whatever else people format.

Markup of the author is text (markdown-it-py, HTML off); what is made of it passes an allow-list (nh3) all the same, so
that a mistake in either is caught by the other. Pictures come from the desk alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

__all__ = ["Heading", "Rendered", "plain", "rendered"]

#: How deep blocks and brackets stand in each other; what lies deeper is text.
MOST_NESTING = 20
_TAGS = {
    "a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img",
    "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    **{f"h{level}": {"id"} for level in range(2, 7)},
    "a": {"href", "rel"}, "img": {"src", "alt", "loading"}, "ol": {"start"}, "pre": {"tabindex"},
    "div": {"class", "tabindex"}, "td": {"data-align"}, "th": {"data-align"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_ELSEWHERE = "nofollow noopener noreferrer"
_BARE = re.compile(r"https?://[^\s<>\"'`\\]+")
#: Letters that end a sentence or a bracket behind an address, not the address itself.
_BEHIND = ".,;:!?)]}*_~。、」）"
_OWN_ADDRESS = re.compile(r"(?:/(?![/\\])|#)[^\s\\<>\"']*\Z")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading for the table of contents: level 2 or 3, its id in the page, its words."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as HTML that may stand in any page, and its headings."""

    html: SafeString
    headings: tuple[Heading, ...]


def rendered(text: str, files: Mapping[str, str] | None = None) -> Rendered:
    """Markdown as HTML. `files`: what may be named in it (`drawing.png`, `files/KEY`) -> its address on the desk.

    The highest heading becomes the page's second level, the first is the title's; no level is skipped. A picture that
    is not among `files` is a link to it. Raw HTML is shown as it was typed.
    """
    return _rendered(text, tuple(sorted((files or {}).items())))


def plain(text: str) -> str:
    """The words of a Markdown text without its marks, a line for each block: for the search and for summaries."""
    lines: list[str] = []
    for token in _reader().parse(text):
        if token.type == "inline":
            lines.append(_words(token.children or []))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip("\n"))
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=256)
def _rendered(text: str, files: tuple[tuple[str, str], ...]) -> Rendered:
    md, known = _reader(), dict(files)
    tokens = md.parse(text)
    headings = tuple(_headings(tokens))
    for token in _all(tokens):
        _finish(token, known)
    # What it made is looked at again: nothing but the list below gets through, whatever the reader did.
    clean = nh3.clean(
        md.renderer.render(tokens, md.options, {}), tags=_TAGS, attributes=_ATTRIBUTES, attribute_filter=_filtered,
        url_schemes=_SCHEMES, link_rel=None, clean_content_tags={"script", "style"},
    )  # fmt: skip
    return Rendered(mark_safe(clean), headings)  # noqa: S308 - cleaned in the line above


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": MOST_NESTING})
    md.enable(["table", "strikethrough"])
    md.core.ruler.push("bare_addresses", _link_bare)
    md.validateLink = _is_link  # type: ignore[method-assign, assignment]
    md.add_render_rule("table_open", lambda *_: '<div class="scroll" tabindex="0"><table>\n')
    md.add_render_rule("table_close", lambda *_: "</table></div>\n")
    md.add_render_rule("fence", _code)
    md.add_render_rule("code_block", _code)
    return md


def _code(self: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    # A long line scrolls, and the keyboard must reach what scrolls.
    return f'<pre tabindex="0"><code>{_escaped(tokens[index].content)}</code></pre>\n'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _is_link(address: str) -> bool:
    """Whether an address may be linked at all; names of files are looked up later, so plain ones pass."""
    scheme = re.match(r"[\s\x00-\x20]*([A-Za-z][A-Za-z0-9+.\-]*):", address)
    return scheme is None or scheme[1].lower() in _SCHEMES


def _headings(tokens: list[Token]) -> Iterator[Heading]:
    """Begins the headings at the page's second level, lets none skip a level, and gives each an id of its own; tells
    those of the table of contents."""
    used: dict[str, int] = {}
    highest = min((int(each.tag[1]) for each in tokens if each.type == "heading_open"), default=1)
    before = 1
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type != "heading_open":
            continue
        level = before = min(int(opening.tag[1]) - highest + 2, before + 1, 6)
        opening.tag = closing.tag = f"h{level}"
        words = _words(inline.children or [])
        # The prefix keeps an author's heading from being taken for a part of the page.
        base = "s-" + (slugify(unicodedata.normalize("NFC", words), allow_unicode=True)[:60].strip("-") or "part")
        used[base] = used.get(base, 0) + 1
        name = base if used[base] == 1 else f"{base}--{used[base]}"
        opening.attrSet("id", name)
        if level <= 3 and words:
            yield Heading(level, name, words)


def _words(tokens: Sequence[Token]) -> str:
    parts = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type == "image":
            parts.append(_words(token.children or []))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _finish(token: Token, files: Mapping[str, str]) -> None:
    """Addresses as they may stand in a page; the alignment of cells as a mark, since styles are forbidden."""
    if token.type == "image":
        _picture(token, files)
    elif token.type == "link_open":
        address = str(token.attrGet("href") or "")
        address = files.get(address, address)
        plain_mail = token.markup == "autolink" and not address.startswith(("http:", "https:"))
        token.attrs = {"href": address} if _leads(address) and not plain_mail else {}
        if address.startswith(("http:", "https:")):
            token.attrs["rel"] = _ELSEWHERE
    elif token.type in ("td_open", "th_open"):
        align = str(token.attrs.pop("style", "")).removeprefix("text-align:")
        token.attrs = {"data-align": align} if align in ("center", "right") else {}


def _picture(token: Token, files: Mapping[str, str]) -> None:
    source = str(token.attrGet("src") or "")
    words = _words(token.children or [])
    address = files.get(source, "")
    if address:
        token.attrs = {"src": f"{address}?shown", "alt": words, "loading": "lazy"}
        # The renderer takes the words from the children; marks within them are no part of an alternative text.
        return
    token.type, token.tag, token.children = "text", "", None
    token.content = f"{words} ({source})" if words and source.startswith("https:") else words
    token.attrs = {}


def _leads(address: str) -> bool:
    scheme = address.split(":", 1)[0].lower() if ":" in address.split("/", 1)[0] else ""
    return scheme in _SCHEMES if scheme else bool(_OWN_ADDRESS.match(address))


def _filtered(tag: str, name: str, value: str) -> str | None:
    """The last word on an attribute, whatever came before."""
    fixed = {"rel": (_ELSEWHERE,), "class": ("scroll",), "tabindex": ("0",), "loading": ("lazy",),
             "data-align": ("center", "right")}  # fmt: skip
    if name in fixed:
        return value if value in fixed[name] else None
    if name == "src":
        return value if re.match(r"/(?![/\\])", value) else None
    if name == "href":
        return value if _leads(value) else None
    if name == "id":
        return value if value.startswith("s-") else None
    if name == "start":
        return value if value.isascii() and value.isdigit() and len(value) <= 6 else None
    return value


def _link_bare(state: StateCore) -> None:
    """Addresses that stand in the text as they are become links; http and https only."""
    for block in state.tokens:
        if block.type == "inline" and block.children and "://" in block.content:
            block.children = list(_with_links(block.children))


def _with_links(tokens: Sequence[Token]) -> Iterator[Token]:
    inside = 0
    for token in tokens:
        inside += (token.type == "link_open") - (token.type == "link_close")
        if token.type != "text" or inside or "://" not in token.content:
            yield token
            continue
        yield from _split(token)


def _split(token: Token) -> Iterator[Token]:
    begin, text = 0, token.content
    for found in _BARE.finditer(text):
        address = found[0].rstrip(_BEHIND)
        if len(address) < 10 or not address.isprintable():
            continue
        yield _piece("text", "", 0, text[begin : found.start()])
        opening = _piece("link_open", "a", 1)
        opening.attrs = {"href": address}
        yield opening
        yield _piece("text", "", 0, address)
        yield _piece("link_close", "a", -1)
        begin = found.start() + len(address)
    yield _piece("text", "", 0, text[begin:])


def _piece(kind: str, tag: str, nesting: int, content: str = "") -> Token:
    token = Token(kind, tag, 1 if nesting > 0 else -1 if nesting < 0 else 0)
    token.content = content
    return token
