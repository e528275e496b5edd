"""The public packages page: generated from the programme, in two regions and two languages, with its calculator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_cast import Cast, load_reference
from django.test import Client

from garant.contracts.queries import programme_document
from garant.directory.queries import viewer_of
from garant.kit import typesetting
from garant.portal import packages_pdf
from garant.portal.package import our_packages

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def visitor(db: None) -> Client:
    """Somebody without an account, before whom the reference programme is loaded."""
    load_reference()
    return Client()


def page(visitor: Client, query: str = "", language: str = "en") -> str:
    """The page's HTML."""
    response = visitor.get(f"/packages/{query}", headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def rows(html: str) -> dict[str, list[str]]:
    """The matrix as text: row name -> cells, notes left out; icons by their label."""
    found = {}
    for row in re.findall(r'<tr id="[^"]+"><th scope="row">(.*?)</tr>', html, re.S):
        name, _, cells = row.partition("</th>")
        name = re.sub(r"<small>.*?</small>| <a .*?</a>", "", name)
        found[name] = [plain(cell) for cell in re.findall(r"<td>(.*?)</td>", cells, re.S)]
    return found


def plain(html: str) -> str:
    """The text of a cell: what a screen reader says."""
    html = re.sub(r'<svg[^>]*aria-label="([^"]*)".*?</svg>', r"\1", html, flags=re.S)
    html = re.sub(r'<span aria-hidden="true">.*?</span>', "", html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def test_every_row_of_every_package_stands_there(visitor: Client) -> None:
    html = page(visitor)
    programme = programme_document("reference")
    names = [row.name["en"] for group in programme.groups for row in group.rows]
    assert list(rows(html)) == names
    assert len(names) == 25
    assert len(re.findall('class="m-group"', html)) == 5
    assert all(len(cells) == 5 for cells in rows(html).values())


def test_the_cells_are_those_of_the_programme(visitor: Client) -> None:
    found = rows(page(visitor))
    assert found["Initial response, severity 2"] == ["no response target"] * 2 + ["10 h", "8 h", "6 h"]
    assert found["Authorized contacts"] == ["2", "2", "2", "3", "10"]
    assert found["Phone support"] == ["No", "24/7", "24/7", "24/7", "24/7"]
    assert found["Named advisor"] == ["No", "No", "No", "Yes", "Yes"]
    assert found["Private virtual training sessions"] == ["0", "0", "0", "4", "8"]


def test_obligations_severities_and_notes_in_french(visitor: Client) -> None:
    html = page(visitor, language="fr")
    programme = programme_document("reference")
    assert '<html lang="fr">' in html
    for text in (
        *(note.text["fr"] for note in programme.obligations),
        *(severity.definition["fr"] for severity in programme.severities),
        *(note.text["fr"] for note in programme.notes),
    ):
        assert text in html.replace("&#x27;", "'")
    assert len(programme.obligations) == 3
    assert "Pour quand la réponse est-elle promise" in html
    assert "By when is an answer promised" not in html


def test_the_regions_link_to_each_other(visitor: Client) -> None:
    assert 'href="?region=japan"' in page(visitor)
    japan = page(visitor, "?region=japan", "ja")
    assert 'href="?region=default"' in japan
    assert "日本サポートプログラム" in japan
    assert visitor.get("/packages/?region=atlantis").status_code == 404


def test_the_calculator_says_by_when_and_why(visitor: Client) -> None:
    query = "?package=gold&severity=2&day=2026-11-24&time=16:30&zone=America/Denver"
    answer = page(visitor, query).partition('id="answer"')[2].partition("</section>")[0]
    assert "Wednesday 25 November 2026, 13:30" in plain(answer)
    assert "1 h 30 min on Tue 24 Nov, 6 h 30 min on Wed 25 Nov" in plain(answer)
    assert "8 hours for severity 2 in Gold, a goal" in plain(answer)


def test_the_calculator_reads_the_clock_of_the_zone_asked(visitor: Client) -> None:
    query = "?package=gold&severity=1&day=2026-11-24&time=16:30&zone=Europe/Paris"
    answer = plain(page(visitor, query, "fr").partition('id="answer"')[2].partition("</section>")[0])
    assert "mardi 24 novembre 2026 à 12\u00a0h\u00a030" in answer or "mardi 24 novembre 2026 à 12 h 30" in answer
    assert "20" in answer.partition("Soit")[2]
    assert "Paris" in answer


def test_the_calculator_says_when_nothing_is_promised(visitor: Client) -> None:
    query = "?package=bronze&severity=2&day=2026-11-21&time=10:00&zone=America/Denver"
    answer = plain(page(visitor, query).partition('id="answer"')[2].partition("</section>")[0])
    assert "Bronze has no response target for severity 2" in answer
    assert "Support is open from Monday 23 November 2026, 07:00" in answer


@pytest.mark.parametrize(
    "query",
    [
        "day=junk",
        "day=2026-13-45",
        "time=25:99",
        "day=9999-12-31",
        "day=2026-11-24&time=16:30%2B02:00",
        "day=0001-01-01",
    ],
)
def test_a_day_that_is_none_gets_a_sentence(visitor: Client, query: str) -> None:
    answer = page(visitor, f"?{query}").partition('id="answer"')[2].partition("</section>")[0]
    assert "can't be worked out" in answer


@pytest.mark.parametrize(
    "query", ["package=../etc&severity=9&zone=Mars/Base", "contacts=-4&choose=1&need=nothing", "%00"]
)
def test_unknown_answers_count_as_none(visitor: Client, query: str) -> None:
    assert 'id="answer"' in page(visitor, f"?{query}")


@pytest.mark.parametrize(
    ("wanted", "package"),
    [
        ("contacts=2", "Standard"),
        ("need=phone_support", "Bronze"),
        ("need=senior_advisor", "Silver"),
        ("contacts=3", "Gold"),
        ("contacts=4", "Platinum"),
        ("need=phone_support&need=weekly_updates", "Platinum"),
    ],
)
def test_the_chooser_names_the_smallest_package(visitor: Client, wanted: str, package: str) -> None:
    fits = page(visitor, f"?choose=1&{wanted}").partition('id="fits"')[2].partition("</section>")[0]
    assert f'<p class="promise-due">{package}</p>' in fits


def test_the_chooser_says_when_none_fits(visitor: Client) -> None:
    fits = page(visitor, "?choose=1&contacts=11").partition('id="fits"')[2].partition("</section>")[0]
    assert "No package has all of this" in fits


def test_a_visitor_switches_language_and_keeps_it(visitor: Client) -> None:
    choice: Any = visitor.get("/packages/?region=japan&lang=fr&keep=yes")
    assert (choice.status_code, choice["Location"]) == (302, "/packages/?region=japan")
    assert '<html lang="fr">' in page(visitor)
    assert '<html lang="en">' in page(visitor, "?lang=en")
    assert '<html lang="fr">' in page(visitor)
    assert visitor.get("/packages/?lang=en&keep=yes").status_code == 302
    assert '<html lang="en">' in page(visitor, "?lang=klingon")


def test_reading_the_page_sets_no_cookie(visitor: Client) -> None:
    response: Any = visitor.get("/packages/")
    assert not response.cookies


def test_the_page_asks_few_questions_of_the_database(visitor: Client, django_assert_max_num_queries: Any) -> None:
    page(visitor)
    with django_assert_max_num_queries(12):
        page(visitor)


def test_each_row_has_an_address(visitor: Client) -> None:
    html = page(visitor, "?region=japan")
    ids = re.findall(r'<tr id="([^"]+)">', html)
    assert len(ids) == len(set(ids)) > 25
    assert re.findall(r'class="row-link" href="#([^"]+)" aria-label="[^"]+"', html) == ids
    assert "row-phone_support" in ids


def test_the_page_comes_as_a_pdf_once_for_each_version(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first: Any = visitor.get("/packages/packages.de.pdf?region=japan")
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    assert first["Content-Disposition"] == 'attachment; filename="packages-japan-de.pdf"'
    assert first.content.startswith(b"%PDF-")
    assert not first.cookies
    monkeypatch.setattr(packages_pdf, "typeset", lambda *_: pytest.fail("set again"))
    assert visitor.get("/packages/packages.de.pdf?region=japan").content == first.content
    again = visitor.get("/packages/packages.de.pdf?region=japan", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert visitor.get("/packages/packages.xx.pdf").status_code == 404
    assert visitor.get("/packages/packages.de.pdf?region=atlantis").status_code == 404


def test_a_missing_font_is_named_with_the_remedy(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    packages_pdf.packages_pdf.cache_clear()
    monkeypatch.setattr(typesetting, "LATIN", ("Libertinus Serif",))
    monkeypatch.setattr(typesetting, "OTHERS", {"ja": ((), "fonts-noto-cjk")})
    answer = visitor.get("/packages/packages.ja.pdf")
    assert answer.status_code == 503
    assert "GARANT_FONTS" in answer.content.decode()
    assert "fonts-noto-cjk" in answer.content.decode()


def test_a_subscriber_finds_the_own_package_marked_and_what_the_next_changes(cast: Cast) -> None:
    html = page(cast.client("contact"))
    (contract,) = our_packages(viewer_of(cast.people["contact"].pk))
    head = html.partition('<table class="matrix mt">')[2].partition("</thead>")[0]
    assert re.findall(r'<th scope="col" class="mine">(\w+)', head) == [contract.package]
    assert html.count('<td class="mine">') == 25
    assert f"Your package: {contract.package}" in html
    assert contract.adds == len(contract.gains) > 0
    for right in contract.gains:
        assert f'<a href="#row-{right.code}">' in html
        assert f'<tr id="row-{right.code}">' in html
    for other in (page(Client()), page(cast.client("agent")), page(cast.client("contact"), "?region=japan")):
        assert 'class="mine"' not in other
        assert "Your package" not in other
