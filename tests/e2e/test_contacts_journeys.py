"""A contact slot filled, replaced and refused in a browser, in English and French; the console's pages about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visit, overflow
from desk_cast import PASSWORD, Cast

from garant.contracts.models import Contract
from garant.contracts.notices_contacts import link_path
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.journal.models import Notice

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Visit]
#: Where pictures go when somebody wants to look; none otherwise.
PICTURES = os.environ.get("GARANT_PICTURES")


def look(window: Visit, name: str, accessible: Any) -> None:
    """The page holds in its window, axe has nothing to say, and a picture is taken when asked for."""
    if PICTURES:
        window.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert overflow(window) <= 0, name
    accessible(window)


@pytest.fixture
def admin(desk: Cast) -> Any:
    """Theo, an administrator of Aurora."""
    who = desk.people["viewer"]
    directory.give_role(by=SYSTEM, person_id=who.pk, role="administrator", subscriber_id=desk.subscriber_a)
    return who


def link() -> str:
    return link_path(Notice.objects.filter(kind="contact_invited").latest("pk").data["seed"])


def test_a_slot_is_filled_replaced_and_refused(desk: Cast, admin: Any, visit: Open, accessible: Any) -> None:
    window = visit(who=admin)
    page = window.page
    window.go("/contacts/")
    page.get_by_role("link", name="Name a contact").click()
    page.get_by_label("Somebody new, invited by mail").check()
    page.get_by_label("Their name").fill("Ada Novak")
    page.get_by_label("Their e-mail address").fill("ada@aurora.example")
    look(window, "name-en", accessible)
    page.get_by_role("button", name="Confirm").click()
    assert "on its way to ada@aurora.example" in window.text("main")
    look(window, "contacts-en", accessible)

    ada = visit(width=390, theme="dark")
    ada.go(link())
    look(ada, "invitation-en-390", accessible)
    ada.page.get_by_label("Choose a password").fill(PASSWORD)
    ada.page.get_by_label("The password again").fill(PASSWORD)
    ada.page.get_by_role("button", name="Accept").click()
    assert "Welcome to Aurora Rail." in ada.text("main")

    window.go("/contacts/")
    page.get_by_role("link", name="Replace Ada Novak").click()
    page.get_by_label("Theo Okonkwo").check()
    page.get_by_role("button", name="Confirm").click()
    assert "Theo Okonkwo replaces Ada Novak in place 2" in window.text("main")
    ada.page.reload()
    assert "/accounts/login/" in ada.page.url or "Sign in" in ada.text("header"), "signed out with the place"

    Contract.objects.filter(subscriber_id=desk.subscriber_a).update(contact_limit=2)
    window.go("/contacts/")
    assert "All places are taken" in window.text("main")
    page.goto(page.url + "name/")
    page.get_by_label("Somebody new, invited by mail").check()
    page.get_by_label("Their name").fill("Third Person")
    page.get_by_label("Their e-mail address").fill("third@aurora.example")
    page.get_by_role("button", name="Confirm").click()
    assert "Replace one of the contacts, or ask for a larger package." in window.text("main")
    assert page.get_by_label("Their name").input_value() == "Third Person"
    look(window, "refused-en", accessible)


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1440, "light")])
def test_in_french_and_without_a_script(
    desk: Cast, admin: Any, visit: Open, accessible: Any, width: int, theme: str
) -> None:
    Person.objects.filter(pk=admin.pk).update(language="fr")
    window = visit(who=admin, language="fr", width=width, theme=theme, script=False)
    page = window.page
    window.go("/contacts/")
    page.get_by_role("link", name="Absence").click()
    page.get_by_label("Theo Okonkwo").check()
    page.get_by_role("button", name="Confirmer").click()
    told = window.text("main")
    assert "Remplacement provisoire par Theo Okonkwo" in told
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/contacts-fr-{width}.png", full_page=True)
    page.get_by_role("button", name="Maren Lindqvist est de retour").click()
    assert "L’interlocuteur a retrouvé sa place." in window.text("main")


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(1440, "light", "en"), (1440, "dark", "fr"), (390, "light", "fr")]
)
def test_the_consoles_pages(desk: Cast, visit: Open, accessible: Any, width: int, theme: str, language: str) -> None:
    Person.objects.filter(pk=desk.people["manager"].pk).update(language=language)
    window = visit(who=desk.people["manager"], language=language, width=width, theme=theme)
    contract = Contract.objects.get(subscriber_id=desk.subscriber_a).pk
    for path in ("contacts/", f"contacts/{contract}/", "import/", "rights/"):
        window.go(f"/console/{path}")
        look(
            window, f"console-{path.split('/')[0]}{'-of' if path.count('/') > 1 else ''}-{language}-{width}", accessible
        )
