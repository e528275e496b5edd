"""The community in a browser: read by visitors, written without a script, kept in order; on a phone, in the dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visit, overflow

from garant.community import operations
from garant.community.models import Post, Thread

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]


def thread(desk: Any) -> int:
    """A contact's question with an answer of support that solved it, and a comment."""
    made = operations.ask(
        by=desk.actor("contact"), kind="question", title="Which column is the key?", language="en", tags=["imports"],
        body="Rows come **twice**:\n\n```\nid;name\n1;Ada\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nhttps://a.example/"
        + "long" * 40,
    )  # fmt: skip
    opening = Post.objects.get(thread_id=made).pk
    operations.approve(by=desk.actor("agent"), post_id=opening)
    answer = operations.answer(by=desk.actor("agent"), thread_id=made, body="The first one.\n\n1. Open it\n2. Save it")
    operations.accept(by=desk.actor("contact"), post_id=answer)
    operations.comment(by=desk.actor("contact"), post_id=answer, body="Thank you")
    operations.edit(by=desk.actor("agent"), post_id=answer, body="The first one, always.", revision=1)
    operations.flag(by=desk.actor("stranger"), post_id=answer, reason="Double")
    return made


@pytest.mark.parametrize(("who", "theme", "width"), [(None, "light", 390), ("contact", "dark", 390),
                                                     ("agent", "light", 1440)])  # fmt: skip
def test_axe_finds_nothing_and_nothing_is_clipped(
    desk: Any, visit: Open, accessible: Any, who: str | None, theme: str, width: int
) -> None:
    made = thread(desk)
    answer = Post.objects.get(thread_id=made, kind="answer").pk
    window = visit(who=desk.people[who] if who else None, theme=theme, width=width)
    paths = ["/community/", f"/community/{made}/", f"/community/posts/{answer}/history/", "/community/tags/imports/"]
    paths += ["/community/new/", "/community/me/"] if who else []
    paths += ["/console/community/?list=flagged", f"/console/community/threads/{made}/"] if who == "agent" else []
    for path in paths:
        window.go(path)
        accessible(window)
        assert overflow(window) <= 0, path


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_a_question_is_asked_shown_answered_and_accepted_without_a_script(
    desk: Any, visit: Open, language: str
) -> None:
    for name in ("contact", "agent"):
        desk.people[name].language = language
        desk.people[name].save()
    asks = visit(who=desk.people["contact"], language=language, script=False)
    asks.go("/community/new/")
    asks.page.locator("input[name=title]").fill("列の番号は? Which column?")
    asks.page.locator("textarea[name=body]").fill("The **import** asks for a key.")
    asks.page.locator("form:has(textarea) button").click()
    made = Thread.objects.get().pk
    keeps = visit(who=desk.people["agent"], language=language, script=False)
    keeps.go("/console/community/")
    keeps.page.locator("form:has(input[value=approve]) button").click()
    reads = visit(language=language, script=False)
    reads.go(f"/community/{made}/")
    assert reads.page.locator("article strong").inner_text() == "import"
    keeps.go(f"/community/{made}/")
    keeps.page.locator("form[action$='/answer/'] textarea").fill("The first one.")
    keeps.page.locator("form[action$='/answer/'] button").click()
    asks.go(f"/community/{made}/")
    asks.page.locator("form[action$='/accept/'] button").click()
    reads.go(f"/community/{made}/")
    assert reads.page.locator("article.msg-out").count() == 1
