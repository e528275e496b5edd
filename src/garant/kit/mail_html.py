"""The page of a mail made harmless (nh3 decides what stays), and the words on it.

Nothing of it runs, loads, looks like the desk or sends a form. Pictures from elsewhere would tell the sender who reads
and when: their address is kept as `data-blocked`, never as `src`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3

#: Characters of a page that are read, and of the harmless page that are handed on.
LONGEST_PAGE, LONGEST_SHOWN = 1_000_000, 400_000
#: How deep elements stand in each other, and how deep quotes are marked.
MOST_DEPTH, MOST_QUOTES = 400, 10
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "dd", "del", "div", "dl",
    "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "tt", "u", "ul", "var",
}  # fmt: skip
#: What goes with everything inside it: no words are in there. Of other elements the words stay.
_GONE = {"script", "style", "title", "head", "template", "iframe", "noembed", "noframes", "xml", "select", "option"}
_CELL = {"colspan", "rowspan", "align", "valign"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": _CELL,
    "th": _CELL,
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_REL = "noopener noreferrer nofollow"
#: Blocks with an empty line around them, and all.
_APART = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "pre", "table", "ul"})
_BLOCKS = _APART | {"caption", "center", "dd", "div", "dl", "dt", "li", "p", "tr"}
_VOID = frozenset({"br", "col", "hr", "img"})
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:]{0,20})")
#: Elements that end where the next begins, or hold nothing.
_NOT_DEEPER = _VOID | frozenset({"p", "li", "td", "th", "tr", "tbody", "dd", "dt", "option", "meta", "link", "input"})
_LINE_SPACE = re.compile(r"[ \t\r\n\f]+")


def content_key(content_id: str) -> str:
    """The key of an inline picture, the same for its part's Content-ID and for the page's `cid:` address: letters that
    mean nothing in a page or a pattern."""
    return re.sub(r"[^A-Za-z0-9.@_+=$~-]", "_", unquote(content_id).strip().strip("<>"))[:200]


def harmless_page(page: str, inline: Collection[str] = ()) -> tuple[str, str]:
    """The page without anything that acts, and its words. `inline`: keys of the pictures that came along.

    A picture that came along has `src="cid:KEY"`; one from elsewhere has no src, its address as `data-blocked`.
    """
    page = page[:LONGEST_PAGE]
    if _is_deep(page):
        words = unescape(re.sub(r"<[^<>]{0,2000}(?:>|\Z)", " ", page))
        return "", "\n".join(filter(None, (" ".join(line.split()) for line in words.split("\n"))))
    first = nh3.clean(
        page, tags=_TAGS, clean_content_tags=_GONE, attributes={**_ATTRIBUTES, "p": {"class"}},
        url_schemes=_SCHEMES | {"cid"}, link_rel=None,
    )  # fmt: skip
    reader = _Reader(frozenset(inline))
    reader.feed(first)
    reader.close()
    attributes = {**_ATTRIBUTES, "img": {"src", "alt", "width", "height", "data-blocked"}}
    clean = nh3.clean(
        "".join(reader.page)[:LONGEST_SHOWN], tags=_TAGS, clean_content_tags=_GONE, attributes=attributes,
        attribute_filter=_filtered, url_schemes=_SCHEMES | {"cid"}, url_relative="deny", link_rel=_REL,
    )  # fmt: skip
    return (clean.strip() if len(clean) <= LONGEST_SHOWN * 2 else ""), reader.text()


def _is_deep(page: str) -> bool:
    """Whether elements stand in each other deeper than people write: reading that takes time quadratic in the depth."""
    depth = 0
    for closing, name in _TAG.findall(page):
        if name.lower() not in _NOT_DEEPER:
            depth = max(depth - 1, 0) if closing else depth + 1
            if depth > MOST_DEPTH:
                return True
    return False


def _filtered(tag: str, name: str, value: str) -> str | None:
    """The last word on an attribute: pictures come from the message alone, links go outside alone."""
    value = value.strip()
    if name == "src":
        return value if value.startswith("cid:") else None
    if name == "href":
        return value if value.split(":")[0].lower() in _SCHEMES else None
    if name in ("width", "height", "colspan", "rowspan", "start"):
        return value if value.isascii() and value.isdigit() and len(value) <= 4 else None
    return value[:2000]


class _Reader(HTMLParser):
    """Reads a page that nh3 has made well-formed: its words, and the same page with its pictures blocked."""

    def __init__(self, inline: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.page: list[str] = []
        self._inline = inline
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = self._kept = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag as it is, a picture as it may be shown; a new line of words where the page has one."""
        values = {name: value or "" for name, value in attrs}
        given = values
        if tag == "img":
            values = self._picture(values)
        marks = "".join(f' {name}="{escape(value)}"' for name, value in values.items() if name != "class")
        self.page.append(f"<{tag}{marks}>")
        self._begin(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """The end of what began."""
        if tag not in _VOID:
            self.page.append(f"</{tag}>")
        if tag in _BLOCKS:
            self._break()
            self._quotes -= tag == "blockquote" and self._quotes > 0
            self._leave_room(tag in _APART)
        self._kept -= tag == "pre" and self._kept > 0
        if tag in ("td", "th"):
            self._line.append(" ")
        if tag == "a" and self._links:
            self._end_link(*self._links.pop())

    def handle_data(self, data: str) -> None:
        """Words."""
        self.page.append(escape(data))
        if not self._kept:
            self._line.append(_LINE_SPACE.sub(" ", data))
            return
        first, *others = data.split("\n")
        self._line.append(first)
        for line in others:
            self._end_line()
            self._line.append(line)

    def text(self) -> str:
        """The words of the page in lines, quotes with `> ` in front of them."""
        self._break()
        kept, was_empty = list[str](), True
        for line in self._lines:
            is_empty = not line.strip("> ")
            if not (is_empty and was_empty):
                kept.append(line.rstrip())
            was_empty = is_empty
        return "\n".join(kept).strip("\n")

    def _begin(self, tag: str, values: dict[str, str]) -> None:
        if tag in _BLOCKS:
            self._break()
            # A paragraph of Outlook is a line: it writes an empty one for the room between two.
            self._leave_room(tag in _APART or (tag == "p" and "Mso" not in values.get("class", "")))
        self._quotes += tag == "blockquote"
        self._kept += tag == "pre"
        if tag == "br":
            self._end_line()
        elif tag == "li":
            self._line.append("- ")
        elif tag == "img":
            self._line.append(values.get("alt", "")[:80])
        elif tag == "a":
            self._links.append((values.get("href", ""), len(self._line)))

    def _picture(self, values: dict[str, str]) -> dict[str, str]:
        source = values.pop("src", "").strip()
        key = content_key(source[4:]) if source.lower().startswith("cid:") else ""
        if key and key in self._inline:
            return {**values, "src": f"cid:{key}"}
        return {**values, "data-blocked": source[:500]} if source else values

    def _end_link(self, target: str, begin: int) -> None:
        """Where a link goes, when its words don't say so."""
        words = "".join(self._line[begin:])
        if target.lower().startswith(("http:", "https:")) and len(target) <= 120 and words.strip():
            bare = target.split("://", 1)[-1].rstrip("/").lower()
            if bare not in words.lower() and words.strip().lower() not in target.lower():
                self._line.append(f" <{target}>")

    def _break(self) -> None:
        line = "".join(self._line)
        if line.strip() or "\xa0" in line:
            self._end_line()
        self._line.clear()

    def _leave_room(self, wanted: bool) -> None:
        if wanted and self._lines and self._lines[-1].strip("> "):
            self._lines.append("> " * min(self._quotes, MOST_QUOTES))

    def _end_line(self) -> None:
        line = "".join(self._line).replace("\xa0", " ")
        self._lines.append(
            "> " * min(self._quotes, MOST_QUOTES) + (line.rstrip() if self._kept else " ".join(line.split()))
        )
        self._line.clear()
