"""Abuse between organisations: what belongs to one is neither read nor changed by another, whatever is asked."""

from __future__ import annotations

import csv
from contextlib import suppress
from io import StringIO
from urllib.parse import urlsplit

import pytest
from desk_cast import Cast as Desk
from desk_cast import file_case, person
from django.urls import reverse
from hostile import everything_open, lasting, pages, sent, sheets

from garant.cases import operations as cases
from garant.cases import queries
from garant.cases.models import Case, Draft
from garant.cases.operations import file_case as file_for
from garant.contracts.models import ContactSlot, Contract, LedgerEntry
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.queries import viewer_of
from garant.kit.pages import cursor

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def contract_of(subscriber: int) -> int:
    return Contract.objects.get(subscriber_id=subscriber).pk


def about_a(desk: Desk, address: str) -> bool:
    """Whether an address names something of organisation A."""
    path = urlsplit(address).path
    return f"/{desk.case_a}/" in path or f"/{contract_of(desk.subscriber_a)}/" in path


def test_IDOR_01_IDOR_02_every_page_and_form_of_an_organisation_is_absent_for_another(desk: Desk) -> None:
    """All that A's contact and administrator can open and send, opened and sent by B's contact: not found."""
    everything_open(desk)
    stranger = desk.client("stranger")
    shown = {
        name: address for name, address in pages(desk).items() if about_a(desk, address) and "/console/" not in address
    }
    assert len(shown) >= 10
    answers = {name: sent(stranger, "GET", address) for name, address in shown.items()}
    assert {name: r.status_code for name, r in answers.items() if r.status_code not in (404, 405)} == {}
    asked = 0
    for who in ("contact", "viewer"):
        for form in sheets(desk.client(who), shown):
            if about_a(desk, form.action):
                answer = sent(stranger, "POST", form.action, form.filled(body="x", reason="x", name="x"))
                assert (answer.status_code, answer.wrote) == (404, []), form.action
                asked += 1
    assert asked >= 6


def test_IDOR_02_ids_of_another_organisation_in_any_field_do_nothing_there(desk: Desk) -> None:
    """Every field of every form of A's people, one after the other with B's ids: nothing of B's journal grows."""
    everything_open(desk)
    stranger = desk.people["stranger"].pk
    foreign = {str(n) for n in (desk.subscriber_b, desk.case_b, contract_of(desk.subscriber_b), stranger)}
    got_through, asked = [], 0
    for who in ("contact", "viewer"):
        client = desk.client(who)
        for form in sheets(client, pages(desk)):
            for name, kind in form.kinds.items():
                for value in foreign if kind in ("hidden", "select", "radio", "number") and name != "once" else ():
                    answer = sent(client, "POST", form.action, form.filled(**{name: value}))
                    asked += 1
                    if any(owner == desk.subscriber_b for _, owner in answer.wrote):
                        got_through.append((form.action, name, answer.wrote))
    assert got_through == []
    assert asked > 40


def test_IDOR_02_a_contract_of_another_organisation_lends_its_terms_to_nobody(desk: Desk) -> None:
    """Filing for oneself under a better contract of somebody else."""
    mine, theirs = contract_of(desk.subscriber_b), contract_of(desk.subscriber_a)
    with suppress(Refusal, NotFound):
        file_case(desk.people["stranger"], desk.subscriber_b, "Borrowed", contract_id=theirs)
    assert set(Case.objects.filter(subscriber_id=desk.subscriber_b).values_list("contract_id", flat=True)) == {mine}
    assert not Case.objects.filter(subscriber_id=desk.subscriber_b, contract_id=theirs).exists()


def test_IDOR_03_nobody_files_for_another_organisation_or_in_anothers_name(desk: Desk) -> None:
    texts = {"subject": "s", "description": "d", "severity": "1", "request_type": "error", "steps": "s",
             "expected": "e", "actual": "a", "environment": "e"}  # fmt: skip
    before = Case.objects.count()
    a, b = desk.people["contact"].pk, desk.people["stranger"].pk
    for by, who, subscriber in (
        ("stranger", b, desk.subscriber_a), ("stranger", a, desk.subscriber_a), ("stranger", a, desk.subscriber_b),
        ("viewer", a, desk.subscriber_a),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            file_for(by=desk.actor(by), person_id=who, subscriber_id=subscriber, **texts)
    assert Case.objects.count() == before
    assert not Draft.objects.filter(subscriber_id=desk.subscriber_a, person=b).exists()


def test_IDOR_04_no_operation_reaches_a_case_of_another_organisation(desk: Desk) -> None:
    """The rooms themselves refuse, for every act that a contact has; the record of A stays as it was."""
    by, number = desk.actor("stranger"), desk.case_a
    acts = [
        lambda: cases.add_customer_message(by=by, number=number, body="x"),
        lambda: cases.raise_severity(by=by, number=number, severity="1", reason="x"),
        lambda: cases.change_severity(by=by, number=number, severity="3", reason="x"),
        lambda: cases.accept_severity(by=by, number=number),
        lambda: cases.reject_severity(by=by, number=number, reason="x"),
        lambda: cases.close(by=by, number=number),
        lambda: cases.reopen(by=by, number=number, reason="x"),
        lambda: cases.confirm_resolution(by=by, number=number),
        lambda: cases.reject_resolution(by=by, number=number, reason="x"),
        lambda: cases.rate_case(by=by, number=number, score=1),
        lambda: cases.follow_case(by=by, number=number),
        lambda: cases.unfollow_case(by=by, number=number),
        lambda: cases.escalate(by=by, number=number, reason="x"),
        lambda: cases.answer_reproduction(by=by, number=number, request_id=1, step=1, text="x"),
        lambda: cases.reply(by=by, number=number, body="x"),
        lambda: cases.add_note(by=by, number=number, body="x"),
        lambda: cases.assign(by=by, number=number, assignee_id=desk.people["stranger"].pk),
        lambda: cases.merge_case(by=by, number=desk.case_b, into=number),
    ]
    before = queries.case(viewer=viewer_of(desk.people["agent"].pk), number=number).history
    for n, act in enumerate(acts):
        with pytest.raises(NotFound if n < 17 else (NotFound, Refusal)):
            act()
    assert queries.case(viewer=viewer_of(desk.people["agent"].pk), number=number).history == before


def test_IDOR_05_drafts_of_colleagues_and_strangers_are_their_own(desk: Desk) -> None:
    everything_open(desk)
    cases.save_draft(
        by=desk.actor("contact"), place=f"reply:{desk.case_a}", data={"body": "half a thought about quartz"}
    )
    for who in ("viewer", "stranger"):
        assert queries.draft(viewer=viewer_of(desk.people[who].pk), place=f"reply:{desk.case_a}") is None
        assert queries.draft(viewer=viewer_of(desk.people[who].pk), place="new-case") is None
        client = desk.client(who)
        assert not [name for name, address in pages(desk).items() if b"quartz" in sent(client, "GET", address).shown]


def test_IDOR_06_neither_numbers_nor_lists_tell_of_notes_and_foreign_cases(desk: Desk) -> None:
    """A note more, a foreign case more: no page of the other side changes by a byte but its tokens."""
    client = desk.client("stranger")
    watched = ("/", "/?q=zebra", "/?search=zebra", "/allotments/", "/standing/", f"/cases/{desk.case_b}/")

    def seen() -> list[bytes]:
        return [lasting(sent(client, "GET", address).shown) for address in watched]

    before = seen()
    cases.add_note(by=desk.actor("agent"), number=desk.case_b, body="zebra once more")
    file_case(desk.people["contact"], desk.subscriber_a, "zebra in the title")
    assert [address for address, one, two in zip(watched, before, seen(), strict=True) if one != two] == []


def test_IDOR_07_an_export_holds_the_rows_of_the_own_organisation_and_no_other(desk: Desk) -> None:
    own, foreign = contract_of(desk.subscriber_a), contract_of(desk.subscriber_b)
    at = {"contract_id": own, "ledger_code": "services_days"}
    for query in ("", f"?contract_id={foreign}", f"?subscriber={desk.subscriber_b}", "?after=x&from=2000-01-01"):
        answer = sent(desk.client("contact"), "GET", reverse("allotment_export", kwargs=at) + query)
        rows = list(csv.reader(StringIO(answer.shown.decode("utf-8-sig"), newline="")))
        assert (
            len(rows) - 1
            == LedgerEntry.objects.filter(account__contract_id=own, account__ledger="services_days").count()
        )
    for contract in (foreign, 10**9):
        address = reverse("allotment_export", kwargs={**at, "contract_id": contract})
        assert sent(desk.client("contact"), "GET", address).status_code == 404
    for who in ("contact", "viewer", "agent"):
        for kind in ("people", "subscribers", "contracts"):
            assert sent(desk.client(who), "GET", reverse("console:export", kwargs={"kind": kind})).status_code == 403
    assert sent(desk.client("manager"), "GET", "/console/export/sessions.csv").status_code == 404


def test_IDOR_12_a_cursor_of_somebody_else_shows_only_ones_own(desk: Desk) -> None:
    """A cursor says where a list goes on, never whose list it is."""
    for n in range(3):
        file_case(desk.people["contact"], desk.subscriber_a, f"Aurora {n}")
    viewer_a, viewer_b = (viewer_of(desk.people[who].pk) for who in ("contact", "stranger"))
    first = queries.my_cases(viewer=viewer_a, limit=1)
    assert first.next
    for after in (first.next, cursor("cases", 1, 2), cursor("queue", None, 1)):
        numbers = {row.number for row in queries.my_cases(viewer=viewer_b, after=after).rows}
        assert numbers <= {desk.case_b}
        assert desk.secret_a.encode() not in sent(desk.client("stranger"), "GET", f"/?after={after}&past={after}").shown


def test_IDOR_15_splitting_and_merging_keep_the_organisation(desk: Desk) -> None:
    made = cases.split_case(by=desk.actor("agent"), number=desk.case_b, subject="Half", description="Of it")
    assert Case.objects.get(number=made.number).subscriber_id == desk.subscriber_b
    with pytest.raises(Refusal):
        cases.merge_case(by=desk.actor("manager"), number=desk.case_a, into=desk.case_b)
    assert {c.number: c.subscriber_id for c in Case.objects.filter(number__in=(desk.case_a, desk.case_b))} == {
        desk.case_a: desk.subscriber_a, desk.case_b: desk.subscriber_b,
    }  # fmt: skip


def test_IDOR_20_a_named_advisor_has_the_rights_of_the_table_and_no_more(desk: Desk) -> None:
    """Who advises one organisation decides nothing about money, people or contracts of any."""
    advisor = person("Named Advisor", "advisor@vendor.example")
    directory.give_role(by=SYSTEM, person_id=advisor.pk, role="named_advisor")
    desk.people["advisor"] = advisor  # type: ignore[index]
    client, contract = desk.client("advisor"), contract_of(desk.subscriber_b)
    account = {"contract_id": contract, "ledger_code": "services_days"}
    slug = {"slug": "borealis-foods"}
    for name, arguments in (
        ("subscriber-suspend", slug), ("subscriber-reinstate", slug), ("subscriber-fact", slug),
        ("allotment-grant", account), ("allotment-correct", account), ("contact-train", {"contract_id": contract}),
        ("import", {}), ("facts-file", {}), ("admit", {"number": desk.case_b}),
        ("contract-change", {"reference": "BOR-1"}),
    ):  # fmt: skip
        answer = sent(client, "POST", reverse(f"console:{name}", kwargs=arguments))
        assert (answer.status_code, answer.wrote) == (403, []), name
    assert sent(client, "GET", reverse("console:export", kwargs={"kind": "people"})).status_code == 403


def test_IDOR_21_a_slot_of_another_organisation_is_filled_by_nobody_from_outside(desk: Desk) -> None:
    from garant.contracts import operations_contacts as contacts

    everything_open(desk)
    foreign = contract_of(desk.subscriber_b)
    before = list(ContactSlot.objects.filter(contract_id=foreign).values_list("number", "person_id").order_by("number"))
    with pytest.raises((Refusal, NotFound)):
        contacts.empty_slot(by=desk.actor("viewer"), contract_id=foreign, number=1)
    with pytest.raises((Refusal, NotFound)):
        directory.give_member_role(
            by=desk.actor("viewer"),
            person_id=desk.people["viewer"].pk,
            role="administrator",
            subscriber_id=desk.subscriber_b,
        )
    assert before == list(
        ContactSlot.objects.filter(contract_id=foreign).values_list("number", "person_id").order_by("number")
    )
    assert desk.subscriber_b not in viewer_of(desk.people["viewer"].pk).subscriber_roles


def test_IDOR_16_an_act_on_several_cases_reaches_no_foreign_or_unknown_one(desk: Desk) -> None:
    """Own, foreign and invented numbers in one request: refused for contacts; staff hear which are no cases."""
    numbers = [desk.case_a, desk.case_b, 99_999_999, "0", "-1", "1e3", "9" * 30]
    agent = desk.people["agent"].pk
    for who in ("contact", "stranger", "viewer"):
        answer = sent(desk.client(who), "POST", reverse("console:bulk-assign"), {"case": numbers, "assignee": "me"})
        assert (answer.status_code, answer.wrote) == (403, [])
    for foreign in (desk.people["contact"].pk, desk.people["stranger"].pk, 10**9):
        data = {"case": numbers, "assignee": "other", "other": foreign}
        assert sent(desk.client("agent"), "POST", reverse("console:bulk-assign"), data).wrote == [], "cases go to staff"
    client = desk.client("agent")
    assert client.post(reverse("console:bulk-assign"), {"case": numbers, "assignee": "me"}).status_code == 302
    assert set(Case.objects.values_list("assignee_id", flat=True)) == {agent}
    assert b"99999999" in client.get(reverse("console:queue")).content, "the number that is no case is named"


def test_IDOR_23_how_somebody_else_is_told_is_nobodys_to_choose(desk: Desk) -> None:
    """One's own choices only: another person's id in the request is refused, and theirs stay."""
    from garant.directory.models import NoticePreference

    NoticePreference.objects.create(person=desk.people["contact"], kind="customer_wrote", how="digest")
    before = list(NoticePreference.objects.values_list("person_id", "kind", "how"))
    client = desk.client("stranger")
    (form,) = [f for f in sheets(client, {"notices": reverse("account_notices")}) if "notices" in f.action]
    victim = desk.people["contact"].pk
    for name in ("person", "person_id", "user", "id", "email"):
        answer = sent(client, "POST", form.action, form.filled(**{name: str(victim)}))
        assert (answer.status_code, answer.wrote) == (400, [])
        assert client.get(f"{form.action}?{name}={victim}").status_code == 200
    assert client.post(form.action, form.fields).status_code in (302, 422)
    theirs = NoticePreference.objects.filter(person_id=victim).values_list("person_id", "kind", "how")
    assert list(theirs) == before
