"""The matrix again, for every role that its six people don't hold."""

from __future__ import annotations

import pytest
from desk_cast import Cast
from django.test import Client
from matrix import walk
from roles import DIFFERENT, LED, LIKE, SHUT, WORK, answers, holders
from test_matrix import table

from garant.core.people import STAFF_ROLES, SUBSCRIBER_ROLES

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_the_matrix_and_these_roles_are_all_there_are() -> None:
    assert set(LIKE) | {"agent", "manager", "contact", "viewer"} == {*STAFF_ROLES, *SUBSCRIBER_ROLES}


@pytest.mark.parametrize("role", sorted(LIKE))
def test_every_route_answers_a_role_as_the_table_says(cast: Cast, role: str) -> None:
    client = Client()
    client.force_login(holders(cast)[role], backend="allauth.account.auth_backends.AuthenticationBackend")
    hidden = (cast.secret_b, cast.secret_note) if LIKE[role] == "viewer" else ()
    hidden = (*hidden, cast.secret_a) if role == "learner" else hidden
    found = walk(answers(table(cast), role), {role: client}, {role: hidden})
    assert not found, "\n" + "\n".join(f"{f.route} {f.method}: {f.what}" for f in found)


def test_every_exception_is_about_a_route_and_changes_an_answer(cast: Cast) -> None:
    rows = table(cast)
    named = {*WORK, *(name for some in (*LED.values(), *SHUT.values(), *DIFFERENT.values()) for name in some)}
    assert named <= set(rows)
    for role, shared in LED.items():
        plain = {
            name
            for name in shared
            if (rows[name].get[4], rows[name].post[4]) == (rows[name].get[5], rows[name].post[5])
        }
        assert not plain, (role, plain)
