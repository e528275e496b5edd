"""The matrix of organisation, role and route, generated from the URL table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from desk_cast import Cast
from django.test import Client
from matrix import SIGN_IN, Finding, Row, six, staff_act, staff_page, walk

from garant.cases import scope
from garant.cases.models import Case
from garant.console import access
from garant.core.people import Viewer

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOME = 302


def table(cast: Cast) -> Mapping[str, Row]:
    """What each route answers to anonymous, viewer A, contact A, contact B, agent and manager."""
    case = {"number": cast.case_a}
    return {
        "healthz": Row(six(200), six(405)),
        **accounts(),
        **portal(cast),
        "console:queue": staff_page(),
        "console:clocks": staff_page(),
        "console:keys": staff_page(),
        "console:case": _for(staff_page(), case),
        "console:case-clock": _for(staff_page(), case),
        "console:send": _for(staff_act(422), case),
        "console:draft": _for(staff_act(422), case),
        "console:assign": _for(staff_act(302), case),
        "console:wait": _for(staff_act(422), case),
        "console:close": _for(staff_act(422), case),
        "console:reopen": _for(staff_act(422), case),
        "console:escalations": staff_page(),
        "console:notices": staff_page(),
        "console:notice": _for(staff_page(), {"notice_id": cast.notice}),
    }


def _for(row: Row, arguments: Mapping[str, object]) -> Row:
    return Row(row.get, row.post, arguments)


def accounts() -> Mapping[str, Row]:
    """The routes of the accounts library: each is about the person who asks, never about another one."""
    own = Row((SIGN_IN, 200, 200, 200, 200, 200), (SIGN_IN, 200, 200, 200, 200, 200))
    return {
        "account_login": Row((200, HOME, HOME, HOME, HOME, HOME), (200, HOME, HOME, HOME, HOME, HOME)),
        "account_logout": Row((HOME, 200, 200, 200, 200, 200), six(HOME)),
        "account_change_password": own,
    }


def portal(cast: Cast) -> Mapping[str, Row]:
    """The routes for visitors and subscribers' people."""
    return {
        "home": Row(six(200), six(405)),
        "packages": Row(six(200), six(405)),
        "account": Row(six(200), six(405)),
    }


def findings(cast: Cast) -> list[Finding]:
    """Walk the whole table with fresh sessions."""
    clients = {name: Client() for name in ("anonymous", "viewer", "contact", "stranger", "agent", "manager")}
    for name, person in cast.people.items():
        clients[name].force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    of_a = (cast.secret_a,)
    secrets = {
        "anonymous": (*of_a, cast.secret_b, cast.secret_note),
        "viewer": (cast.secret_b, cast.secret_note),
        "contact": (cast.secret_b, cast.secret_note),
        "stranger": (*of_a, cast.secret_note),
    }
    return walk(table(cast), clients, secrets)


def test_every_route_answers_as_the_table_says(cast: Cast) -> None:
    assert findings(cast) == []


def test_the_matrix_finds_a_missing_scope(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without the scoping filter of cases, another organisation reads the case, and it shows."""
    monkeypatch.setattr(scope, "visible", lambda viewer: Case.objects.all())
    found = findings(cast)
    assert any(each.person == "stranger" and "200 instead of 404" in each.what for each in found), found


def test_the_matrix_finds_an_open_console(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: if the console took everybody for an agent, the table would not hold."""
    monkeypatch.setattr(access, "viewer_of", lambda pk: Viewer(pk, frozenset({"agent"})))
    found = {(each.route, each.person) for each in findings(cast)}
    assert {("console:queue", "contact"), ("console:case", "stranger")} <= found


def test_the_matrix_finds_a_route_without_an_entry(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a new address that nobody thought about fails."""
    from django.urls import path

    from garant.config import urls

    extra = path("added/", lambda request: None, name="added-yesterday")
    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, extra])
    from django.urls import clear_url_caches

    clear_url_caches()
    try:
        assert Finding("added-yesterday", "-", "-", "has no entry in the table") in findings(cast)
    finally:
        monkeypatch.undo()
        clear_url_caches()


def test_every_console_view_names_its_roles() -> None:
    """Default deny: a view of the console that forgot `staff_only` is found without asking it."""
    from garant.console.urls import urlpatterns

    bare = [entry.name for entry in urlpatterns if not getattr(entry.callback, "roles", None)]
    assert bare == []
    assert {role for entry in urlpatterns for role in entry.callback.roles} == {"agent", "manager"}
