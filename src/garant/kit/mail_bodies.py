"""Which parts of a mail are read and which are files; of parts that say the same, the one that is read everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain

from garant.core.identity import is_visible
from garant.kit.mail_charsets import characters, harmless
from garant.kit.mail_html import LONGEST_PAGE, harmless_page
from garant.kit.mail_parts import Part
from garant.kit.mail_text import unwrapped

#: Characters of the text of a message.
LONGEST_TEXT = 200_000
#: Copies of a page for machines and wrist-watches: never read and no files.
_PASSED_OVER = frozenset({"text/x-amp-html", "text/watch-html"})


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the message in order: its plain text, its page, or both where they are alternatives."""

    plain: str = ""
    page: str = ""


@dataclass(slots=True)
class Body:
    """What a message holds: pieces to read, parts that are files, every leaf in order."""

    blocks: list[Block] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    leaves: list[Part] = field(default_factory=list)
    is_cut: bool = False

    def read(self, inline: Collection[str]) -> tuple[str, str]:
        """The text and the harmless page of the message. `inline`: keys of the pictures that came along.

        The text is the plain part wherever that has words, else the words of the page; so says every place that shows
        or searches the message. The page is "" when none was sent.
        """
        texts, pages, room = list[str](), list[str](), LONGEST_PAGE
        for block in self.blocks:
            page, words = harmless_page(block.page[:room], inline) if block.page and room > 0 else ("", "")
            room -= len(block.page)
            texts.append(block.plain or words)
            pages.append(page)
        text = "\n\n".join(harmless(text).strip("\n") for text in texts if is_visible(text))
        self.is_cut = self.is_cut or len(text) > LONGEST_TEXT or room < 0
        return text[:LONGEST_TEXT], harmless("<hr>".join(page for page in pages if page))


def body_of(message: Part) -> Body:
    """The message sorted into what is read and what is a file."""
    body = Body()
    body.blocks = list(_blocks(message, body))
    if not body.files and not any(is_visible(block.plain + block.page) for block in body.blocks):
        body.blocks = [Block(_beside_parts(message)[:LONGEST_TEXT])]
    return body


def _beside_parts(message: Part) -> str:
    """What stands before and behind the parts, where they are so broken that nothing stands in them."""
    found, todo = list[str](), [message]
    while todo:
        part = todo.pop(0)
        found += [part.preamble or "", part.epilogue or ""]
        todo += part.parts()
    return characters("\n".join(found).encode("utf-8", "surrogateescape"))


def _blocks(part: Part, body: Body) -> Iterator[Block]:
    """The pieces of a part in order. Goes no deeper than the parts do, which have a limit."""
    inside = part.parts()
    if not inside:
        yield from _leaf(part, body)
    elif part.kind == "multipart/alternative":
        yield from _alternatives([list(_blocks(each, body)) for each in inside])
    else:
        yield from chain.from_iterable(_blocks(each, body) for each in inside)


def _alternatives(each: list[list[Block]]) -> Iterator[Block]:
    """One piece of pieces that say the same: the first plain one with words, the last page.

    Another plain one is kept beside it where it says something else.
    """
    plain = ["\n\n".join(block.plain for block in blocks if block.plain) for blocks in each]
    pages = ["<hr>".join(block.page for block in blocks if block.page) for blocks in each]
    said = [text for text in plain if is_visible(text)]
    yield Block((said or [""])[0], next((page for page in reversed(pages) if page), ""))
    for other in said[1:]:
        if other.split() != said[0].split():
            yield Block(other)


def _leaf(part: Part, body: Body) -> Iterator[Block]:
    body.leaves.append(part)
    if part.kind in _PASSED_OVER:
        return
    if not _is_read(part):
        body.files.append(part)
        return
    body.is_cut = part.cut(LONGEST_PAGE * 6) or body.is_cut
    text = characters(part.content(), _parameter(part, "charset"))
    if part.kind == "text/html":
        yield Block(page=text)
        return
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _parameter(part, "format").lower() == "flowed":
        text = unwrapped(text, delete_space=_parameter(part, "delsp").lower() == "yes")
    yield Block(plain=text)


def _is_read(part: Part) -> bool:
    """Whether a leaf is something to read: text without a file's name, or with one where it is the whole message."""
    if part.kind.startswith("multipart/"):  # without its marks it has no parts: what is there is the text
        return not part.is_too_deep
    if part.kind not in ("text/plain", "text/html") or part.is_attached():
        return False
    return part.depth == 0 or not part.named()


def _parameter(part: Part, name: str) -> str:
    try:
        value = part.get_param(name, "")
        return str(value[2] if isinstance(value, tuple) else value or "")
    except Exception:
        return ""
