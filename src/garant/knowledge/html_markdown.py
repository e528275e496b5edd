"""A page of HTML as Markdown: its words with headings, lists, tables, code and links; nothing that acts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

__all__ = ["Page", "markdown_of"]

_GONE = {"script", "style", "template", "iframe", "noscript", "svg", "math", "object", "nav", "form"}
_BLOCKS = {
    "p", "div", "section", "article", "main", "header", "footer", "figure", "figcaption", "dl", "dt", "dd", "body",
    "table", "thead", "tbody", "tfoot", "aside", "address", "details", "summary",
}  # fmt: skip
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "kbd": "`", "samp": "`", "tt": "`"}
#: What would mean something in Markdown where a page has plain words.
_ESCAPED = re.compile(r"([\\`*_\[\]<>|~])")
_BEGINNING = re.compile(r"^(\s*)(#{1,6}\s|[-+]\s|\d+[.)]\s|>)")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: `title` of its first heading or head, `description` of its head, `language` of its root."""

    title: str
    description: str
    language: str
    body: str


def markdown_of(page: str) -> Page:
    """Read a page. A first heading that is the title is not repeated in the body."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.page()


class _Reader(HTMLParser):
    """Collects blocks; each is a line or several, with the marks of what it stands in before it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.head_title = self.heading = self.description = self.language = ""
        self._blocks: list[str] = []
        self._line: list[str] = []
        self._gone = self._pre = 0
        self._in_title = False
        self._lists: list[list[int]] = []
        self._quotes = 0
        self._links: list[tuple[str, int]] = []
        self._rows: list[list[str]] = []
        self._begins_item = ""
        self._in_cell = self._after_item = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The beginning of an element."""
        values = {name: value or "" for name, value in attrs}
        if tag in _GONE:
            self._gone += 1
        elif tag == "html":
            self.language = values.get("lang", "").split("-")[0].lower()
        elif tag == "title":
            self._in_title = True
        elif tag == "meta" and values.get("name", "").lower() == "description":
            self.description = " ".join(values.get("content", "").split())
        elif not self._gone:
            self._open(tag, values)

    def _open(self, tag: str, values: dict[str, str]) -> None:
        if tag in ("td", "th", "tr"):
            self._end_cell()
            self._in_cell = tag != "tr"
        if tag in _BLOCKS or tag in ("ul", "ol", "blockquote", "pre", "tr", "li") or re.fullmatch("h[1-6]", tag):
            self._end()
        if tag in ("ul", "ol"):
            start = values.get("start", "1")
            self._lists.append([int(start) if start.isdecimal() and len(start) < 6 else 1, tag == "ol"])
        elif tag == "li":
            self._begin_item()
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._pre += 1
        elif tag == "tr":
            self._rows.append([])
        elif tag == "br":
            self._line.append("\n" if self._pre else "\\\n")
        elif tag == "hr":
            self._end()
            self._add("---")
        elif tag == "img" and values.get("src"):
            self._line.append(f"![{_plain(values.get('alt', ''))}]({_address(values['src'])})")
        elif tag == "a":
            self._links.append((values.get("href", ""), len(self._line)))
        elif tag in _MARKS and not self._pre:
            self._line.append(_MARKS[tag])

    def handle_endtag(self, tag: str) -> None:
        """The end of an element."""
        if tag in _GONE:
            self._gone = max(self._gone - 1, 0)
        elif tag == "title":
            self._in_title = False
        elif not self._gone:
            self._close(tag)

    def _close(self, tag: str) -> None:
        if re.fullmatch("h[1-6]", tag):
            self._end_heading(int(tag[1]))
        elif tag == "pre":
            self._end_code()
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag in _MARKS and not self._pre:
            self._line.append(_MARKS[tag])
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())
        elif tag == "table":
            self._end_table()
        elif tag in _BLOCKS or tag in ("ul", "ol", "li", "blockquote"):
            self._end()
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()
            self._quotes -= tag == "blockquote" and self._quotes > 0

    def handle_data(self, data: str) -> None:
        """Words."""
        if self._in_title:
            self.head_title += data
        elif self._gone:
            return
        elif self._pre:
            self._line.append(data)
        else:
            words = re.sub(r"\s+", " ", data)
            inside_code = sum(part == "`" for part in self._line) % 2
            self._line.append(words if inside_code else _plain(words))

    def page(self) -> Page:
        """What was read."""
        self._end()
        title = " ".join((self.heading or self.head_title).split())
        return Page(title, self.description, self.language, "\n\n".join(self._blocks).replace("\n\n\x00", "\n"))

    def _begin_item(self) -> None:
        depth = max(len(self._lists) - 1, 0)
        number, ordered = self._lists[-1] if self._lists else [1, False]
        self._begins_item = "   " * depth + (f"{number}. " if ordered else "- ")
        if self._lists:
            self._lists[-1][0] += 1

    def _add(self, block: str) -> None:
        self._blocks.append(block)
        self._after_item = False

    def _end(self) -> None:
        """The end of a block, where there is one."""
        if self._in_cell:
            self._line.append(" ")  # a cell is one line, whatever it holds
            return
        text = "".join(self._line).strip(" \n")
        self._line.clear()
        if not text.strip("*`\\ \n"):
            return
        text = re.sub(r" *\n *", "\n", text)
        if not self._begins_item:
            text = _BEGINNING.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2][0] in "#-+>" else m[0].replace(".", "\\."), text)
        before = self._begins_item or "   " * len(self._lists)
        indented = ("\n" + " " * len(before)).join(text.split("\n"))
        # An item follows the one before it without an empty line between them.
        mark = "\x00" if self._begins_item and self._after_item else ""
        is_item, self._begins_item = bool(self._begins_item), ""
        self._add(mark + "> " * self._quotes + before + indented)
        self._after_item = is_item

    def _end_heading(self, level: int) -> None:
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if level == 1 and not self.heading:
            self.heading = re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)[*`]+", "", text))
        elif text:
            self._add(f"{'#' * level} {text}")

    def _end_code(self) -> None:
        self._pre = max(self._pre - 1, 0)
        text = "".join(self._line).strip("\n")
        self._line.clear()
        fence = "`" * (max([2, *(len(run) for run in re.findall("`+", text))]) + 1)
        self._add(f"{fence}\n{text}\n{fence}")

    def _end_cell(self) -> None:
        if self._in_cell and self._rows:
            self._rows[-1].append(" ".join("".join(self._line).replace("\\\n", " ").split()))
            self._line.clear()
        self._in_cell = False

    def _end_table(self) -> None:
        self._end_cell()
        rows = [row for row in self._rows if row]
        self._rows = []
        if rows:
            width = max(len(row) for row in rows)
            lines = ["| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in rows]
            self._add("\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]))

    def _end_link(self, target: str, begin: int) -> None:
        words = "".join(self._line[begin:]).strip()
        if words and target and not target.lower().lstrip().startswith(("javascript:", "data:", "vbscript:")):
            self._line[begin:] = [f"[{words}]({_address(target)})"]


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", text)


def _address(address: str) -> str:
    return "<" + re.sub(r"[<>\s\\]", "", address) + ">" if re.search(r"[()\s]", address) else address
