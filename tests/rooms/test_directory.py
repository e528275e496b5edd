"""People, subscribers and roles."""

from __future__ import annotations

import pytest
from rooms_cast import Cast, person

from garant.core.people import NOBODY, SYSTEM, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory import queries
from garant.directory.models import Person
from garant.journal.queries import history

STAFF = Viewer(person_id=0, staff_roles=frozenset({"manager"}))


def make(**fields: str) -> int:
    return directory.create_person(by=SYSTEM, **{"email": "a@x.example", "name": "Ann", **fields}).id


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spelling",
    ["ANN.Okafor@X.example", "ａｎｎ.okafor@x.example", " ann.okafor@x.example ", "ann.oKafor@x.example"],
    ids=["capitals", "full width", "blanks", "kelvin sign"],
)
def test_UNI_05_one_address_in_any_spelling_is_one_person(spelling: str) -> None:
    first = make(email="ann.okafor@x.example")
    with pytest.raises(Refusal, match="email_taken"):
        make(email=spelling)
    found = queries.person_by_email(spelling)
    assert found is not None
    assert found.id == first


@pytest.mark.django_db
def test_UNI_10_capitals_fold_the_same_way_under_every_locale() -> None:
    make(email="IRINA@SITE.EXAMPLE")
    assert Person.objects.get().email == "irina@site.example"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"email": "no address"}, "email_malformed"),
        ({"email": "a@x.example\nBcc: b@x.example"}, "email_malformed"),
        ({"email": f"{'a' * 250}@x.example"}, "email_malformed"),
        ({"name": " \u200b "}, "name_missing_or_long"),
        ({"name": "n" * 121}, "name_missing_or_long"),
        ({"language": "tlh"}, "language_unknown"),
        ({"zone": "Mars/Olympus"}, "zone_unknown"),
    ],
)
def test_what_cannot_be_a_person_is_refused_and_leaves_nothing(fields: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        make(**fields)
    assert (refused.value.code, Person.objects.count()) == (code, 0)
    assert refused.value.rule
    assert refused.value.remedy


@pytest.mark.django_db
def test_UNI_02_a_name_shows_no_letter_that_nobody_sees() -> None:
    row = queries.person(STAFF, make(name="Ines\u202e \u200bCarvalho\x00"))
    assert row.name == "Ines Carvalho"


def test_only_a_manager_changes_the_directory(cast: Cast) -> None:
    for who in ("agent", "contact_gold", "nobody"):
        with pytest.raises(Refusal, match="not_allowed"):
            directory.create_person(by=cast.actor(who), email="b@x.example", name="B")
        with pytest.raises(Refusal, match="not_allowed"):
            directory.give_role(by=cast.actor(who), person_id=cast.people["nobody"], role="manager")
    assert directory.give_role(by=cast.actor("manager"), person_id=cast.people["nobody"], role="agent")


def test_a_role_counts_from_the_next_question_on_and_ends_at_once(cast: Cast) -> None:
    gold, who = cast.subscribers["gold"], cast.people["nobody"]
    assert cast.viewer("nobody") == Viewer(person_id=who)
    assert directory.give_role(by=SYSTEM, person_id=who, role="viewer", subscriber_id=gold)
    assert not directory.give_role(by=SYSTEM, person_id=who, role="viewer", subscriber_id=gold)
    assert cast.viewer("nobody").subscriber_roles == {gold: frozenset({"viewer"})}
    assert directory.end_role(by=SYSTEM, person_id=who, role="viewer", subscriber_id=gold)
    assert not directory.end_role(by=SYSTEM, person_id=who, role="viewer", subscriber_id=gold)
    assert cast.viewer("nobody").subscriber_roles == {}
    kinds = [entry.kind for entry in history(viewer=STAFF, subject=("person", who))]
    assert kinds == ["person_created", "role_given", "role_ended", "sessions_ended"]


def test_a_role_of_the_other_side_is_refused(cast: Cast) -> None:
    who, gold = cast.people["nobody"], cast.subscribers["gold"]
    with pytest.raises(Refusal, match="role_not_on_this_side"):
        directory.give_role(by=SYSTEM, person_id=who, role="agent", subscriber_id=gold)
    with pytest.raises(Refusal, match="role_not_on_this_side"):
        directory.give_role(by=SYSTEM, person_id=who, role="contact")


def test_an_inactive_person_holds_nothing(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["manager"]).update(is_active=False)
    assert cast.viewer("manager") == NOBODY
    assert cast.people["manager"] not in {row.id for row in queries.staff(cast.viewer("agent"))}


def test_people_and_subscribers_are_seen_only_from_inside(cast: Cast) -> None:
    gold, silver = cast.viewer("contact_gold"), cast.people["contact_silver"]
    assert queries.person(gold, cast.people["viewer_gold"]).roles == {"viewer"}
    for hidden in (silver, cast.people["manager"], 10**12):
        with pytest.raises(NotFound):
            queries.person(gold, hidden)
    assert [row.id for row in queries.subscribers(gold)] == [cast.subscribers["gold"]]
    with pytest.raises(NotFound):
        queries.subscriber(gold, "silver-customer")
    assert queries.staff(gold) == []
    assert queries.people_of(gold, cast.subscribers["silver"]) == []
    assert queries.subscribers(NOBODY).rows == ()


def test_subscribers_come_page_by_page_each_once(cast: Cast) -> None:
    seen, after = [], None
    while True:
        shown = queries.subscribers(cast.viewer("agent"), after=after, limit=4)
        seen += [row.slug for row in shown]
        if (after := shown.next) is None:
            break
    assert seen == sorted(f"{package}-customer" for package in cast.subscribers)


def test_a_forged_cursor_gives_the_first_page(cast: Cast) -> None:
    first = queries.subscribers(cast.viewer("agent"), limit=2)
    assert first.next is not None
    for forged in ("x", first.next[:-1], first.next.upper(), "\x00"):
        assert queries.subscribers(cast.viewer("agent"), after=forged, limit=2) == first


def test_a_taken_slug_is_refused(cast: Cast) -> None:
    with pytest.raises(Refusal, match="slug_taken"):
        directory.create_subscriber(by=SYSTEM, name="Gold  Customer")


@pytest.mark.django_db
def test_a_person_without_a_password_cannot_sign_in() -> None:
    made = Person.objects.get(pk=person("quiet"))
    assert not made.has_usable_password()
    assert not made.check_password("")
