"""The last contact slot under fifty clients, deaths at every statement of inviting, and a machine of random acts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from crash import at_once, everywhere, together
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from rooms_cast import person, reference, sign

from garant.contracts import operations as contracts
from garant.contracts import operations_contacts as contacts
from garant.contracts import operations_invitations as invitations
from garant.contracts import slots
from garant.contracts.models import ContactSlot, Invitation
from garant.contracts.notices_contacts import token_of
from garant.contracts.queries import contract as contract_named
from garant.contracts.queries_contacts import slot_differences
from garant.contracts.views import ContractView
from garant.core.people import SYSTEM, Viewer
from garant.core.refusals import Refusal
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.directory.queries import people_with
from garant.journal.models import Entry, Notice

pytestmark = [pytest.mark.database]

PASSWORD = "quiet river crossing 42"
PROCESSES, CLIENTS = 4, 50
STAFF = Viewer(staff_roles=frozenset({"manager"}))


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """How a password is hashed is not the matter here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def signed(name: str, package: str = "silver") -> ContractView:
    """A fresh subscriber with a contract of two slots."""
    contracts.load_programme(document=reference(), source="", by=SYSTEM)
    subscriber = directory.create_subscriber(by=SYSTEM, name=name).id
    return sign(package, subscriber, reference=f"{name}-{subscriber}")


def colleagues(subscriber_id: int, count: int) -> list[int]:
    people = [person(f"rush-{subscriber_id}-{n}") for n in range(count)]
    for who in people:
        directory.give_role(by=SYSTEM, person_id=who, role="viewer", subscriber_id=subscriber_id)
    return people


def rush(contract: ContractView, people: list[int], act: Callable[[int, int], object]) -> None:
    """All people want a slot at once: fifty connections, in four processes."""

    def share(mine: list[int]) -> None:
        at_once(*(lambda who=who: act(contract.id, who) for who in mine))  # type: ignore[misc]

    together([lambda n=n: share(people[n::PROCESSES]) for n in range(PROCESSES)])  # type: ignore[misc]


def one_won(contract: ContractView) -> None:
    """Exactly the last slot was filled, by one person who has the role, with one entry."""
    filled = ContactSlot.objects.filter(contract_id=contract.id, person__isnull=False)
    assert filled.count() == 2
    assert people_with("contact", contract.subscriber_id) == set(filled.values_list("person_id", flat=True))
    named = Entry.objects.filter(subject_kind="contract", subject_id=contract.id, kind="contact_named")
    assert named.count() == 2
    assert list(slot_differences()) == []


def name(contract_id: int, who: int) -> None:
    contacts.name_colleague(by=SYSTEM, contract_id=contract_id, person_id=who)


def last_slot(rounds: int) -> None:
    """Fifty clients want the last slot, round after round."""
    for round_ in range(rounds):
        contract = signed(f"Crowd {round_}")
        people = colleagues(contract.subscriber_id, CLIENTS + 1)
        name(contract.id, people[0])
        rush(contract, people[1:], name)
        one_won(contract)


@pytest.mark.django_db(transaction=True)
def test_the_last_contact_slot_goes_to_exactly_one_of_fifty() -> None:
    last_slot(2)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_last_contact_slot_goes_to_exactly_one_of_fifty_fifty_times() -> None:
    last_slot(50)


@pytest.mark.django_db(transaction=True)
def test_the_last_slot_control_without_its_limit_several_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both nets taken away, the numbers read before they are decided on: the same check must fail."""
    contract = signed("Control")
    people = colleagues(contract.subscriber_id, 13)
    name(contract.id, people[0])
    monkeypatch.setattr(contacts, "free_number", lambda held: secrets.randbelow(10**6) + 3)
    monkeypatch.setattr(contacts, "check_free", lambda *args, **more: None)
    monkeypatch.setattr(contacts, "written", lambda by, held, kind, data, **more: slots.note(
        by, held.contract, kind, data, held.now))  # fmt: skip
    switch("DISABLE")
    try:
        rush(contract, people[1:], name)
        with pytest.raises(AssertionError):
            one_won(contract)
    finally:
        ContactSlot.objects.all().delete()
        switch("ENABLE")


def switch(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE contracts_contactslot {how} TRIGGER contracts_contactslot_within_limit")


@pytest.mark.django_db(transaction=True)
def test_an_invitation_and_a_naming_cannot_both_have_the_last_slot() -> None:
    contract = signed("Both")
    people = colleagues(contract.subscriber_id, 2)
    name(contract.id, people[0])
    results = at_once(
        lambda: name(contract.id, people[1]),
        lambda: invitations.invite(by=SYSTEM, contract_id=contract.id, email="a@b.example", name="A"),
    )
    assert sum(isinstance(one, Refusal) for one in results) == 1
    taken = ContactSlot.objects.filter(contract_id=contract.id, person__isnull=False).count()
    assert taken + Invitation.objects.filter(contract_id=contract.id).count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_invitation_is_accepted_once_by_two_browsers() -> None:
    contract = signed("Twice")
    invitations.invite(by=SYSTEM, contract_id=contract.id, email="twice@b.example", name="A")
    token = token_of(Notice.objects.get(kind="contact_invited").data["seed"])
    results = at_once(
        *(lambda: invitations.accept_invitation(token=token, name="A", password=PASSWORD) for _ in range(4))
    )
    assert sorted(type(one).__name__ for one in results) == ["Accepted", "Refusal", "Refusal", "Refusal"]
    assert Person.objects.filter(email="twice@b.example").count() == 1


@pytest.mark.django_db(transaction=True)
def test_inviting_dies_at_every_statement() -> None:
    contract = signed("Crash", "platinum")

    def prepare(point: int) -> str:
        return f"invited-{point}@b.example"

    def act(email: str) -> None:
        invitations.invite(by=SYSTEM, contract_id=contract.id, email=email, name="A", once=f"form-{email}")

    def check(email: str) -> None:
        row = Invitation.objects.get(email=email)
        assert Notice.objects.filter(kind="contact_invited", address=email).count() == 1
        entries = Entry.objects.filter(kind="contact_invited", data__invitation=row.pk)
        assert entries.count() == 1
        invitations.revoke_invitation(by=SYSTEM, invitation_id=row.pk)

    assert everywhere(prepare, act, check) > 10
    assert list(slot_differences()) == []


@pytest.mark.django_db(transaction=True)
def test_inviting_control_without_a_key_the_retry_is_refused() -> None:
    """Without the form's token the second try can't know the first: it is a second invitation, and refused."""
    from crash import finished_unheard

    contract = signed("Keyless")

    def act() -> None:
        invitations.invite(by=SYSTEM, contract_id=contract.id, email="a@b.example", name="A")

    finished_unheard(act)
    with pytest.raises(Refusal, match="already_invited"):
        act()


@pytest.mark.django_db(transaction=True)
def test_accepting_dies_at_every_statement() -> None:
    contract = signed("Accept", "platinum")

    def prepare(point: int) -> str:
        email = f"accepts-{point}@b.example"
        invitations.invite(by=SYSTEM, contract_id=contract.id, email=email, name="A")
        return email

    def act(email: str) -> None:
        token = token_of(Notice.objects.get(kind="contact_invited", address=email).data["seed"])
        try:
            invitations.accept_invitation(token=token, name="A", password=PASSWORD)
        except Refusal as refusal:
            assert refusal.code == "invitation_accepted"  # noqa: PT017  the first try was committed unheard

    def check(email: str) -> None:
        who = Person.objects.get(email=email)
        assert ContactSlot.objects.filter(contract_id=contract.id, person=who).count() == 1
        assert who.pk in people_with("contact", contract.subscriber_id)
        contacts.empty_slot(by=SYSTEM, contract_id=contract.id, person_id=who.pk)

    assert everywhere(prepare, act, check) > 20
    assert list(slot_differences()) == []


class Slots(RuleBasedStateMachine):
    """Random acts on one contract of two slots. `model`: who holds which number; whoever stands in, by number."""

    contract: ContractView
    people: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.holders: dict[int, int] = {}
        self.stand_ins: dict[int, int] = {}
        self.invited: dict[int, str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def claimed(self) -> set[int]:
        return {*self.holders.values(), *self.stand_ins.values()}

    @rule(n=st.integers(0, 4))
    def name(self, n: int) -> None:
        who = self.people[n]
        free = 2 - len(self.holders) - len(self.invited)
        if who in self.claimed() or free <= 0:
            self.refused(lambda: name(self.contract.id, who))
            return
        view = contacts.name_colleague(by=SYSTEM, contract_id=self.contract.id, person_id=who)
        assert view.number not in {*self.holders, *self.invited}
        self.holders[view.number] = who

    @rule()
    def invite(self) -> None:
        email = f"{secrets.token_hex(6)}@b.example"

        def act() -> Any:
            return invitations.invite(by=SYSTEM, contract_id=self.contract.id, email=email, name="A")

        if len(self.holders) + len(self.invited) >= 2:
            self.refused(act)
            return
        row = act()
        self.invited[row.slot] = email

    @precondition(lambda self: self.invited)
    @rule(take=st.booleans())
    def answer(self, take: bool) -> None:
        number, email = next(iter(self.invited.items()))
        del self.invited[number]
        row = Invitation.objects.get(email=email)
        if not take:
            assert invitations.revoke_invitation(by=SYSTEM, invitation_id=row.pk)
            return
        token = token_of(Notice.objects.get(kind="contact_invited", address=email).data["seed"])
        done = invitations.accept_invitation(token=token, name="A", password=PASSWORD)
        assert done.slot == number
        self.holders[number] = done.person_id

    @precondition(lambda self: self.holders)
    @rule(n=st.integers(0, 4), emergency=st.booleans())
    def replace(self, n: int, emergency: bool) -> None:
        number, leaving = next(iter(self.holders.items()))
        who = self.people[n]

        def act() -> Any:
            if emergency:
                return contacts.stand_in(by=SYSTEM, contract_id=self.contract.id, absent_id=leaving, person_id=who)
            return contacts.replace_contact(by=SYSTEM, contract_id=self.contract.id, leaving_id=leaving, person_id=who)

        if who in self.claimed() or number in self.stand_ins:
            self.refused(act)
            return
        assert act() is None
        if emergency:
            self.stand_ins[number] = who
        else:
            self.holders[number] = who

    @precondition(lambda self: self.stand_ins)
    @rule()
    def back(self) -> None:
        number = next(iter(self.stand_ins))
        assert contacts.end_stand_in(by=SYSTEM, contract_id=self.contract.id, number=number)
        del self.stand_ins[number]

    @precondition(lambda self: self.holders)
    @rule()
    def remove(self) -> None:
        number = next(iter(self.holders))
        assert contacts.empty_slot(by=SYSTEM, contract_id=self.contract.id, number=number)
        del self.holders[number]
        self.stand_ins.pop(number, None)

    def refused(self, act: Callable[[], object]) -> None:
        with pytest.raises(Refusal), transaction.atomic():
            act()

    @invariant()
    def rows_journal_roles_and_model_agree(self) -> None:
        rows = ContactSlot.objects.filter(contract_id=self.contract.id, person__isnull=False)
        assert dict(rows.values_list("number", "person_id")) == self.holders
        assert len(self.holders) + len(self.invited) <= 2
        asking = {self.stand_ins.get(number, who) for number, who in self.holders.items()}
        assert people_with("contact", self.contract.subscriber_id) == asking
        assert list(slot_differences()) == []
        view = contract_named(viewer=STAFF, reference=self.contract.reference)
        assert view.filled == len(self.holders)


def run_machine(phases: tuple[Phase, ...], examples: int = 12, steps: int = 12) -> None:
    """Random walks over a fresh contract, the same in every run."""
    contract = signed("Machine")
    people = colleagues(contract.subscriber_id, 5)
    machine = type("Machine", (Slots,), {"contract": contract, "people": people})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=phases,
        ),
    )  # fmt: skip


@pytest.mark.django_db
def test_slots_as_a_state_machine() -> None:
    run_machine((Phase.generate, Phase.shrink))


@pytest.mark.long
@pytest.mark.django_db
def test_slots_as_a_state_machine_for_long() -> None:
    run_machine((Phase.generate, Phase.shrink), 200, 40)


@pytest.mark.django_db
def test_the_state_machine_finds_a_role_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: if a removed contact kept the role, the machine would find it."""
    monkeypatch.setattr(contacts, "leave", lambda by, held, who: None)
    with pytest.raises(AssertionError):
        run_machine((Phase.generate,))
