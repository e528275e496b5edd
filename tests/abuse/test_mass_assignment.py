"""Abuse of forms: fields that nobody offered. They are refused by every form of the desk, and nothing is written."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from desk_cast import Cast as Desk
from desk_cast import organisation
from django.urls import reverse
from hostile import everything_open, pages, sent, sheets

from garant.cases.models import Case, Draft
from garant.contracts.models import Contract
from garant.directory.queries import viewer_of
from garant.kit.forms import StrictForm

pytestmark = [pytest.mark.database, pytest.mark.django_db]

#: Roles, contracts, clocks, and the same nested as other frameworks write them.
PROTECTED = (
    "is_staff", "is_superuser", "role_given", "org", "org_id", "subscriber_id", "trained", "package_key", "slots",
    "quota", "good_standing", "received_at", "due_at", "first_response_at", "paused_total", "target_minutes", "at",
    "held", "held_reason", "opened_by", "by", "channel_name", "org[name]", "subscriber.name", "case__subscriber_id",
    "contract[contact_limit]", "__proto__",
)  # fmt: skip


@pytest.mark.parametrize(("who", "at_least"), [("contact", 8), ("viewer", 6), ("manager", 15)])
def test_MASS_01_MASS_02_MASS_05_MASS_06_MASS_08_every_form_refuses_fields_that_it_does_not_offer(
    desk: Desk, who: str, at_least: int
) -> None:
    """Each form as its page shows it, with one field more: 400, and the journal holds nothing new. The sign-in
    library's own forms (/accounts/) may overlook a field, as long as nothing comes of it."""
    everything_open(desk)
    client = desk.client(who)
    person = desk.people[who]
    forms = [form for form in sheets(client, pages(desk)) if "/i18n/" not in form.action]
    asked, wrong = 0, []
    for n, form in enumerate(forms):
        library = urlsplit(form.action).path.startswith("/accounts/")
        for name in PROTECTED if n == 0 else (PROTECTED[n % len(PROTECTED)], PROTECTED[(7 * n + 3) % len(PROTECTED)]):
            if name in form.kinds:
                continue
            answer = sent(client, "POST", form.action, form.filled(**{name: "1"}))
            asked += not library
            if not library and (answer.status_code != 400 or answer.wrote):
                wrong.append((form.action, name, answer.status_code, answer.wrote))
            if library and any(kind not in ("sessions_ended",) for kind, _ in answer.wrote):
                wrong.append((form.action, name, answer.wrote))
    assert not wrong
    assert asked >= at_least
    assert viewer_of(person.pk).staff_roles == ({"manager"} if who == "manager" else set())


def test_MASS_01_control_a_form_that_overlooks_a_field_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without the check the same request is carried out."""
    from django import forms

    client = desk.client("contact")
    asked = {"body": "Hello", "once": "o" * 22, "received_at": "2020-01-01"}
    address = reverse("case_reply", kwargs={"number": desk.case_a})
    assert sent(client, "POST", address, asked).status_code == 400
    monkeypatch.setattr(StrictForm, "__init__", lambda self, data=None, **more: forms.Form.__init__(self, data, **more))
    assert sent(client, "POST", address, asked).wrote


def test_MASS_02_no_page_of_filing_takes_a_clock_a_hold_or_a_package(desk: Desk) -> None:
    """Each step of a new case with fields of its record: refused, and the draft holds none of them."""
    everything_open(desk)
    client = desk.client("contact")
    steps = {
        "new_case_kind": {"request_type": "error"},
        "new_case_what": {"subject": "s", "steps": "s", "expected": "e", "actual": "a", "environment": "e"},
        "new_case_severity": {"severity": "2"},
        "new_case_check": {"once": "o" * 22},
    }
    cases = Case.objects.count()
    for name, data in steps.items():
        for field in (
            "received_at",
            "due_at",
            "held_reason",
            "package_key",
            "contract",
            "contract_id",
            "channel",
            "at",
        ):
            assert client.post(reverse(name), {**data, field: "1"}).status_code == 400, (name, field)
    kept = Draft.objects.get(person=desk.people["contact"], place="new-case").data
    assert not {"received_at", "due_at", "held_reason", "package_key", "channel", "at"} & set(kept)
    assert Case.objects.count() == cases


def test_MASS_02_a_field_sent_twice_is_refused_by_the_portal_too(desk: Desk) -> None:
    client = desk.client("contact")
    address = reverse("case_raise", kwargs={"number": desk.case_a})
    assert client.post(address, {"severity": ["3", "1"], "reason": "x"}).status_code == 400


def test_MASS_05_nothing_that_an_administrator_sends_changes_the_contract(desk: Desk) -> None:
    """Whatever the answer, the contract stays; and the console's own pages for it are closed to them."""
    everything_open(desk)
    before = Contract.objects.filter(subscriber_id=desk.subscriber_a).values().get()
    client = desk.client("viewer")
    for form in sheets(client, pages(desk)):
        extra = dict.fromkeys(("package", "quota", "good_standing", "contact_limit", "ends_on"), "platinum")
        answer = sent(client, "POST", form.action, form.filled(**extra))
        assert not [
            kind for kind, _ in answer.wrote if kind.startswith(("contract", "allotment", "support", "standing"))
        ]
    for name in ("contract-change", "subscriber-reinstate", "allotment-grant"):
        arguments = {
            "contract-change": {"reference": before["reference"]}, "subscriber-reinstate": {"slug": "aurora-rail"},
            "allotment-grant": {"contract_id": before["id"], "ledger_code": "services_days"},
        }[name]  # fmt: skip
        assert client.post(reverse(f"console:{name}", kwargs=arguments), {"package": "platinum"}).status_code == 403
    assert Contract.objects.filter(subscriber_id=desk.subscriber_a).values().get() == before


def test_MASS_03_a_severity_of_another_package_or_none_is_refused(desk: Desk) -> None:
    """A value that the page never offered is no value, whatever the field."""
    everything_open(desk)
    client = desk.client("contact")
    for severity in ("0", "4", "-1", "critical", "1 ", "01", "1.0"):
        assert client.post(reverse("new_case_severity"), {"severity": severity}).status_code == 422, severity
        address = reverse("case_raise", kwargs={"number": desk.case_a})
        assert client.post(address, {"severity": severity, "reason": "x"}).status_code in (403, 422), severity
    for kind in ("billing", "", "ERROR", "error'"):
        assert client.post(reverse("new_case_kind"), {"request_type": kind}).status_code == 422, kind


def test_MASS_04_a_person_of_two_organisations_files_for_none_but_these(desk: Desk) -> None:
    """The organisation is chosen from the reader's own, never taken from the request."""
    organisation("Cirrus Air", "bronze", desk.people["contact"])
    client = desk.client("contact")
    contract = Contract.objects.get(subscriber_id=desk.subscriber_b).pk
    for place in (
        str(desk.subscriber_b),
        f"{desk.subscriber_b}:{contract}",
        f"{desk.subscriber_a}:{contract}",
        "0",
        ":1",
    ):
        answer = client.post(reverse("new_case_kind"), {"request_type": "error", "subscriber": place})
        assert answer.status_code == 422, place
    assert not Draft.objects.filter(subscriber_id=desk.subscriber_b).exists()
