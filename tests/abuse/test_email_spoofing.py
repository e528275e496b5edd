"""Abuse cases of the classes email-spoofing and auto-reply-loops: who writes, who only seems to, and machines."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from case_acts import ago, case_of, entries, file, kinds, period
from incoming_cast import DESK, address, answer, arrives, letter, stored
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.mail_telling import MOST_ANSWERS, MOST_QUESTIONS
from garant.cases.models import Case, Message
from garant.cases.models_mail import StoredMail
from garant.cases.operations_mail import deliver
from garant.cases.operations_mail_review import answer_asking, discard_mail, release_mail
from garant.contracts import operations_contacts as contacts
from garant.core.people import SYSTEM
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.models import Undeliverable
from garant.journal.models import Notice
from garant.kit.mail_tokens import asking_token, loop_mark

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("believed")]


def told(*kinds: str) -> list[Notice]:
    """The messages that were put into the outbox, of some kinds, or all."""
    rows = Notice.objects.filter(kind__in=kinds) if kinds else Notice.objects.all()
    return list(rows.order_by("pk"))


def test_mail_01_a_forged_contact_opens_nothing_and_nobody_is_told(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold"), "Severity: 1\nHelp", proved="dmarc=fail (p=reject dis=none)"))
    assert (done.outcome, done.case, done.reason) == ("quarantined", None, "forged")
    assert not Case.objects.exists()
    assert told() == []


def test_mail_01_results_that_came_with_the_message_prove_nothing(cast: Cast, settings: Any) -> None:
    mail = letter(address("contact_gold"), proved=None)
    line = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=people.example\n"
    raw = mail.as_bytes().replace(b"From: contact_gold", line + b"From: contact_gold")
    assert raw.index(b"Received:") < raw.index(b"Authentication-Results:")
    assert arrives(raw).reason == "sender"
    settings.MAIL_STRIPS = True  # the operator says that such lines can only be the server's own
    assert arrives(raw + b"\n").outcome == "case_opened"


def test_mail_02_an_unproved_mail_waits_for_its_contact_and_then_counts_from_its_receipt(cast: Cast) -> None:
    received = ago(minutes=40)
    mail = letter(address("contact_gold"), "Severity: 1\nSecret words", proved="spf=none")
    done = arrives(mail, received=received)
    assert (done.outcome, done.reason) == ("held", "sender")
    case = case_of(cast, done.case or 0)
    assert (case.state, case.next_due) == ("held", None)
    (asked,) = told()
    assert (asked.kind, asked.person_id) == ("mail_unconfirmed", cast.people["contact_gold"])
    assert not any(word in str(asked.data) for word in ("Secret", "Import"))
    said = answer_asking(token=asking_token(stored().pk, cast.people["contact_gold"]), wrote=True)
    assert said == (done.case, "")
    assert case_of(cast, done.case or 0).state == "open"
    assert period(case.number).started == received
    assert (stored().outcome, stored().reason) == ("case_opened", "confirmed")
    (received_now,) = told("case_received")
    assert (received_now.data["number"], bool(received_now.data["due"])) == (done.case, True)


def test_mail_02_what_the_contact_did_not_write_is_set_aside(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold"), proved=None))
    token = asking_token(stored().pk, cast.people["contact_gold"])
    answer_asking(token=token, wrote=False)
    assert case_of(cast, done.case or 0).state == "closed"
    last = entries(done.case or 0)[-1]
    assert (last.data["by"], last.by) == ("contact", cast.actor("contact_gold"))
    assert (stored().outcome, stored().reason) == ("quarantined", "denied")
    with pytest.raises(Refusal, match="mail_settled"):
        answer_asking(token=token, wrote=True)
    assert case_of(cast, done.case or 0).state == "closed"


def test_mail_02_only_the_link_that_went_to_the_address_confirms(cast: Cast) -> None:
    arrives(letter(address("contact_gold"), proved=None))
    for token in ("", "x", asking_token(stored().pk, cast.people["contact_silver"]), asking_token(0, 1)):
        with pytest.raises(NotFound):
            answer_asking(token=token, wrote=True)
    assert stored().outcome == "held"


def test_mail_02_an_unproved_answer_joins_only_after_it_is_confirmed(cast: Cast) -> None:
    opened = arrives(letter(address("contact_gold"), "First", Message_ID="<first@a.example>"))
    done = arrives(letter(address("contact_gold"), "Four", proved=None, In_Reply_To="<first@a.example>"))
    assert (done.outcome, done.case, done.reason) == ("held", opened.case, "sender")
    assert "customer_message_added" not in kinds(opened.case or 0)
    answer_asking(token=asking_token(stored().pk, cast.people["contact_gold"]), wrote=True)
    assert kinds(opened.case or 0)[-1] == "customer_message_added"


@pytest.mark.parametrize("proved", ["dmarc=pass", "spf=none"])
def test_mail_03_an_agents_address_from_outside_answers_nobody(cast: Cast, proved: str) -> None:
    number = file(cast).number
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?")
    before, sent = kinds(number), len(told())
    (notice,) = told("response_given")
    done = arrives(letter(address("agent"), proved=proved, In_Reply_To=f"<{notice.message_id}@desk.example>"))
    assert (done.outcome, done.reason) == ("quarantined", "staff_by_mail")
    assert kinds(number) == before
    assert len(told()) == sent


def test_thrd_09_what_an_agent_answers_by_mail_is_an_internal_note(cast: Cast) -> None:
    number = file(cast).number
    cases.add_note(by=cast.actor("second_agent"), number=number, body="Seen before")
    sent = len(told())
    done = arrives(answer(cast, number, "agent", text="Indeed, in March."))
    assert (done.outcome, done.reason) == ("reply_added", "internal_note")
    said = Message.objects.latest("pk")
    assert (said.kind, said.body, said.author_id) == ("internal", "Indeed, in March.", cast.people["agent"])
    assert len(told()) == sent
    assert period(number).ended is None


def test_mail_07_two_from_headers_are_nobodys(cast: Cast) -> None:
    mail = letter("evil@x.example")
    raw = mail.as_bytes().replace(b"From: evil@x.example", b"From: evil@x.example\nFrom: contact_gold@people.example")
    done = arrives(raw)
    assert (done.outcome, done.reason) == ("quarantined", "several_senders")
    twice = letter(address("contact_gold")).as_bytes().replace(b"\nTo:", b"\nFrom: contact_gold@people.example\nTo:", 1)
    assert arrives(twice).outcome == "quarantined"


@pytest.mark.parametrize("senders", ["evil@x.example, {0}", "{0}, evil@x.example"])
def test_mail_08_several_mailboxes_in_from_are_nobodys(cast: Cast, senders: str) -> None:
    raw = letter("evil@x.example").as_bytes()
    raw = raw.replace(b"From: evil@x.example", f"From: {senders.format(address('contact_gold'))}".encode())
    done = arrives(raw)
    assert (done.outcome, done.reason) == ("quarantined", "several_senders")


def test_mail_09_a_reply_to_is_shown_and_never_adopted(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold"), Reply_To="evil@x.example"))
    assert stored().content["reply_to"] == [["", "evil@x.example"]]
    cases.reply(by=cast.actor("agent"), number=done.case or 0, body="Here is how.")
    assert all(one.person_id and not one.address for one in told())


def test_mail_10_a_stranger_in_cc_hears_and_reads_nothing(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold"), Cc=f"evil@x.example, {address('contact_silver')}"))
    assert case_of(cast, done.case or 0).followers == ()
    cases.reply(by=cast.actor("agent"), number=done.case or 0, body="Here is how.")
    assert {one.person_id for one in told()} == {cast.people["contact_gold"]}


def test_mail_11_a_service_that_mails_a_code_to_a_cases_address_shows_it_to_nobody(cast: Cast) -> None:
    number = file(cast).number
    done = arrives(answer(cast, number, sender="x", text="Your code is 123456"))
    assert (done.outcome, done.reason) == ("held", "other_sender")
    robot = answer(cast, number, sender="x", Auto_Submitted="auto-generated")
    assert arrives(robot).outcome == "ignored"
    assert not Message.objects.filter(case__number=number).exists()


def test_mail_12_who_is_no_contact_any_more_changes_nothing_and_the_administrators_hear(cast: Cast) -> None:
    number = file(cast).number
    admin = cast.people["viewer_gold"]
    directory.give_role(by=SYSTEM, person_id=admin, role="administrator", subscriber_id=cast.subscribers["gold"])
    contacts.empty_slot(
        by=cast.actor("manager"), contract_id=cast.contracts["gold"].id, person_id=cast.people["contact_gold"]
    )
    before = kinds(number)
    done = arrives(answer(cast, number))
    assert (done.outcome, done.reason) == ("quarantined", "no_longer_contact")
    assert kinds(number) == before
    assert [one.data["code"] for one in told("mail_refused")] == ["not_authorized_contact"]
    assert [one.person_id for one in told("mail_former_contact")] == [admin]


@pytest.mark.parametrize("variant", ["contact_gold+x@people.example", "contact.gold@people.example"])
def test_mail_13_an_alias_is_not_the_contact(cast: Cast, variant: str) -> None:
    done = arrives(letter(variant))
    assert (done.outcome, done.reason) == ("refused", "unknown_sender")


def test_mail_14_capitals_are_no_second_address(cast: Cast) -> None:
    assert arrives(letter("CONTACT_Gold@People.EXAMPLE")).outcome == "case_opened"
    with pytest.raises(Refusal):
        directory.create_person(by=SYSTEM, email="Contact_GOLD@people.example", name="Second")


def test_loop_01_two_desks_that_answer_each_other_end_soon(cast: Cast) -> None:
    for turn in range(12):
        arrives(letter(address("contact_gold"), f"We have opened ticket {turn}", subject=f"Ticket {turn}"))
    assert len(told("case_received")) == MOST_ANSWERS
    assert len(told()) < 10


def test_loop_01_an_answer_to_an_acknowledgement_joins_its_case_and_is_not_answered(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold")))
    sent = len(told())
    arrives(answer(cast, done.case or 0, text="We have opened ticket 4711"))
    arrives(answer(cast, done.case or 0, text="We have opened ticket 4711", X_Copy="2"))
    assert len(told()) == sent
    assert Message.objects.filter(case__number=done.case).count() == 1


def test_loop_03_an_absence_without_headers_moves_no_case(cast: Cast) -> None:
    number = file(cast, at=ago(hours=1)).number
    cases.resolve(by=cast.actor("agent"), number=number, body="Solved.", at=ago(minutes=30))
    for text in ("Ich bin bis Montag nicht im Büro.", "ただいま休暇をいただいております。"):
        done = arrives(answer(cast, number, text=text, In_Reply_To="<x@desk.example>"))
        assert (done.outcome, done.reason) == ("ignored", "looks_automatic")
    assert case_of(cast, number).state == "resolved"
    unknown = [arrives(answer(cast, number, text="Buiten kantoor", X_Turn=str(turn))) for turn in range(4)]
    assert [one.outcome for one in unknown] == ["reply_added", "ignored", "ignored", "ignored"]
    assert kinds(number).count("case_reopened") == 1


def bounce(message_id: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report as mail servers write it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "MAILER-DAEMON@mx.desk.example", DESK, "Undelivered Mail"
    mail["Return-Path"] = "<>"
    body = (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n\nNot delivered.\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.desk.example\n\n"
        f"Final-Recipient: rfc822; a@people.example\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 no such user\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\nSubject: x\n\nhi\n--b--\n"
    )
    return mail.as_bytes().rstrip() + b"\nMIME-Version: 1.0\n" + body.encode()


def test_loop_04_a_bounce_flags_its_reader_and_is_never_answered(cast: Cast) -> None:
    number = file(cast).number
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?")
    (notice,) = told("response_given")
    before, sent = kinds(number), len(told())
    done = arrives(bounce(f"<{notice.message_id}@desk.example>"))
    assert (done.outcome, done.reason) == ("ignored", "bounce")
    flagged = Undeliverable.objects.get()
    assert (flagged.person_id, flagged.notice_id) == (cast.people["contact_gold"], notice.pk)
    assert "550 no such user" in flagged.problem
    assert (kinds(number), len(told())) == (before, sent)


def test_loop_04_a_delay_and_somebody_elses_message_flag_nobody(cast: Cast) -> None:
    file(cast)
    (notice,) = told("case_received")
    arrives(bounce(f"<{notice.message_id}@desk.example>", "4.4.1", "delayed"))
    arrives(bounce("<00000000-0000-4000-8000-000000000000@desk.example>"))
    arrives(bounce("<own-1@elsewhere.example>"))
    assert not Undeliverable.objects.exists()


def test_loop_04_a_call_for_help_that_bounces_is_told_to_the_managers(cast: Cast) -> None:
    number = file(cast, at=ago(hours=5)).number
    from garant.cases.sweeping import sweep_all

    sweep_all()
    call = Notice.objects.filter(kind="target_missed", data__number=number).earliest("pk")
    Notice.objects.filter(pk=call.pk).update(person_id=cast.people["agent"])
    arrives(bounce(f"<{call.message_id}@desk.example>"))
    assert [one.person_id for one in told("mail_bounced")] == [cast.people["manager"]]


@pytest.mark.parametrize("sender", [DESK, "Reply@reply.desk.example"])
def test_loop_06_what_the_desk_sends_to_itself_opens_nothing(cast: Cast, sender: str) -> None:
    directory.create_person(by=SYSTEM, email=sender, name="Ourselves")
    done = arrives(letter(sender))
    assert (done.outcome, done.case, done.reason) == ("ignored", None, "loop")


def test_loop_07_a_mail_of_ours_that_a_ring_of_addresses_brings_back_stops(cast: Cast) -> None:
    file(cast)
    (notice,) = told("case_received")
    back = letter(address("contact_gold"), X_Garant_Mark=loop_mark(notice.message_id))
    assert (arrives(back).outcome, stored().reason) == ("ignored", "loop")
    foreign = letter(address("contact_gold"), X_Garant_Mark=f"{notice.message_id}.aaaaaaaaaaaaaaaaaaaaaaaaaa")
    assert arrives(foreign).outcome == "case_opened"


def test_bomb_09_answers_of_machines_are_told_to_nobody(cast: Cast) -> None:
    number = file(cast).number
    cases.follow_case(by=cast.actor("contact_gold"), number=number, person_id=cast.people["viewer_gold"])
    sent = len(told())
    for who in ("contact_gold", "viewer_gold"):
        assert arrives(answer(cast, number, who, Auto_Submitted="auto-replied")).outcome == "ignored"
    assert len(told()) == sent


def test_bomb_04_a_huge_message_is_kept_and_not_read(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold")).as_bytes() + b"\n" + b"x" * 30_000_000)
    assert (done.outcome, done.reason) == ("quarantined", "too_large")


def test_a_flood_of_one_sender_ends_in_quarantine(cast: Cast) -> None:
    for turn in range(6):
        last = arrives(letter(address("contact_gold"), f"Turn {turn}", proved=None))
    assert (last.outcome, last.reason) == ("quarantined", "too_many")
    assert len(told("mail_unconfirmed")) == MOST_QUESTIONS


def test_staff_release_what_waits_and_its_receipt_counts(cast: Cast) -> None:
    received = ago(minutes=30)
    arrives(letter("contact.gold@people.example", "Severity: 1\nHelp"), received=received)
    release_mail(by=cast.actor("agent"), mail_id=stored().pk, person_id=cast.people["contact_gold"])
    row = stored()
    assert (row.outcome, row.person_id, row.decided_by_id) == (
        "case_opened", cast.people["contact_gold"], cast.people["agent"],
    )  # fmt: skip
    assert row.case is not None
    assert period(row.case.number).started == received
    with pytest.raises(Refusal, match="mail_settled"):
        release_mail(by=cast.actor("agent"), mail_id=row.pk)


def test_release_follows_the_contract_and_changes_nothing_when_it_refuses(cast: Cast) -> None:
    arrives(letter("nobody@elsewhere.example"))
    with pytest.raises(Refusal, match="sender_unknown"):
        release_mail(by=cast.actor("agent"), mail_id=stored().pk)
    with pytest.raises(Refusal, match="no_organisation"):
        release_mail(by=cast.actor("agent"), mail_id=stored().pk, person_id=cast.people["nobody"])
    assert (stored().outcome, stored().decided_by_id) == ("refused", None)
    with pytest.raises(Refusal, match="not_allowed"):
        release_mail(by=cast.actor("contact_gold"), mail_id=stored().pk)
    with pytest.raises(NotFound):
        release_mail(by=cast.actor("agent"), mail_id=stored().pk + 9)


def test_what_is_nothing_is_discarded_and_kept(cast: Cast) -> None:
    arrives(letter("nobody@elsewhere.example"))
    discard_mail(by=cast.actor("agent"), mail_id=stored().pk)
    assert (stored().outcome, stored().reason) == ("ignored", "discarded")
    assert StoredMail.objects.count() == 1
    held = arrives(letter(address("contact_gold"), proved=None))
    with pytest.raises(Refusal, match="mail_opened_case"):
        release_mail(by=cast.actor("agent"), mail_id=stored().pk)
    cases.confirm_sender(by=cast.actor("agent"), number=held.case or 0)
    assert (stored().outcome, stored().reason) == ("case_opened", "confirmed")
    assert entries(held.case or 0)[-1].kind == "case_confirmed"


def test_a_held_case_that_is_nothing_is_closed_with_its_mail(cast: Cast) -> None:
    held = arrives(letter(address("contact_gold"), proved=None))
    discard_mail(by=cast.actor("agent"), mail_id=stored().pk)
    assert case_of(cast, held.case or 0).state == "closed"
    last = entries(held.case or 0)[-1]
    assert (last.kind, last.data["by"], last.by) == ("case_closed", "vendor", cast.actor("agent"))
    with pytest.raises(Refusal, match="mail_settled"):
        answer_asking(token=asking_token(stored().pk, cast.people["contact_gold"]), wrote=True)


def test_mail_02_a_case_that_was_resolved_meanwhile_is_confirmed_no_more(cast: Cast) -> None:
    held = arrives(letter(address("contact_gold"), proved=None))
    cases.resolve(by=cast.actor("agent"), number=held.case or 0, body="Spam")
    with pytest.raises(Refusal, match="mail_settled"):
        answer_asking(token=asking_token(stored().pk, cast.people["contact_gold"]), wrote=True)


def test_mail_01_forgeries_do_not_use_up_what_the_contact_may_send(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cases.mail_deciding.MOST_AN_HOUR", 3)
    for turn in range(4):
        arrives(letter(address("contact_gold"), f"{turn}", proved="dmarc=fail (p=reject)"))
        arrives(letter(address("contact_gold").upper(), f"{turn}", proved=None))
    done = arrives(letter(address("contact_gold"), "The real one"))
    assert done.outcome == "case_opened"
    assert len(told("case_received")) == 1, "questions have a budget of their own"


def test_mail_14_capitals_are_no_way_round_a_limit(cast: Cast) -> None:
    senders = [address("contact_gold"), address("contact_gold").upper(), address("contact_gold").title()]
    ends = [arrives(letter(senders[turn % 3], f"{turn}", proved=None)).reason for turn in range(6)]
    assert ends == ["sender"] * 5 + ["too_many"]


def test_thrd_03_a_token_does_not_outweigh_a_check_that_failed(cast: Cast) -> None:
    number = file(cast).number
    done = arrives(answer(cast, number, proved="spf=fail; dkim=fail; dmarc=fail (p=none)"))
    assert (done.outcome, done.reason) == ("held", "sender")
    assert kinds(number) == ["case_opened"]


def test_two_answers_of_the_same_words_to_two_questions_are_two(cast: Cast) -> None:
    number = file(cast, at=ago(hours=3)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Is it production?", wait=True, at=ago(hours=2))
    assert arrives(answer(cast, number, text="Yes."), received=ago(minutes=90)).outcome == "reply_added"
    cases.reply(by=cast.actor("agent"), number=number, body="Since the update?", wait=True, at=ago(hours=1))
    assert arrives(answer(cast, number, text="Yes.", X_Turn="2"), received=ago(minutes=5)).outcome == "reply_added"


def test_one_mail_that_came_by_two_ways_is_one_case(cast: Cast) -> None:
    first = arrives(letter(address("contact_gold"), Message_ID="<one@a.example>"))
    copy = letter(address("contact_gold"), Message_ID="<one@a.example>", Delivered_To="second@desk.example")
    again = deliver(raw=copy.as_bytes(), mailbox="second")
    assert (again.outcome, again.case, again.reason) == ("ignored", first.case, "repeated")


def test_a_mail_that_only_reads_like_a_machines_can_be_taken(cast: Cast) -> None:
    number = file(cast).number
    arrives(answer(cast, number, text="I am on leave from Friday, please answer before.", In_Reply_To="<x@y>"))
    assert (stored().outcome, stored().reason) == ("ignored", "looks_automatic")
    release_mail(by=cast.actor("agent"), mail_id=stored().pk, person_id=cast.people["contact_gold"])
    assert stored().outcome == "reply_added"
