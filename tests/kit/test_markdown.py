"""Markdown becomes HTML in which nothing acts, whatever somebody writes."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garant.kit.markdown import plain, rendered

TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"alt", "class", "data-align", "href", "id", "loading", "rel", "src", "start", "tabindex"}
FILES = {"a.png": "/kb/x/files/K/", "files/K": "/kb/x/files/K/"}


class Looked(HTMLParser):
    """What a browser would find: elements, attributes, addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_comment(self, data: str) -> None:
        self.tags.add(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.tags.add(f"<!{decl}")


def harmless(text: str) -> Looked:
    """Fails for anything that could act, load from elsewhere, or be taken for a part of the page."""
    found = Looked(rendered(text, FILES).html)
    assert found.tags <= TAGS, found.tags - TAGS
    assert set(found.attributes) <= ATTRIBUTES, set(found.attributes) - ATTRIBUTES
    for address in found.attributes.get("href", []):
        assert address.startswith(("http://", "https://", "mailto:", "/", "#")), address
        assert not address.startswith(("//", "/\\")), address
    assert set(found.attributes.get("src", [])) <= {"/kb/x/files/K/?shown"}
    assert all(each.startswith("s-") for each in found.attributes.get("id", []))
    assert set(found.attributes.get("class", [])) <= {"scroll"}
    return found


PIECES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=a>",
    "javascript:alert(1)",
    "data:text/html,",
    "](",
    "[a](",
    "![",
    "![a](a.png",
    ")",
    ' "x" onerror="y"',
    "<",
    ">",
    "&lt;",
    "&#106;avascript:",
    "`",
    "```",
    '```x" onclick="y',
    "~~",
    "|",
    "|-|-|",
    "\n",
    "\n\n",
    "# ",
    "- ",
    "1. ",
    "> ",
    "    ",
    "\\",
    "\x00",
    "\u202e",
    "*",
    "_",
    "//evil.example",
    "/\\evil.example",
    "<https://a.example>",
    'https://a.example/?q="><script>',
    "[r]: javascript:x",
    "[r]",
    "<a href=javascript:x>",
    "vbscript:x",
    "<style>*{}</style>",
    "<iframe src=x>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<base href=//x>",
    "\t",
    "JaVaScRiPt\t:x",
    "name",
    "{#main}",
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=30).map("".join))
def test_xss_11_nothing_that_acts_survives_any_text(text: str) -> None:
    harmless(text)
    plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "<iframe src='//evil.example'></iframe>", "<b onmouseover=alert(1)>x</b>",
        "<div style='position:fixed;inset:0;background:url(//evil.example)'>Sign in</div>",
        "[x](javascript:alert(1))", "[x](JAVASCRIPT&colon;alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://evil.example/pixel.png)", "![x](data:image/svg+xml,<svg onload=a>)", "[x](//evil.example)",
        "<javascript:alert(1)>", "<mailto:x@y.example>", "[x]: javascript:x\n\n[x]", "```x\" onclick=\"y\nz\n```",
        "<style>@import url(//evil.example)</style>", "<meta http-equiv=refresh content=0>",
    ],
)  # fmt: skip
def test_xss_11_xss_14_markup_styles_and_other_schemes_are_text(text: str) -> None:
    found = harmless(text)
    assert not found.tags & {"iframe", "style", "meta", "img"}
    assert "href" not in found.attributes


def test_what_authors_need_is_there() -> None:
    text = "# A *b*\n\nSee https://a.example/x. [own](/kb/y/)\n\n![Draw **it**](a.png)\n\n|a|b|\n|-|-:|\n|1|2|\n\n"
    text += "```\n<x>\n```\n\n## A b"
    shown = rendered(text, FILES)
    assert [(row.level, row.id, row.text) for row in shown.headings] == [(2, "s-a-b", "A b"), (3, "s-a-b--2", "A b")]
    for piece in (
        '<h2 id="s-a-b">A <em>b</em></h2>', '<a href="https://a.example/x" rel="nofollow noopener noreferrer">https://a.example/x</a>.',
        '<a href="/kb/y/">own</a>', '<img src="/kb/x/files/K/?shown" alt="Draw it" loading="lazy">',
        '<td data-align="right">2</td>', '<pre tabindex="0"><code>&lt;x&gt;\n</code></pre>',
    ):  # fmt: skip
        assert piece in shown.html
    assert plain(text).split("\n") == [
        "A b",
        "See https://a.example/x. own",
        "Draw it",
        "a",
        "b",
        "1",
        "2",
        "<x>",
        "A b",
    ]


def test_deep_nesting_ends() -> None:
    for text in ("> " * 3000 + "x", "[" * 3000, "- " * 2000, "*a_ " * 2000, "![" * 1000 + "](a.png)"):
        harmless(text)


def test_headings_begin_at_the_pages_second_level_and_skip_none() -> None:
    shown = rendered("## One\n\n#### Two\n\n##### Three\n\n## Four")
    assert [row.level for row in shown.headings] == [2, 3, 2]
    assert "<h4" in shown.html, "the third level stands in the text, not in the table of contents"
