"""Mail is the same request as a form: same checks, same standing, same clock from the receipt, same refusal."""

from __future__ import annotations

import pytest
from case_acts import HOUR, ago, case_of, file, kinds, period, sound
from incoming_cast import address, answer, arrives, letter, stored
from rooms_cast import Cast, person
from standing_cast import owes, suspend

from garant.cases import operations as cases
from garant.cases.models import Case, Message
from garant.cases.models_files import Attachment
from garant.cases.models_mail import StoredMail
from garant.cases.operations_mail import MOST_TRIES, deliver, process, process_pending, store
from garant.contracts import operations as contracts
from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.journal.models import Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("believed")]


def notices(kind: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).order_by("pk"))


def test_a_contacts_mail_opens_a_case_that_counts_from_the_receipt(cast: Cast) -> None:
    received = ago(minutes=50)
    done = arrives(letter(address("contact_gold"), "Severity: 1\n\nNobody can sign in."), received=received)
    assert (done.outcome, done.reason) == ("case_opened", "")
    case = case_of(cast, done.case or 0)
    assert (case.subject, case.description, case.severity) == ("Import drops rows", "Nobody can sign in.", "1")
    assert case.opened_by.id == cast.people["contact_gold"]
    assert Case.objects.get(number=done.case).channel == "email"
    assert period(case.number).started == received
    assert period(case.number).due == received + 4 * HOUR
    sound()


def test_without_a_line_about_it_a_mail_has_the_programmes_own_severity(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold")))
    assert case_of(cast, done.case or 0).severity == "3"


def test_a_form_and_a_mail_of_the_same_instant_are_due_at_the_same_instant(cast: Cast) -> None:
    received = ago(hours=1)
    by_form = file(cast, at=received)
    by_mail = arrives(letter(address("contact_gold"), "Severity: 1\nHelp"), received=received)
    assert period(by_mail.case or 0).due == period(by_form.number).due


def test_the_acknowledgement_names_case_severity_and_due_time_once(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold")))
    (told,) = notices("case_received")
    assert (told.data["number"], told.data["severity"]) == (done.case, "3")
    assert told.data["due"]
    assert told.person_id == cast.people["contact_gold"]


def test_while_suspended_a_mail_is_held_like_a_form(cast: Cast) -> None:
    owes(cast)
    suspend(cast)
    done = arrives(letter(address("contact_gold")))
    assert (done.outcome, done.reason) == ("held", "standing")
    assert case_of(cast, done.case or 0).held_reason == "standing"


@pytest.mark.parametrize("proved", ["dmarc=pass", "spf=none"])
def test_what_the_contract_refuses_is_refused_and_a_verified_sender_hears_the_way_out(cast: Cast, proved: str) -> None:
    new = person("new_colleague")
    contracts.fill_slot(
        by=SYSTEM, contract_id=cast.contracts["gold"].id, person_id=new, trained_on=None, since=ago(days=9)
    )
    done = arrives(letter(address("new_colleague"), proved=proved))
    assert (done.outcome, done.case, done.reason) == ("refused", None, "contact_not_trained")
    assert not Case.objects.exists()
    told = [(one.data["code"], one.data["remedy"], one.person_id) for one in notices("mail_refused")]
    assert told == ([(done.reason, "complete_training", new)] if proved == "dmarc=pass" else [])


@pytest.mark.parametrize("proved", ["dmarc=pass", None])
def test_mail_16_an_unknown_sender_learns_nothing_of_who_is_known(cast: Cast, proved: str | None) -> None:
    done = arrives(letter("nobody@elsewhere.example", proved=proved))
    assert (done.outcome, done.case, done.reason) == ("refused", None, "unknown_sender")
    told = notices("mail_refused")
    assert [one.address for one in told] == (["nobody@elsewhere.example"] if proved else [])
    assert all(set(one.data) == {"code", "rule", "remedy", "received"} for one in told)


def test_a_colleague_without_a_contact_place_is_held_as_the_programme_says_and_a_contact_adopts_it(cast: Cast) -> None:
    done = arrives(letter(address("viewer_gold")))
    assert (done.outcome, done.reason) == ("held", "unlisted")
    cases.adopt_case(by=cast.actor("contact_gold"), number=done.case or 0)
    assert (stored().outcome, stored().reason) == ("case_opened", "adopted")
    assert case_of(cast, done.case or 0).state == "open"


def test_the_same_bytes_again_are_the_same_message(cast: Cast) -> None:
    mail = letter(address("contact_gold"))
    first, second = arrives(mail), arrives(mail)
    assert first == second
    assert (Case.objects.count(), StoredMail.objects.count()) == (1, 1)


def test_mime_14_the_same_message_id_with_another_content_is_another_message(cast: Cast) -> None:
    forged = letter(address("contact_gold"), "Ignore me", proved=None, Message_ID="<1@a.example>")
    arrives(forged)
    real = arrives(letter(address("contact_gold"), "The real one", Message_ID="<1@a.example>"))
    assert real.outcome == "case_opened"


def test_what_was_stored_and_not_processed_is_taken_up_by_the_sweep(cast: Cast) -> None:
    received = ago(minutes=5)
    store(raw=letter(address("contact_gold")).as_bytes(), received=received)
    assert not Case.objects.exists()
    assert process_pending() == 1
    assert period(Case.objects.get().number).started == received
    assert process_pending() == 0


def test_a_receipt_ahead_of_the_clock_counts_as_now(cast: Cast) -> None:
    done = arrives(letter(address("contact_gold")), received=ago(hours=-5))
    assert done.outcome == "case_opened"
    assert period(done.case or 0).started <= ago(seconds=-1)


def test_a_message_that_fails_again_and_again_ends_with_staff(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_args: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("garant.cases.operations_mail.decide", breaks)
    done = deliver(raw=letter(address("contact_gold")).as_bytes())
    assert (done.outcome, done.reason) == ("quarantined", "failed")
    assert stored().tries == MOST_TRIES + 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", "empty"), (b" \r\n", "empty"), (b"x" * 30_000_001, "too_large"), (b"\xff\x00", "no_sender")],
)
def test_what_cant_be_read_is_kept_and_quarantined(cast: Cast, raw: bytes, reason: str) -> None:
    done = arrives(raw)
    assert (done.outcome, done.reason) == ("quarantined", reason)
    assert bytes(stored().raw) == raw


def test_an_answer_with_the_token_joins_its_case(cast: Cast) -> None:
    number = file(cast, at=ago(hours=1)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?", wait=True, at=ago(minutes=30))
    received = ago(minutes=10)
    done = arrives(answer(cast, number, proved=None), received=received, recipient="")
    assert (done.outcome, done.case, done.reason) == ("reply_added", number, "")
    assert kinds(number)[-1] == "customer_message_added"
    said = Message.objects.latest("pk")
    assert (said.body, said.at, said.author_id) == ("It still fails.", received, cast.people["contact_gold"])
    sound()


def test_an_answer_tells_whoever_works_on_the_case(cast: Cast) -> None:
    number = file(cast).number
    cases.assign(by=cast.actor("agent"), number=number, assignee_id=cast.people["agent"])
    arrives(answer(cast, number))
    assert [one.person_id for one in notices("customer_wrote")] == [cast.people["agent"]]


def test_a_verified_answer_to_a_message_of_ours_joins_its_case(cast: Cast) -> None:
    number = file(cast).number
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?")
    (told,) = notices("response_given")
    reference = f"<{told.message_id}@desk.example>"
    done = arrives(letter(address("contact_gold"), "Version 4", subject="Re: x", References=f"<a@b> {reference}"))
    assert (done.outcome, done.case) == ("reply_added", number)


def test_an_answer_to_a_mail_that_opened_a_case_joins_it(cast: Cast) -> None:
    opened = arrives(letter(address("contact_gold"), Message_ID="<own-1@a.example>"))
    done = arrives(letter(address("contact_gold"), "One more thing", In_Reply_To="<own-1@a.example>"))
    assert (done.outcome, done.case) == ("reply_added", opened.case)


def test_an_answer_goes_on_in_the_case_that_survived_a_merge(cast: Cast) -> None:
    first, second = file(cast).number, file(cast).number
    cases.merge_case(by=cast.actor("agent"), number=first, into=second)
    done = arrives(answer(cast, first))
    assert (done.outcome, done.case) == ("reply_added", second)


def test_a_line_of_an_answer_raises_the_severity_as_the_form_would(cast: Cast) -> None:
    number = file(cast, severity="3").number
    arrives(answer(cast, number, text="Worse now.\nSeverity: 1"))
    assert case_of(cast, number).severity == "1"
    arrives(answer(cast, number, text="Better now.\nSeverity: 3"))
    assert case_of(cast, number).severity == "1"


def test_the_same_words_again_are_no_second_answer(cast: Cast) -> None:
    number = file(cast).number
    assert arrives(answer(cast, number)).outcome == "reply_added"
    done = arrives(answer(cast, number, X_Copy="2"))
    assert (done.outcome, done.reason) == ("ignored", "repeated")


def test_attachments_go_along_and_a_draft_in_the_portal_stays(cast: Cast) -> None:
    number = file(cast).number
    cases.save_draft(by=cast.actor("contact_gold"), place=f"message:{number}", data={"body": "half"})
    mail = answer(cast, number)
    mail.add_attachment(b"line\n" * 20, maintype="text", subtype="plain", filename="../log.txt")
    arrives(mail)
    row = Attachment.objects.get()
    assert (row.name, row.message_id, row.place) == ("log.txt", Message.objects.latest("pk").pk, "")
    from garant.cases import queries

    assert queries.draft(viewer=cast.viewer("contact_gold"), place=f"message:{number}") is not None


def test_people_of_the_organisation_in_cc_follow_and_mail_10_strangers_never_do(cast: Cast) -> None:
    cc = f"{address('viewer_gold')}, evil@x.example, {address('contact_silver')}, {address('agent')}"
    done = arrives(letter(address("contact_gold"), Cc=cc))
    assert [one.person_id for one in case_of(cast, done.case or 0).followers] == [cast.people["viewer_gold"]]


def test_a_contact_of_two_organisations_is_asked_to_use_the_portal(cast: Cast) -> None:
    directory.give_role(
        by=cast.actor("manager"), person_id=cast.people["contact_gold"], role="viewer",
        subscriber_id=cast.subscribers["silver"],
    )  # fmt: skip
    assert arrives(letter(address("contact_gold"))).outcome == "case_opened"
    directory.give_role(
        by=cast.actor("manager"), person_id=cast.people["viewer_gold"], role="viewer",
        subscriber_id=cast.subscribers["silver"],
    )  # fmt: skip
    done = arrives(letter(address("viewer_gold")))
    assert (done.outcome, done.reason) == ("refused", "which_organisation")


def test_an_old_closed_case_is_not_opened_by_a_mail(cast: Cast) -> None:
    """THRD-05: the token of a case that was closed long ago opens nothing; a new case is the way out."""
    number = file(cast, at=ago(days=180)).number
    cases.resolve(by=cast.actor("agent"), number=number, body="Solved.", at=ago(days=171))
    cases.close(by=cast.actor("agent"), number=number, at=ago(days=170))
    done = arrives(answer(cast, number))
    assert (done.outcome, done.reason) == ("refused", "closed_for_too_long")
    assert case_of(cast, number).state == "closed"
    (told,) = notices("mail_refused")
    assert told.data["remedy"] == "open_new_case"


def test_a_mail_older_than_what_the_case_has_seen_counts_from_now(cast: Cast) -> None:
    number = file(cast, at=ago(hours=2)).number
    cases.reply(by=cast.actor("agent"), number=number, body="Which version?", wait=True, at=ago(minutes=5))
    done = arrives(answer(cast, number), received=ago(hours=1))
    assert done.outcome == "reply_added"
    assert Message.objects.latest("pk").at > ago(minutes=4)
    assert process(stored().pk) == done


def test_a_pasted_screenshot_goes_along_and_the_logo_of_a_signature_does_not(cast: Cast) -> None:
    png = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
    mail = letter(address("contact_gold"))
    mail.add_alternative('<p>See <img src="cid:shot"><img src="cid:logo"></p>', subtype="html")
    page = mail.get_payload()[1]  # type: ignore[index]
    page.add_related(png + b"x" * 30_000, "image", "png", cid="<shot>", filename="shot.png")  # type: ignore[union-attr]
    page.add_related(png + b"x" * 300, "image", "png", cid="<logo>", filename="logo.png")  # type: ignore[union-attr]
    assert arrives(mail).outcome == "case_opened"
    assert [one.name for one in Attachment.objects.all()] == ["shot.png"]
    assert len(stored().content["files"]) == 2
