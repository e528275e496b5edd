"""Journey: a miss walked to the second level, acknowledged, handed over, answered; in English and French."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import Cast, file_case
from django.urls import reverse

from garant.cases.models import Escalation
from garant.cases.sweeping import sweep_all
from garant.directory.models import Person
from garant.journal.operations import database_now

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]

WORDS = {
    "en": {
        "inbox": "Escalations", "mine": "For me", "level": "Level 2", "acknowledge": "Acknowledge",
        "done": "Acknowledged. Nobody is told again", "by": "acknowledged by Helena Strand",
        "hand": "Hand over", "whom": "To whom", "handed": "Handed over. The person is told",
        "end": "De-escalate", "reason": "Reason", "sure": "The promise is still owed.", "ended": "De-escalated.",
    },
    "fr": {
        "inbox": "Escalades", "mine": "Pour moi", "level": "Niveau 2", "acknowledge": "Prendre en charge",
        "done": "Prise en charge. Plus personne", "by": "prise en charge par Helena Strand",
        "hand": "Transmettre", "whom": "À qui", "handed": "Transmise. La personne est avertie",
        "end": "Lever l’escalade", "reason": "Motif", "sure": "L’engagement reste dû.", "ended": "Escalade levée.",
    },
}  # fmt: skip


def missed(desk: Cast) -> int:
    """A severity 1 case just missed, whose first level nobody acknowledged, so that the second was told."""
    at = database_now() - timedelta(hours=4, minutes=20)
    number = file_case(desk.people["contact"], desk.subscriber_a, "Trains stand still", severity="1", at=at)
    sweep_all()
    for _ in range(2):
        Escalation.objects.filter(case__number=number, remind_at__isnull=False).update(
            remind_at=database_now() - timedelta(seconds=1)
        )
        sweep_all()
    return number


@pytest.mark.parametrize(("language", "script"), [("en", True), ("fr", False)])
def test_an_escalation_is_walked_to_the_second_level_and_acknowledged(
    desk: Cast, visit: Open, accessible: Any, language: str, script: bool
) -> None:
    words = WORDS[language]
    number = missed(desk)
    manager = desk.people["manager"]
    manager.language = language
    manager.save()
    window = visit(manager, language=language, script=script)
    window.go("/")
    window.page.get_by_role("link", name=words["inbox"]).first.click()
    window.page.get_by_role("link", name=words["mine"]).click()
    if script:
        accessible(window)
    article = window.page.locator("article", has_text="Trains stand still")
    article.get_by_role("link", name=words["level"]).click()
    if script:
        accessible(window)
    window.page.locator("#acknowledge_note").fill("I call them.")
    window.page.get_by_role("button", name=words["acknowledge"], exact=True).click()
    window.page.get_by_text(words["done"]).wait_for()
    assert words["by"] in window.text("main")
    second = Escalation.objects.get(case__number=number, level=2)
    assert (second.acknowledged_by_id, second.remind_at) == (manager.pk, None)

    window.page.locator("summary", has_text=words["hand"]).click()
    window.page.get_by_label(words["whom"]).select_option(label="Ines Carvalho")
    window.page.get_by_role("button", name=words["hand"]).click()
    window.page.get_by_text(words["handed"]).wait_for()
    window.page.locator("summary", has_text=words["end"]).click()
    window.page.get_by_label(words["reason"]).fill("Agreed by phone.")
    window.page.get_by_label(words["sure"]).check()
    window.page.get_by_role("button", name=words["end"]).click()
    window.page.get_by_text(words["ended"]).first.wait_for()
    second.refresh_from_db()
    assert second.ended_by_id == manager.pk
    window.go(reverse("console:case", kwargs={"number": number}))
    assert "I call them." in window.text("main")


@pytest.mark.parametrize(("width", "theme", "language"), [(1440, "light", "en"), (390, "dark", "fr")])
def test_the_pages_of_escalations_fit(
    desk: Cast, visit: Open, accessible: Any, width: int, theme: str, language: str
) -> None:
    missed(desk)
    Person.objects.update(language=language)
    window = visit(desk.people["manager"], width=width, theme=theme, language=language)
    row = Escalation.objects.filter(trigger="missed").order_by("-pk")[0]
    addresses = {
        "inbox": reverse("console:escalations"),
        "over": reverse("console:escalations") + "?shown=over",
        "one": reverse("console:escalation", args=[row.pk]),
        "case": reverse("console:case", kwargs={"number": row.case.number}),
        "trial": reverse("console:policy-trial"),
    }
    for name, address in addresses.items():
        window.go(address)
        if name == "trial":
            window.page.locator("form:has(textarea) button").click()
            window.page.locator("#result").wait_for()
        assert overflow(window) <= 0, address
        accessible(window)
        if folder := os.environ.get("GARANT_SHOTS"):
            path = f"{folder}/escalation-{name}-{width}-{theme}-{language}.png"
            window.page.screenshot(path=path, full_page=True)


def test_a_policy_is_tried(desk: Cast, visit: Open, accessible: Any) -> None:
    missed(desk)
    window = visit(desk.people["manager"])
    window.go(reverse("console:escalations"))
    window.page.get_by_role("link", name="Try a policy").click()
    window.page.get_by_role("button", name="Try it").click()
    assert "support manager" in window.text("#result")
    assert "Trains stand still" in window.text("#result")
    accessible(window)
    policy = window.page.get_by_label("Escalation policies")
    policy.fill(policy.input_value().replace("support_manager", "suport_manager"))
    window.page.get_by_role("button", name="Try it").click()
    assert "did you mean support_manager?" in window.text("main")
