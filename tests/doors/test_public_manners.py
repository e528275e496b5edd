"""What every public page owes its readers and those who list it: no cookie, no copies, one address."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from desk_cast import Cast, load_reference
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from garant.kit.manners import Manners, alternates_of, brief, manners, structured
from garant.portal.sitemaps import SECTIONS, Listed, Section

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LANGUAGES = ["en", "fr", "es", "de", "it", "ja"]
BASE = "https://desk.example"


@pytest.fixture
def visitor(db: None) -> Client:
    """Somebody without an account, before whom the reference programme is loaded."""
    load_reference()
    return Client()


def listed(visitor: Client) -> list[str]:
    """Every address of the sitemap, as this desk's own paths."""
    text = visitor.get("/sitemap.xml").content.decode()
    return [unescape(found).removeprefix("http://127.0.0.1:8000") for found in re.findall(r"<loc>(.*?)</loc>", text)]


def public(visitor: Client) -> list[str]:
    """Every public address: what the sitemap lists, without a language too, and what machines read."""
    pages = listed(visitor)
    bare = {re.sub(r"[?&]lang=..", "", page) for page in pages}
    return [*pages, *sorted(bare), "/sitemap.xml", "/sitemap-site.xml", "/robots.txt", "/healthz"]


def head_of(html: str) -> str:
    """The page's head."""
    return html.partition("</head>")[0]


def test_gdpr_06_who_only_reads_gets_no_cookie_and_meets_nobody_else(visitor: Client) -> None:
    pages = public(visitor)
    assert len(pages) > 20
    for page in pages:
        answer: Any = visitor.get(page)
        assert answer.status_code == 200, page
        assert not answer.cookies, page
        loaded = re.findall(r"<(?:link[^>]*rel=\"(?:stylesheet|icon|preload)\"[^>]*href|(?:script|img|iframe)[^>]*src)="
                            r"\"([^\"]+)\"", answer.content.decode())  # fmt: skip
        assert [one for one in loaded if not one.startswith("/static/")] == [], page
    assert not visitor.cookies


def test_com_06_what_is_answered_to_a_session_is_kept_by_nobody(cast: Cast) -> None:
    member, stranger = cast.client("contact"), Client()
    for page in public(Client()):
        answer: Any = member.get(page)
        assert answer["Cache-Control"] == "private, no-store", page
        assert "ETag" not in answer.headers, page
        assert "Cookie" in stranger.get(page)["Vary"], page
        assert cast.people["contact"].name not in stranger.get(page).content.decode()
    for name in ("cases_export", "account", "our_package"):
        kept = member.get(reverse(name))["Cache-Control"]
        assert "private" in kept, name
        assert "no-store" in kept, name


def test_com_06_a_page_with_a_form_of_its_own_reader_is_kept_by_nobody(visitor: Client) -> None:
    answer: Any = visitor.get("/accounts/login/")
    assert answer.cookies
    assert {"private", "no-store"} <= {one.strip() for one in answer["Cache-Control"].split(",")}


@pytest.mark.parametrize("page", ["/sitemap.xml", "/robots.txt", "/packages/?day=2026-11-24&time=16:30"])
def test_an_unchanged_page_is_not_sent_twice(visitor: Client, page: str) -> None:
    first: Any = visitor.get(page)
    assert first["Cache-Control"] == "no-cache"
    again: Any = visitor.get(page, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert visitor.get(page, headers={"if-none-match": '"another"'}).status_code == 200


def test_a_page_in_another_language_is_another_page_to_those_who_keep_it(visitor: Client) -> None:
    page = "/packages/?day=2026-11-24&time=16:30"
    english: Any = visitor.get(page, headers={"accept-language": "en"})
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in english["Vary"].split(",")}
    german = visitor.get(page, headers={"accept-language": "de", "if-none-match": english["ETag"]})
    assert german.status_code == 200


def test_a_language_in_the_address_is_kept_only_for_who_chose_it(visitor: Client) -> None:
    came: Any = visitor.get("/packages/?lang=de")
    assert '<html lang="de">' in came.content.decode()
    assert not came.cookies
    switch = re.findall(r'href="(\?lang=ja[^"]*)"( rel="nofollow")?', came.content.decode())
    assert switch
    assert all(nofollow for _, nofollow in switch)
    chosen: Any = visitor.get("/packages/" + unescape(switch[0][0]))
    assert (chosen.status_code, chosen["Location"]) == (302, "/packages/")
    assert '<html lang="ja">' in visitor.get("/packages/").content.decode()


def test_the_switch_leads_nowhere_else(visitor: Client) -> None:
    answer: Any = visitor.get("/?lang=ja&keep=yes", PATH_INFO="//other.example/")
    assert answer["Location"] == "/%2Fother.example/"


@override_settings(BASE_URL=BASE)
def test_a_page_names_its_own_address_and_those_of_its_languages(visitor: Client) -> None:
    head = head_of(visitor.get("/packages/?region=japan&package=gold&lang=fr").content.decode())
    own = f"{BASE}/packages/?region=japan"
    assert f'<link rel="canonical" href="{own}&amp;lang=fr">' in head
    named = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', head))
    assert named == {code: f"{own}&amp;lang={code}" for code in LANGUAGES} | {"x-default": own}
    assert f'<link rel="canonical" href="{own}">' in visitor.get("/packages/?region=japan").content.decode()
    for name in ("title", "description", "type", "locale", "url", "site_name"):
        assert len(re.findall(rf'<meta property="og:{name}" content="[^"]+">', head)) == 1, name
    assert head.count('property="og:locale:alternate"') == 5


def test_pages_of_the_signed_in_and_errors_are_not_to_be_listed(cast: Cast) -> None:
    no = '<meta name="robots" content="noindex">'
    member = cast.client("contact")
    for page in ("/", "/packages/", reverse("our_package"), reverse("account")):
        assert no in member.get(page).content.decode(), page
        assert 'rel="canonical"' not in member.get(page).content.decode(), page
    stranger = Client()
    assert no in stranger.get("/packages/?region=atlantis").content.decode()
    assert no in stranger.get("/accounts/login/").content.decode()
    assert no not in stranger.get("/packages/").content.decode()


def test_the_packages_are_told_to_machines_as_services(visitor: Client) -> None:
    head = head_of(visitor.get("/packages/").content.decode())
    facts = json.loads(head.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert facts["@context"] == "https://schema.org"
    by_name = {each["name"]: each for each in facts["@graph"]}
    assert list(by_name) == ["Standard", "Bronze", "Silver", "Gold", "Platinum"]
    held = {one["itemOffered"]["name"]: one["itemOffered"]["description"]
            for one in by_name["Gold"]["hasOfferCatalog"]["itemListElement"]}  # fmt: skip
    assert held["Authorized contacts"] == "3"
    assert "Phone support" not in str(by_name["Standard"])


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "a\u2028b", "]]>&amp;"])
def test_no_text_ends_the_script_element(text: str) -> None:
    written = structured({"@type": "Question", "name": text})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written)["name"] == text


def test_a_description_is_one_line_cut_between_words() -> None:
    assert brief("one\n  two") == "one two"
    long = brief("word " * 200)
    assert len(long) <= 300
    assert long.endswith("word…")
    assert len(brief("字" * 500)) == 300


@override_settings(BASE_URL=BASE)
def test_a_text_shown_in_another_language_names_that_one_as_its_address() -> None:
    request = RequestFactory().get("/kb/lamp/?lang=ja")
    found = manners(request, title="Lamp", description="On.", languages=("en", "de"), language="en")["manners"]
    assert isinstance(found, Manners)
    assert found.canonical == f"{BASE}/kb/lamp/?lang=en"
    assert [each.language for each in found.alternates] == ["en", "de", "x-default"]
    assert (found.locale, found.other_locales) == ("en_US", ("de_DE",))


@override_settings(BASE_URL=BASE)
def test_a_page_may_have_a_path_for_each_language() -> None:
    paths = {"en": "/kb/lamp/", "de": "/kb/lampe/"}
    assert [each.address for each in alternates_of("/kb/lamp/", paths)] == [f"{BASE}/kb/lamp/", f"{BASE}/kb/lampe/"]
    found = manners(RequestFactory().get("/kb/lamp/"), title="Lamp", description="On.", languages=paths)["manners"]
    assert found.canonical == f"{BASE}/kb/lamp/"


def test_the_sitemap_lists_each_page_once_a_language_with_the_others_beside_it(visitor: Client) -> None:
    text = visitor.get("/sitemap.xml").content.decode()
    pages = listed(visitor)
    assert len(pages) == len(set(pages))
    assert {f"/?lang={code}" for code in LANGUAGES} <= set(pages)
    assert {f"/packages/?region=japan&lang={code}" for code in LANGUAGES} <= set(pages)
    assert text.count('hreflang="x-default"') == len(pages)
    assert text.count("<xhtml:link") == len(pages) * 7
    assert "/console/" not in text
    assert visitor.get("/sitemap-nothing.xml").status_code == 404


def test_many_pages_are_listed_in_several_files(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SECTIONS, "many", Section(lambda: [Listed(f"/kb/{n}/", ("en",)) for n in range(1001)]))  # type: ignore[arg-type]
    text = visitor.get("/sitemap.xml").content.decode()
    assert "<sitemapindex" in text
    files = listed(visitor)
    assert files[0] == "/sitemap-site.xml"
    assert files[-2:] == ["/sitemap-many.xml", "/sitemap-many.xml?p=2"]
    assert visitor.get(files[-1]).content.decode().count("<loc>") == 1
    assert visitor.get("/sitemap-many.xml?p=3").status_code == 404


def test_robots_are_told_what_is_nobodys_business(visitor: Client) -> None:
    answer: Any = visitor.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    assert "/console/" in closed
    assert not [page for page in public(visitor) for path in closed if "*" not in path and page.startswith(path)]
    assert lines[-1] == "Sitemap: http://127.0.0.1:8000/sitemap.xml"
