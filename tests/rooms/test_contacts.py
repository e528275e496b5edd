"""Authorized contacts: invited, named, replaced, stood in for, removed, trained. Who asks when, and who may do what."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from rooms_cast import Cast, person, reference, sign

from garant.contracts import operations as contracts
from garant.contracts import operations_contacts as contacts
from garant.contracts import operations_invitations as invitations
from garant.contracts import queries
from garant.contracts.models import ContactSlot, Invitation
from garant.contracts.notices_contacts import link_path, token_of
from garant.contracts.queries_contacts import contacts as contacts_page
from garant.contracts.queries_contacts import offer, slot_differences
from garant.core import intake
from garant.core.people import SYSTEM, Actor
from garant.core.programmes import Programme
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.directory.queries import viewer_of
from garant.journal.models import Notice
from garant.journal.operations import database_now
from garant.journal.queries import entries_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PASSWORD = "quiet river crossing 42"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def admin(cast: Cast) -> Actor:
    """The administrator of the gold subscriber, who is no contact."""
    who = person("admin_gold")
    directory.give_role(by=SYSTEM, person_id=who, role="administrator", subscriber_id=cast.subscribers["gold"])
    return Actor("person", who)


def token(email: str) -> str:
    """The token of the newest invitation to an address, as its mail carries it."""
    notice = Notice.objects.filter(kind="contact_invited", address=email).latest("pk")
    return token_of(notice.data["seed"])


def invite(by: Actor, contract_id: int, email: str = "new@people.example", **more: Any) -> int:
    given: dict[str, Any] = {"name": "New Person", **more}
    return invitations.invite(by=by, contract_id=contract_id, email=email, **given).id


def accepted(email: str = "new@people.example", **more: Any) -> int:
    given: dict[str, Any] = {"name": "New Person", "password": PASSWORD, **more}
    return invitations.accept_invitation(token=token(email), **given).person_id


def admitted(cast: Cast, who: int, package: str = "gold", at: datetime | None = None) -> str:
    """What intake says to a person now: "admitted", or the code of the hold or refusal."""
    now = at or database_now()
    facts = queries.admission_facts(who, cast.subscribers[package], now)
    answer = intake.admit(facts.sender, intake.Request(at=now, channel="web"), facts.conditions)
    return "admitted" if isinstance(answer, intake.Admitted) else answer.code


def trained(contract_id: int, who: int, on: date | None = None, until: date | None = None) -> None:
    contacts.record_training(
        by=SYSTEM, contract_id=contract_id, person_id=who, trained_on=on or date(2026, 1, 5), trained_until=until
    )


def kinds(contract_id: int) -> list[str]:
    return [entry.kind for entry in entries_of(("contract", contract_id))]


def roles(who: int) -> set[str]:
    return {role for held in viewer_of(who).subscriber_roles.values() for role in held}


def sound() -> None:
    """The slots are what the journal gives, and never more than the limit."""
    assert list(slot_differences()) == []


def test_an_invited_contact_accepts_is_trained_and_asks(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    invite(admin, gold.id)
    who = accepted()
    assert (roles(who), Person.objects.get(pk=who).check_password(PASSWORD)) == ({"contact"}, True)
    assert admitted(cast, who) == "contact_not_trained"
    with pytest.raises(Refusal, match="not_allowed"):
        contacts.record_training(by=admin, contract_id=gold.id, person_id=who, trained_on=date(2026, 1, 5))
    trained(gold.id, who)
    assert admitted(cast, who) == "admitted"
    assert kinds(gold.id)[2:] == ["contact_invited", "invitation_accepted", "contact_named", "training_recorded"]
    sound()


def test_an_open_invitation_reserves_its_slot(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    first = invite(admin, gold.id, "one@people.example")
    invite(admin, gold.id, "two@people.example")
    with pytest.raises(Refusal, match="contact_limit_reached"):
        invite(admin, gold.id, "three@people.example")
    with pytest.raises(Refusal, match="contact_limit_reached"):
        contacts.fill_slot(by=SYSTEM, contract_id=gold.id, person_id=cast.people["nobody"], trained_on=None)
    with pytest.raises(Refusal, match="slot_reserved"):
        contacts.fill_slot(by=SYSTEM, contract_id=gold.id, person_id=cast.people["nobody"], trained_on=None, number=2)
    page = contacts_page(viewer_of(admin.id), gold.id)
    assert [place.state for place in page.places] == ["filled", "reserved", "reserved"]
    assert page.full
    assert invitations.revoke_invitation(by=admin, invitation_id=first)
    assert not invitations.revoke_invitation(by=admin, invitation_id=first)
    invite(admin, gold.id, "three@people.example")


def test_AUTH_04_an_invitation_ends_after_seven_days_after_use_and_after_withdrawal(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    before = Person.objects.count()
    old = invite(admin, gold.id, "old@people.example")
    row = Invitation.objects.get(pk=old)
    assert row.expires_at - row.invited_at == timedelta(days=7)
    age(old, invitations.LASTS)
    withdrawn = invite(admin, gold.id, "withdrawn@people.example")
    invitations.revoke_invitation(by=admin, invitation_id=withdrawn)
    for email, code in (("old", "invitation_expired"), ("withdrawn", "invitation_revoked")):
        with pytest.raises(Refusal) as refused:
            accepted(f"{email}@people.example")
        assert (refused.value.code, refused.value.remedy) == (code, "ask_for_invitation")
        assert offer(token(f"{email}@people.example")).state == code.removeprefix("invitation_")
    assert Person.objects.count() == before
    invite(admin, gold.id, "used@people.example")
    who = accepted("used@people.example")
    for again in (None, who):
        with pytest.raises(Refusal, match="invitation_accepted"):
            accepted("used@people.example", person_id=again)
    assert Person.objects.count() == before + 1
    for unknown in ("", "x" * 43, token("used@people.example") + "A"):
        with pytest.raises(NotFound):
            offer(unknown)
        with pytest.raises(NotFound):
            invitations.accept_invitation(token=unknown, name="A", password=PASSWORD)


def age(invitation_id: int, much: timedelta) -> None:
    """Make an invitation older."""
    row = Invitation.objects.get(pk=invitation_id)
    Invitation.objects.filter(pk=invitation_id).update(
        invited_at=row.invited_at - much, expires_at=row.expires_at - much
    )


def test_AUTH_04_an_expired_invitation_frees_its_slot(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    for each in [invite(admin, gold.id, f"{name}@people.example") for name in ("one", "two")]:
        age(each, invitations.LASTS)
    page = contacts_page(viewer_of(admin.id), gold.id)
    assert [place.state for place in page.places] == ["filled", "free", "free"]
    invite(admin, gold.id, "three@people.example")
    assert invitations.end_invitations() == 1, "the other one was closed when its slot was needed"
    assert invitations.end_invitations() == 0
    assert kinds(gold.id)[-1] == "invitation_expired"


def test_only_a_hash_of_the_token_is_kept_and_the_outbox_opens_nothing(cast: Cast, admin: Actor) -> None:
    invite(admin, cast.contracts["gold"].id)
    row, notice = Invitation.objects.get(), Notice.objects.get(kind="contact_invited")
    link = token(row.email)
    stored = repr([vars(row), vars(notice), entries_of(("contract", row.contract_id))])
    assert link not in stored
    assert link_path(notice.data["seed"]) == f"/invitations/{link}/"
    with pytest.raises(NotFound):
        offer(notice.data["seed"])
    assert len(link) >= 43


def test_AUTH_04_control_without_the_check_of_its_state_an_old_invitation_would_open(
    cast: Cast, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "state_of", lambda row, now: "open")
    age(invite(admin, cast.contracts["gold"].id), invitations.LASTS)
    assert roles(accepted()) == {"contact"}


def test_ENUM_02_an_invitation_says_nothing_about_who_is_known_elsewhere(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    elsewhere = Person.objects.get(pk=cast.people["contact_silver"])
    before = viewer_of(elsewhere.pk)
    known = invitations.invite(by=admin, contract_id=gold.id, email=elsewhere.email, name="A")
    unknown = invitations.invite(by=admin, contract_id=gold.id, email="nobody-knows@people.example", name="A")
    shapes = [(one.role, one.purpose, one.state, one.fresh, one.until) for one in (known, unknown)]
    assert shapes[0] == shapes[1]
    assert viewer_of(elsewhere.pk) == before
    mine = contacts_page(viewer_of(admin.id), gold.id)
    assert elsewhere.name not in repr(mine.places) + repr(mine.invitations)


def test_an_invited_person_who_is_known_signs_in_instead_of_setting_a_password(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    silver = Person.objects.get(pk=cast.people["contact_silver"])
    silver.set_password(PASSWORD)
    silver.save()
    invite(admin, gold.id, silver.email.upper())
    for who in (None, cast.people["nobody"]):
        with pytest.raises(Refusal, match="sign_in_as_invited"):
            accepted(silver.email, person_id=who, password="another long password 7")
    silver.refresh_from_db()
    assert silver.check_password(PASSWORD)
    assert accepted(silver.email, person_id=silver.pk) == silver.pk
    assert set(viewer_of(silver.pk).subscriber_roles) == {cast.subscribers["gold"], cast.subscribers["silver"]}


def test_somebody_entered_without_a_password_sets_the_first_one(cast: Cast, admin: Actor) -> None:
    row = Person.objects.get(pk=cast.people["viewer_gold"])
    invite(admin, cast.contracts["gold"].id, row.email)
    with pytest.raises(Refusal, match="password_weak"):
        accepted(row.email, password="short")
    assert accepted(row.email) == row.pk
    row.refresh_from_db()
    assert row.check_password(PASSWORD)


def test_UNI_05_one_address_in_any_spelling_is_one_person(cast: Cast, admin: Actor) -> None:
    """Composed and decomposed, full-width and capital letters name the same person: nobody fills two slots."""
    gold = cast.contracts["gold"]
    invite(admin, gold.id, "ana@josé.example")
    for spelling in ("ana@jose\u0301.example", "ANA@JOSÉ.example", "\uff41na@josé.example"):
        with pytest.raises(Refusal, match="already_invited"):
            invite(admin, gold.id, spelling)
    accepted("ana@josé.example")
    with pytest.raises(Refusal, match="contact_already_named"):
        invite(admin, gold.id, "ana@jose\u0301.example")


def test_UNI_10_roles_are_compared_by_their_code_in_any_locale(cast: Cast, admin: Actor) -> None:
    """The Turkish dotless i, capitals and look-alikes are no roles; the outcome doesn't depend on a locale."""
    for wrong in ("VIEWER", "vıewer", "VİEWER", "Admınıstrator", "viewer "):
        with pytest.raises(Refusal, match="role_not_offered"):
            invite(admin, cast.contracts["gold"].id, role=wrong, purpose="role")
        with pytest.raises(Refusal, match="role_not_on_this_side"):
            directory.give_member_role(
                by=admin, person_id=cast.people["viewer_gold"], role=wrong, subscriber_id=cast.subscribers["gold"]
            )


def test_other_roles_are_invited_without_a_slot(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    for role in ("administrator", "viewer", "learner", "executive"):
        email = f"{role}@new.example"
        invite(admin, gold.id, email, role=role, purpose="role")
        assert roles(accepted(email)) == {role}
    assert queries.contract(viewer=cast.viewer("manager"), reference=gold.reference).filled == 1
    for role, purpose in (("contact", "role"), ("viewer", "slot"), ("manager", "role")):
        with pytest.raises(Refusal, match="role_not_offered"):
            invite(admin, gold.id, role=role, purpose=purpose)


def test_the_same_form_sent_twice_invites_once(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    both = [
        invitations.invite(by=admin, contract_id=gold.id, email="a@b.example", name="A", once="x" * 20) for _ in "12"
    ]
    assert (both[0].id, both[0].fresh, both[1].fresh) == (both[1].id, True, False)
    assert Notice.objects.filter(kind="contact_invited").count() == 1
    with pytest.raises(Refusal, match="idempotency_key_reused"):
        invitations.invite(by=admin, contract_id=gold.id, email="b@b.example", name="A", once="x" * 20)


def test_MASS_05_who_may_do_what_to_contacts(cast: Cast, admin: Actor) -> None:
    """The table of rights, through the operations: colleagues read, other organisations do nothing."""
    gold, silver = cast.contracts["gold"], cast.contracts["silver"]
    contact = cast.people["contact_gold"]
    acts = (
        lambda by, on: invite(by, on.id),
        lambda by, on: contacts.empty_slot(by=by, contract_id=on.id, number=1),
        lambda by, on: contacts.replace_contact(
            by=by, contract_id=on.id, leaving_id=contact, person_id=cast.people["viewer_gold"]
        ),
        lambda by, on: contacts.stand_in(
            by=by, contract_id=on.id, absent_id=contact, person_id=cast.people["viewer_gold"]
        ),
        lambda by, on: contacts.end_stand_in(by=by, contract_id=on.id, number=1),
        lambda by, on: contacts.name_colleague(by=by, contract_id=on.id, person_id=cast.people["viewer_gold"]),
    )
    outsiders = ("viewer_gold", "learner_gold", "contact_gold", "contact_silver", "nobody")
    for act in acts:
        for who in outsiders:
            with pytest.raises(Refusal, match="not_allowed"):
                act(cast.actor(who), gold)
        with pytest.raises(Refusal, match="not_allowed"):
            act(admin, silver)
    for act in (
        lambda by: sign("platinum", cast.subscribers["gold"], by=by, reference="mine"),
        lambda by: contacts.fill_slot(
            by=by, contract_id=gold.id, person_id=cast.people["viewer_gold"], trained_on=date(2026, 1, 1)
        ),
    ):
        with pytest.raises((Refusal, TypeError)):
            act(admin)
    assert ContactSlot.objects.filter(contract_id=gold.id, person__isnull=False).count() == 1
    with pytest.raises(Refusal, match="not_allowed"):
        contracts.sign_contract(
            by=admin, subscriber_id=cast.subscribers["gold"], package="platinum", programme="reference",
            starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), zone="UTC", reference="mine",
        )  # fmt: skip
    assert invite(cast.actor("agent"), gold.id)


def test_an_administrator_names_colleagues_not_strangers(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    for stranger in ("nobody", "contact_silver", "agent"):
        with pytest.raises(Refusal, match="not_a_colleague"):
            contacts.name_colleague(by=admin, contract_id=gold.id, person_id=cast.people[stranger])
    named = contacts.name_colleague(by=admin, contract_id=gold.id, person_id=cast.people["viewer_gold"])
    assert (named.number, named.trained_on) == (2, None)
    assert roles(cast.people["viewer_gold"]) == {"viewer", "contact"}


def test_AUTH_07_whoever_is_removed_is_signed_out_everywhere(cast: Cast, admin: Actor) -> None:
    who = Person.objects.get(pk=cast.people["contact_gold"])
    session = who.get_session_auth_hash()
    assert contacts.empty_slot(by=admin, contract_id=cast.contracts["gold"].id, person_id=who.pk)
    who.refresh_from_db()
    assert who.get_session_auth_hash() != session
    assert viewer_of(who.pk).subscriber_roles == {}
    assert admitted(cast, who.pk) == "not_authorized_contact"


def test_AUTH_07_control_a_role_that_stays_keeps_its_sessions(cast: Cast) -> None:
    who = Person.objects.get(pk=cast.people["viewer_gold"])
    session = who.get_session_auth_hash()
    gold = cast.subscribers["gold"]
    directory.give_role(by=SYSTEM, person_id=who.pk, role="executive", subscriber_id=gold)
    directory.end_role(by=SYSTEM, person_id=who.pk, role="executive", subscriber_id=gold)
    who.refresh_from_db()
    assert who.get_session_auth_hash() == session


def test_the_last_administrator_stays(cast: Cast, admin: Actor) -> None:
    gold = cast.subscribers["gold"]
    end = {"role": "administrator", "subscriber_id": gold}
    with pytest.raises(Refusal, match="last_administrator"):
        directory.end_member_role(by=admin, person_id=admin.id or 0, **end)
    directory.give_member_role(by=admin, person_id=cast.people["viewer_gold"], role="administrator", subscriber_id=gold)
    assert directory.end_member_role(by=admin, person_id=admin.id or 0, **end)
    assert directory.end_member_role(by=cast.actor("manager"), person_id=cast.people["viewer_gold"], **end)


def test_the_role_contact_comes_with_a_slot_only(cast: Cast, admin: Actor) -> None:
    given = {"person_id": cast.people["viewer_gold"], "role": "contact", "subscriber_id": cast.subscribers["gold"]}
    for act in (directory.give_member_role, directory.end_member_role):
        with pytest.raises(Refusal, match="contact_needs_slot"):
            act(by=admin, **given)
    with pytest.raises(Refusal, match="not_a_colleague"):
        directory.give_member_role(
            by=admin, person_id=cast.people["nobody"], role="viewer", subscriber_id=cast.subscribers["gold"]
        )


def test_ENT_01_somebody_without_training_is_refused_with_a_way_out(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    contacts.name_colleague(by=admin, contract_id=gold.id, person_id=cast.people["viewer_gold"])
    facts = queries.admission_facts(cast.people["viewer_gold"], gold.subscriber_id, database_now())
    answer = intake.admit(facts.sender, intake.Request(at=database_now(), channel="web"), facts.conditions)
    assert isinstance(answer, intake.Refused)
    assert (answer.code, answer.rule, answer.remedy) == (
        "contact_not_trained", "contacts_are_trained", "complete_training",
    )  # fmt: skip


def test_training_lapses_at_the_end_of_its_last_day(cast: Cast) -> None:
    gold, who = cast.contracts["gold"], cast.people["contact_gold"]
    now = database_now()
    trained(gold.id, who, gold.starts_on, gold.starts_on)
    assert admitted(cast, who) == "contact_not_trained"
    today = now.astimezone(ZoneInfo(gold.zone)).date()
    trained(gold.id, who, gold.starts_on, today)
    assert admitted(cast, who, at=now) == "admitted"
    assert admitted(cast, who, at=now + timedelta(days=1)) == "contact_not_trained"
    for on, until in ((date(2999, 1, 1), None), (today, today - timedelta(days=1))):
        with pytest.raises(Refusal, match=r"training_(in_future|ends_before)"):
            trained(gold.id, who, on, until)
    with pytest.raises(Refusal, match="not_a_contact"):
        trained(gold.id, cast.people["nobody"])
    sound()


@pytest.mark.parametrize(
    ("way", "answer"), [("refuse", "contact_not_trained"), ("warn", "admitted"), ("accept", "admitted")]
)
def test_the_programme_decides_about_the_untrained(cast: Cast, admin: Actor, way: str, answer: str) -> None:
    who = person("untrained")
    loaded(f"way-{way}", {"untrained": way})
    subscriber = directory.create_subscriber(by=SYSTEM, name=f"Way {way}").id
    contract = sign("gold", subscriber, reference=f"way-{way}", programme=f"way-{way}")
    contacts.fill_slot(by=SYSTEM, contract_id=contract.id, person_id=who, trained_on=None)
    facts = queries.admission_facts(who, subscriber, database_now())
    found = intake.admit(facts.sender, intake.Request(at=database_now(), channel="web"), facts.conditions)
    assert ("admitted" if isinstance(found, intake.Admitted) else found.code) == answer
    assert (getattr(found, "warnings", ()) == ("contact_not_trained",)) == (way == "warn")


def loaded(code: str, rule: dict[str, Any]) -> None:
    """The reference programme under another code, with another rule for contacts."""
    plain = reference().to_plain()
    plain["programme"] = code
    plain["contacts"] = {**plain["contacts"], **rule}
    contracts.load_programme(document=Programme.from_plain(plain), source="test", by=SYSTEM)


LEAD = {"replace_lead_time": {"amount": 5, "unit": "days"}}


def led(cast: Cast, admin: Actor, rule: dict[str, Any] | None = None) -> tuple[int, int]:
    """A second contract of the gold subscriber under a programme with a lead time: (contract, its contact)."""
    loaded("lead", rule or LEAD)
    contract = sign("gold", cast.subscribers["gold"], reference="lead", programme="lead",
                    starts_on=date.today() - timedelta(days=30))  # fmt: skip
    who = person("leaving")
    contacts.fill_slot(by=SYSTEM, contract_id=contract.id, person_id=who, trained_on=contract.starts_on)
    return contract.id, who


def test_a_replacement_takes_effect_after_the_lead_time_and_nobody_asks_twice(cast: Cast, admin: Actor) -> None:
    contract_id, leaving = led(cast, admin)
    invite(admin, contract_id, purpose="replace", leaving_id=leaving)
    begins = invitations.accept_invitation(token=token("new@people.example"), name="N", password=PASSWORD)
    assert begins.counts_from is not None
    who, at = begins.person_id, begins.counts_from
    trained(contract_id, who)
    before, after = at - MINUTE, at
    assert [admitted(cast, one, at=before) for one in (leaving, who)] == ["admitted", "contact_not_effective_yet"]
    assert [admitted(cast, one, at=after) for one in (leaving, who)] == ["not_authorized_contact", "admitted"]
    assert (roles(leaving), roles(who)) == ({"contact"}, set())
    with pytest.raises(Refusal, match="slot_changing"):
        contacts.replace_contact(
            by=admin, contract_id=contract_id, leaving_id=leaving, person_id=cast.people["viewer_gold"]
        )
    sound()
    assert contacts.settle_contacts() == 0
    come(contract_id, timedelta(days=6))
    assert (contacts.settle_contacts(), contacts.settle_contacts()) == (1, 0)
    assert (roles(leaving), roles(who)) == (set(), {"contact"})
    assert kinds(contract_id)[-1] == "contact_took_effect"


def come(contract_id: int, much: timedelta) -> None:
    """Let the awaited instants of a contract's slots lie so much earlier."""
    for slot in ContactSlot.objects.filter(contract_id=contract_id):
        for name in ("counts_from", "other_until", "settles_at"):
            if getattr(slot, name) is not None:
                setattr(slot, name, getattr(slot, name) - much)
        slot.save()


def test_without_a_lead_time_a_replacement_acts_at_once(cast: Cast, admin: Actor) -> None:
    gold, leaving, who = cast.contracts["gold"], cast.people["contact_gold"], cast.people["viewer_gold"]
    assert contacts.replace_contact(by=admin, contract_id=gold.id, leaving_id=leaving, person_id=who) is None
    assert (roles(leaving), roles(who)) == (set(), {"viewer", "contact"})
    assert admitted(cast, leaving) == "not_authorized_contact"
    assert kinds(gold.id)[-1] == "contact_replaced"
    told = set(Notice.objects.filter(kind__startswith="contact_").values_list("kind", "person_id"))
    assert {("contact_named", who), ("contact_removed", leaving)} <= told
    sound()


def test_an_absent_contact_is_stood_in_for_and_has_the_place_back(cast: Cast, admin: Actor) -> None:
    gold, absent, who = cast.contracts["gold"], cast.people["contact_gold"], cast.people["viewer_gold"]
    until = database_now() + timedelta(days=4)
    assert contacts.stand_in(by=admin, contract_id=gold.id, absent_id=absent, person_id=who, until=until) is None
    trained(gold.id, who)
    assert (roles(absent), roles(who)) == ({"viewer"}, {"viewer", "contact"}), "who is away goes on reading"
    assert [admitted(cast, one) for one in (absent, who)] == ["contact_not_effective_yet", "admitted"]
    assert [admitted(cast, one, at=until) for one in (absent, who)] == ["admitted", "not_authorized_contact"]
    sound()
    assert queries.contract(viewer=cast.viewer("manager"), reference=gold.reference).filled == 1
    come(gold.id, timedelta(days=5))
    assert contacts.settle_contacts() == 1
    assert (roles(absent), roles(who)) == ({"contact"}, {"viewer"})
    assert not contacts.end_stand_in(by=admin, contract_id=gold.id, number=1)


def test_standing_in_ends_when_somebody_says_so(cast: Cast, admin: Actor) -> None:
    gold, absent, who = cast.contracts["gold"], cast.people["contact_gold"], cast.people["viewer_gold"]
    with pytest.raises(Refusal, match="return_in_past"):
        contacts.stand_in(by=admin, contract_id=gold.id, absent_id=absent, person_id=who, until=database_now() - MINUTE)
    contacts.stand_in(by=admin, contract_id=gold.id, absent_id=absent, person_id=who)
    assert contacts.settle_contacts() == 0
    assert contacts.end_stand_in(by=admin, contract_id=gold.id, number=1)
    assert (roles(absent), roles(who)) == ({"contact"}, {"viewer"})
    assert admitted(cast, absent) == "admitted", "their training was kept"
    sound()


def test_an_emergency_has_the_lead_time_that_the_programme_gives_it(cast: Cast, admin: Actor) -> None:
    rule = {**LEAD, "emergency_lead_time": {"amount": 4, "unit": "elapsed_hours"}}
    contract_id, absent = led(cast, admin, rule)
    who = cast.people["viewer_gold"]
    now = database_now()
    begins = contacts.stand_in(by=admin, contract_id=contract_id, absent_id=absent, person_id=who)
    assert begins is not None
    assert timedelta(hours=4) <= begins - now < timedelta(hours=5)
    assert (roles(absent), roles(who)) == ({"contact"}, {"viewer"})
    come(contract_id, timedelta(hours=5))
    assert contacts.settle_contacts() == 1
    assert (roles(absent), roles(who)) == ({"viewer"}, {"viewer", "contact"})


def test_removing_an_absent_contact_removes_who_stands_in(cast: Cast, admin: Actor) -> None:
    gold, absent, who = cast.contracts["gold"], cast.people["contact_gold"], cast.people["viewer_gold"]
    contacts.stand_in(by=admin, contract_id=gold.id, absent_id=absent, person_id=who)
    contacts.empty_slot(by=admin, contract_id=gold.id, number=1)
    assert (roles(absent), roles(who)) == (set(), {"viewer"})
    sound()


def test_the_database_keeps_a_second_person_beside_a_holder(cast: Cast) -> None:
    """Raw SQL: a second person without a holder or an instant, twice in a contract, or a second open invitation."""
    gold, who = cast.contracts["gold"].id, cast.people["nobody"]
    statements = [
        ("UPDATE contracts_contactslot SET other_id = %s WHERE contract_id = %s", [who, gold], "slot_other_beside"),
        ("UPDATE contracts_contactslot SET emergency = true WHERE contract_id = %s", [gold], "slot_other_beside"),
        ("UPDATE contracts_contactslot SET other_id = %s, counts_from = now(), person_id = NULL WHERE contract_id = %s",
         [who, gold], "slot_other_beside"),
    ]  # fmt: skip
    for statement, values, message in statements:
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match=message), transaction.atomic():
            cursor.execute(statement, values)


def test_a_planted_slot_shows_in_the_verification(cast: Cast) -> None:
    sound()
    gold = cast.contracts["gold"]
    ContactSlot.objects.filter(contract_id=gold.id).update(trained_on=date(2020, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contracts_contactslot (contract_id, subscriber_id, number, person_id, emergency)"
            " VALUES (%s, %s, 2, %s, false)", [gold.id, gold.subscriber_id, cast.people["nobody"]],
        )  # fmt: skip
    found = {(one.reference, one.number, one.field) for one in slot_differences()}
    assert found == {(gold.reference, 1, "training"), (gold.reference, 2, "person")}


def test_colleagues_read_what_their_roles_let_them(cast: Cast, admin: Actor) -> None:
    gold = cast.contracts["gold"]
    page = contacts_page(cast.viewer("viewer_gold"), gold.id)
    assert (page.may, len(page.places)) == (frozenset(), 3)
    assert contacts_page(viewer_of(admin.id), gold.id).may >= {"invite_contact", "give_member_role"}
    for outside in ("learner_gold", "contact_silver", "nobody"):
        with pytest.raises(NotFound):
            contacts_page(cast.viewer(outside), gold.id)
