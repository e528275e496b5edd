"""Abuse of public pages and the search: pages without end, markup in names, what a search tells whom."""

from __future__ import annotations

import pytest
from desk_cast import Cast as Desk
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from garant.core.people import SYSTEM
from garant.knowledge import operations as knowledge

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NAME = "<img src=x onerror=alert(1)>.png"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


def article(visibility: str, title: str = "Zebra stripes in exports") -> int:
    """A published article for some readers."""
    knowledge.save_section(by=SYSTEM, code="data", names={"en": "Data"})
    made = knowledge.create_article(
        by=SYSTEM, section="data", language="en", title=title, body="The zebra word.", visibility=visibility
    )
    knowledge.publish(by=SYSTEM, article_id=made, language="en")
    return made


def test_IDOR_06_and_ENUM_05_a_search_finds_counts_and_suggests_only_what_its_reader_may_read(desk: Desk) -> None:
    article("staff")
    public = article("public", "Lions in exports")
    asked = {"q": "zebra"}
    for who in (Client(), desk.client("contact")):
        page = who.get(reverse("search"), asked).content.decode()
        assert "stripes in exports" not in page
        assert "Lions" in page, "what may be read is found by the same word"
        assert page.count('<p class="eyebrow">') == 1, "one hit, and nothing counts the other"
        lines = who.get(reverse("search_suggest"), {"q": "zebra st"}).content.decode()
        assert "stripes" not in lines
    assert "</mark> stripes in exports" in desk.client("agent").get(reverse("search"), asked).content.decode()
    assert Client().get(reverse("kb_by_id", args=[public])).status_code == 302


def test_IDOR_06_the_search_shows_no_case_of_somebody_else(desk: Desk) -> None:
    own = desk.client("contact").get(reverse("search"), {"q": "ledger loses"}).content.decode()
    assert desk.secret_a in own
    for who in (Client(), desk.client("stranger")):
        page = who.get(reverse("search"), {"q": "ledger loses"}).content.decode()
        assert str(desk.case_a) not in page
        assert desk.secret_a not in page


@pytest.mark.parametrize("after", ["1000000000", "x" * 4000, "-1", "%00"])
def test_DOS_02_a_page_far_behind_the_last_is_an_ordinary_page(desk: Desk, after: str) -> None:
    article("public")
    addresses = [reverse(name) for name in ("search", "kb", "community")] + [reverse("kb_section", args=["data"])]
    for address in addresses:
        answer = Client().get(address, {"q": "zebra", "after": after, "limit": "1000000", "page": "1000000000"})
        assert answer.status_code == 200, address
        assert len(answer.content) < 200_000, address


@pytest.mark.parametrize("text", ["%%%%", "_" * 300, "(((", "a|b&!c:*", "\\", "zebra" * 60, "\x00zebra"])
def test_DOS_03_signs_of_a_query_language_are_words_like_any_other(desk: Desk, text: str) -> None:
    article("public")
    for name in ("search", "search_suggest"):
        assert Client().get(reverse(name), {"q": text}).status_code in (200, 404)


def test_XSS_18_a_file_name_with_markup_is_text_wherever_it_stands(desk: Desk) -> None:
    client, address = desk.client("contact"), reverse("case_reply", args=[desk.case_a])
    client.post(address, {"body": "See the picture.", "once": "o" * 24, "files": SimpleUploadedFile(NAME, PNG)})
    for who, page in (("contact", "case"), ("agent", "console:case")):
        shown = desk.client(who).get(reverse(page, args=[desk.case_a])).content.decode()
        assert "<img src=x" not in shown
        assert "onerror=alert(1)" in shown, "as text"


def test_XSS_05_XSS_06_a_drawing_or_page_under_a_pictures_name_is_a_download(desk: Desk) -> None:
    from garant.cases.models import Attachment

    client, address = desk.client("contact"), reverse("case_reply", args=[desk.case_a])
    for name, content in (
        ("plan.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("shot.png", b"<!doctype html><html><script>alert(1)</script></html>"),
    ):
        client.post(
            address,
            {"body": f"See {name}.", "once": f"{name:o<24}", "files": SimpleUploadedFile(name, content, "image/png")},
        )
    keys = list(Attachment.objects.values_list("key", flat=True))
    assert len(keys) == 2
    for key in keys:
        for shown in ({}, {"shown": ""}):
            answer = client.get(reverse("case_file", args=[desk.case_a, key]), shown)
            assert answer["Content-Disposition"].startswith("attachment;")
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer["Content-Security-Policy"]
