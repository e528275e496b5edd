"""Help articles in the portal: for everybody who may, without a cookie, kept by nobody who may not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from desk_cast import Cast
from django.test import Client
from django.urls import reverse

from garant.core.people import NOBODY, SYSTEM
from garant.directory.queries import viewer_of
from garant.knowledge import operations, queries
from garant.knowledge.models import Feedback

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
BAD = "<script>alert('x')</script>"


@pytest.fixture
def desk(cast: Cast) -> Cast:
    operations.save_section(by=SYSTEM, code="imports", names={"en": "Imports", "de": "Importe"})
    return cast


def article(title: str = "Choose a key", *, live: bool = True, **more: Any) -> int:
    given: dict[str, Any] = {"section": "imports", "language": "en", "body": "# One\n\nText\n\n# Two\n\n- x", **more}
    made = operations.create_article(by=SYSTEM, title=title, **given)
    if live:
        operations.publish(by=SYSTEM, article_id=made, language=given["language"])
    return made


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_visitor_reads_without_a_cookie_and_the_page_is_asked_about_again(desk: Cast) -> None:
    article(summary="Why <b>one</b> is enough")
    client = Client()
    for address in ("/kb/", "/kb/sections/imports/", "/kb/choose-a-key/"):
        response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies, address
        assert response.headers["Cache-Control"] == "no-cache"
        again = client.get(address, headers={"if-none-match": response.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert "Last-Modified" in client.get("/kb/choose-a-key/").headers
    assert "/kb/choose-a-key/?lang=en" in text(client.get("/sitemap.xml"))
    page = text(client.get("/kb/choose-a-key/"))
    assert '<link rel="canonical" href="http://127.0.0.1:8000/kb/choose-a-key/">' in page
    assert '<h2 id="s-one">One</h2>' in page
    assert '<a href="#s-two"' in page
    assert "Why &lt;b&gt;one&lt;/b&gt; is enough" in page
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
    assert (data["headline"], data["inLanguage"]) == ("Choose a key", "en")
    operations.save_translation(by=SYSTEM, article_id=queries.article_page(
        viewer=NOBODY, slug="choose-a-key", language="en").id, language="en", title="Choose", body="x")  # fmt: skip
    assert client.get("/kb/choose-a-key/", headers={"if-none-match": '"stale"'}).status_code == 200


def test_com_06_a_page_of_somebody_signed_in_is_kept_by_nobody(desk: Cast) -> None:
    article()
    for name in ("contact", "agent"):
        client = desk.client(name)
        for address in ("/kb/", "/kb/choose-a-key/", "/kb/nowhere/", "/kb/choose-a-key/helpful/"):
            response = client.get(address)
            assert set(response.headers["Cache-Control"].split(", ")) >= {"private", "no-store"}, address
    stranger = text(Client().get("/kb/choose-a-key/"))
    assert desk.people["contact"].name not in stranger


@pytest.mark.parametrize("visibility", ["draft", "customers", "staff", "archived"])
def test_enum_05_a_hidden_article_answers_like_none(desk: Cast, visibility: str) -> None:
    chosen = "public" if visibility in ("draft", "archived") else visibility
    made = article("Secret plan", live=visibility != "draft", visibility=chosen, body="hush")
    file = operations.add_file(by=SYSTEM, article_id=made, name="plan.png", content=PNG)
    if visibility == "archived":
        operations.archive_article(by=SYSTEM, article_id=made)
    article("Open")
    client = Client()

    def answer(address: str) -> tuple[int, str, dict[str, str]]:
        found = client.get(address, headers={"if-none-match": "*", "range": "bytes=0-3"})
        body = text(found).replace("secret-plan", "SLUG").replace("random-one", "SLUG")
        return found.status_code, body, dict(found.headers)

    for rest in ("", "helpful/", f"files/{file.key}/"):
        assert answer(f"/kb/secret-plan/{rest}") == answer(f"/kb/random-one/{rest}"), rest
    for address in ("/kb/", "/kb/sections/imports/", "/kb/open/", "/sitemap.xml"):
        assert "ecret" not in text(client.get(address))
    sent = client.post("/kb/secret-plan/helpful/", {"answer": "yes"})
    assert sent.status_code == 404
    assert not Feedback.objects.exists()


def test_a_language_that_is_missing_is_said_and_others_are_offered(desk: Cast) -> None:
    made = article()
    operations.save_translation(by=SYSTEM, article_id=made, language="de", title="Schlüssel wählen", body="Text")
    operations.publish(by=SYSTEM, article_id=made, language="de")
    french = text(Client().get("/kb/choose-a-key/", headers={"accept-language": "fr"}))
    assert 'class="callout" role="note"' in french
    assert '<article class="prose" lang="en">' in french
    german = text(Client().get("/kb/choose-a-key/", headers={"accept-language": "de"}))
    assert "Schlüssel wählen" in german
    assert 'class="callout"' not in german
    assert '<a href="?lang=en" lang="en" hreflang="en">English</a>' in german
    assert 'hreflang="x-default" href="http://127.0.0.1:8000/kb/choose-a-key/"' in german
    operations.save_translation(by=SYSTEM, article_id=made, language="en", title="Choose a key", body="More")
    operations.publish(by=SYSTEM, article_id=made, language="en")
    older = text(Client().get("/kb/choose-a-key/", headers={"accept-language": "de"}))
    assert 'class="callout" role="note"' in older, "readers are told that the original has moved on"


def test_an_old_address_leads_on_for_ever(desk: Cast) -> None:
    made = article()
    operations.set_article(by=SYSTEM, article_id=made, slug="pick-a-key")
    response = Client().get("/kb/choose-a-key/")
    assert (response.status_code, response.headers["Location"]) == (301, "/kb/pick-a-key/")


def test_xss_11_xss_12_markup_of_an_author_is_text_on_every_page(desk: Cast) -> None:
    body = f"# {BAD}\n\n{BAD}\n\n<iframe src=x></iframe> [x](javascript:alert(1))\n\n# Two\n\nText"
    made = article(BAD, body=body, summary=BAD, keywords="key", products=[BAD], slug="bad")
    article("Near", keywords="key")
    for address in ("/kb/", "/kb/sections/imports/", "/kb/bad/", "/kb/near/", "/kb/bad/helpful/"):
        page = text(Client().get(address))
        assert "alert(" in page, address
        assert "<script>alert" not in page
        assert "<iframe" not in page
        assert 'href="javascript' not in page
    operations.save_translation(by=SYSTEM, article_id=made, language="en", title=BAD, body=f"{BAD}\n\nother")
    changes = queries.difference(
        viewer=viewer_of(desk.people["agent"].pk), article_id=made, language="en", before=1, after=2,
    )  # fmt: skip
    assert any(row.text == BAD for row in changes), "the comparison hands out plain text, for pages to escape"


def test_pictures_are_shown_and_everything_else_is_a_download(desk: Cast) -> None:
    made = article(visibility="customers")
    picture = operations.add_file(by=SYSTEM, article_id=made, name="a.png", content=PNG)
    page = operations.add_file(by=SYSTEM, article_id=made, name="a.html", content=BAD.encode())
    operations.save_translation(by=SYSTEM, article_id=made, language="en", title="Choose", body="![A](a.png)")
    operations.publish(by=SYSTEM, article_id=made, language="en")
    contact = desk.client("contact")
    address = f"/kb/choose-a-key/files/{picture.key}/"
    shown = text(contact.get("/kb/choose-a-key/"))
    assert f'<img src="{address}?shown" alt="A" loading="lazy">' in shown
    assert "a.html" in shown
    assert contact.get(address + "?shown").headers["Content-Disposition"].startswith("inline")
    other = contact.get(f"/kb/choose-a-key/files/{page.key}/?shown")
    assert other.headers["Content-Disposition"].startswith("attachment")
    assert (other.headers["X-Content-Type-Options"], other.headers["Content-Type"]) == ("nosniff", "text/plain")
    assert Client().get(address).status_code == 404, "what only customers may read has files for them alone"


def test_a_reader_says_whether_it_helped_and_only_then_gets_a_cookie(desk: Cast) -> None:
    article()
    client = Client(enforce_csrf_checks=True)
    assert client.post("/kb/choose-a-key/helpful/", {"answer": "yes"}).status_code == 403
    page = client.get("/kb/choose-a-key/helpful/?answer=no")
    assert "csrftoken" in page.cookies
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', text(page))[0]
    sent = {"answer": "no", "reason": "missing", "text": f"The third step {BAD}", "csrfmiddlewaretoken": token}
    response = client.post("/kb/choose-a-key/helpful/", sent)
    assert response.headers["Location"] == "/kb/choose-a-key/helpful/?done"
    assert client.get(response.headers["Location"]).status_code == 200
    assert Feedback.objects.values_list("is_helpful", "reason").get() == (False, "missing")
    assert client.post("/kb/choose-a-key/helpful/", {**sent, "x": "1"}).status_code == 400
    assert client.post("/kb/choose-a-key/helpful/", {**sent, "reason": "bored"}).status_code == 422
    assert "0 of 1 reader said yes" in text(Client().get("/kb/choose-a-key/"))


def test_too_many_answers_from_one_place_are_refused_in_words(desk: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.knowledge.operations_feedback.MOST_AN_HOUR", 0)
    article()
    response = Client().post("/kb/choose-a-key/helpful/", {"answer": "yes"})
    assert response.status_code == 429
    assert "within an hour" in text(response)


def test_a_section_that_is_empty_for_a_reader_is_none(desk: Cast) -> None:
    article(visibility="customers")
    assert Client().get("/kb/sections/imports/").status_code == 404
    assert desk.client("contact").get("/kb/sections/imports/").status_code == 200
    assert "no articles" in text(Client().get(reverse("kb")))
