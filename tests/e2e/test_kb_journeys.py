"""A visitor finds an article in their language, reads it and says whether it helped; with and without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import load_reference

from garant.core.people import SYSTEM
from garant.knowledge import operations
from garant.knowledge.models import Feedback

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]
TITLES = {"en": "Choose a key", "de": "Einen Schlüssel wählen", "ja": "キーを選ぶ"}
BODY = """# One

Text with `code` and https://example.com/a-rather-long-address-that-has-to-be-broken-somewhere/in-the-middle-of-it.

```
a line of code that is far too long for a phone and therefore has to scroll inside its own box, not with the page
```

| Column | Another column | A third one with many words in it |
| --- | --- | --- |
| 1 | 2 | 3 |

# Two

1. First
2. Second
   - deeper

> Said.
"""


@pytest.fixture
def base(transactional_db: None) -> None:
    """A section with an article in three languages and one in English only, stored for the server to see."""
    load_reference()
    operations.save_section(by=SYSTEM, code="imports", names={"en": "Imports", "de": "Importe", "ja": "インポート"})
    article = operations.create_article(by=SYSTEM, section="imports", language="en", title=TITLES["en"], body=BODY,
                                        products=["Quillon"], summary="One column is enough.")  # fmt: skip
    for language in ("de", "ja"):
        operations.save_translation(by=SYSTEM, article_id=article, language=language, title=TITLES[language], body=BODY)
    for language in TITLES:
        operations.publish(by=SYSTEM, article_id=article, language=language)
    other = operations.create_article(by=SYSTEM, section="imports", language="en", title="Related", body="# A\n\nText")
    operations.publish(by=SYSTEM, article_id=other, language="en")


@pytest.mark.parametrize(
    ("language", "script", "theme", "width"),
    [("en", True, "light", 1440), ("de", False, "dark", 390), ("ja", True, "light", 390)],
)
def test_a_visitor_finds_an_article_and_says_whether_it_helped(
    base: None, visit: Open, accessible: Any, language: str, script: bool, theme: str, width: int
) -> None:
    window = visit(language=language, script=script, theme=theme, width=width)
    look = accessible if script else lambda _: None
    page = window.page
    window.go("/kb/")
    look(window)
    page.locator("a[href='/kb/sections/imports/']").click()
    page.locator("h1", has_text="インポート" if language == "ja" else "Import").wait_for()
    look(window)
    page.locator("main a", has_text=TITLES[language]).click()
    page.locator("article h1", has_text=TITLES[language]).wait_for()
    assert page.locator("article").get_attribute("lang") == language
    assert page.locator("nav a[href='#s-two']").count() == 1
    assert overflow(window) == 0
    look(window)
    assert page.context.cookies() == [], "reading sets none"
    page.locator(".helpful a").last.click()
    page.locator("input[value=missing]").check()
    look(window)
    page.locator("textarea").fill("The third step")
    page.locator("main form button").click()
    page.locator("[role=status]").wait_for()
    assert Feedback.objects.values_list("language", "reason").get() == (language, "missing")


def test_an_article_in_another_language_says_so(base: None, visit: Open, accessible: Any) -> None:
    window = visit(language="de")
    window.go("/kb/related/")
    assert window.page.locator("article .callout").count() == 1
    assert window.page.locator("html").get_attribute("lang") == "de"
    accessible(window)
