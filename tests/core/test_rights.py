"""The table of rights: default deny, one organisation at a time, and no role that the desk doesn't know."""

from __future__ import annotations

import pytest

from garant.core.people import NOBODY, STAFF_ROLES, SUBSCRIBER_ROLES, Viewer
from garant.core.refusals import Refusal
from garant.core.rights import RIGHTS, check, may, right, staff_for


def staff(*roles: str) -> Viewer:
    return Viewer(1, frozenset(roles))


def member(*roles: str, subscriber: int = 7) -> Viewer:
    return Viewer(2, subscriber_roles={subscriber: frozenset(roles)})


def test_every_row_is_allowed_to_somebody_and_names_known_roles_only() -> None:
    for row in RIGHTS.values():
        assert row.staff or row.subscriber, row.act
        assert row.staff <= set(STAFF_ROLES), row.act
        assert row.subscriber <= set(SUBSCRIBER_ROLES), row.act


def test_every_role_may_do_something() -> None:
    assert {role for row in RIGHTS.values() for role in row.staff} == set(STAFF_ROLES)
    assert {role for row in RIGHTS.values() for role in row.subscriber} == set(SUBSCRIBER_ROLES)


@pytest.mark.parametrize("act", sorted(RIGHTS))
def test_default_deny_a_role_outside_the_row_may_not(act: str) -> None:
    row = right(act)
    for role in STAFF_ROLES:
        assert may(staff(role), act) == (role in row.staff)
    for role in SUBSCRIBER_ROLES:
        assert may(member(role), act, 7) == (role in row.subscriber)
    assert not may(NOBODY, act)
    assert not may(NOBODY, act, 7)


def test_a_role_counts_in_its_own_organisation_only() -> None:
    own = member("administrator", subscriber=7)
    assert may(own, "invite_contact", 7)
    assert not may(own, "invite_contact", 8)
    assert not may(own, "invite_contact")


def test_an_act_that_the_table_does_not_know_is_nobodys() -> None:
    everything = Viewer(1, frozenset(STAFF_ROLES), {7: frozenset(SUBSCRIBER_ROLES)})
    assert not may(everything, "launch_rocket", 7)
    with pytest.raises(Refusal):
        check(everything, "launch_rocket", 7)
    with pytest.raises(KeyError):
        staff_for("launch_rocket")


def test_a_refusal_names_the_roles_and_whom_to_ask() -> None:
    with pytest.raises(Refusal) as refused:
        check(member("viewer"), "invite_contact", 7)
    assert (refused.value.code, refused.value.remedy) == ("not_allowed", "ask_administrator")
    assert "administrator" in str(refused.value.values["roles"])
    with pytest.raises(Refusal) as refused:
        check(staff("agent"), "sign_contract")
    assert refused.value.remedy == "ask_manager"
