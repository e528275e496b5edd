"""The table of admission through a form, a mail and the command line: one answer, whichever door is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from desk_cast import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from incoming_cast import letter
from typer.testing import CliRunner

from garant.cases import admission
from garant.cases.models import Case
from garant.cases.operations_mail import deliver
from garant.cli.mail import app
from garant.contracts.views import AdmissionFacts
from garant.core.calendars import Calendar
from garant.core.intake import AttachmentLimit, ContractTerm
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("believed")]

#: Open on one day only, long hence.
NEVER = Calendar.from_plain(
    "never", {"timezone": "UTC", "weekly": {}, "exceptions": {"2099-01-01": [["09:00", "10:00"]]}}
)
LONG_AGO = ContractTerm("UTC", date(2020, 1, 1), date(2020, 12, 31))


@dataclass(frozen=True)
class Row:
    """What differs from a contact who may ask, and the answer: a refusal's code, or `held` with its reason."""

    answer: str
    conditions: Mapping[str, Any] = field(default_factory=dict)
    sender: Mapping[str, Any] = field(default_factory=dict)
    files: int = 0


def ahead(**much: float) -> Any:
    return database_now() + timedelta(**much)


ROWS = [
    Row("admitted"),
    Row("no_contract", {"contract": None}),
    Row("contract_not_running", {"contract": LONG_AGO}),
    Row("cases_not_in_tier", {"cases": False, "open_types": frozenset()}),
    Row("channel_not_in_region", {"region_channels": ("phone",)}),
    Row("channel_not_in_tier", {"package_channels": ("phone",)}),
    Row("outside_hours", {"channel_hours": {"web": NEVER, "mail": NEVER, "email": NEVER}}),
    Row("request_type_not_in_tier", {"request_types": frozenset({"feature"})}),
    Row("severity_not_in_tier", {"severities": ("4",)}),
    Row("attachment_limit", {"attachments": AttachmentLimit(0, None)}, files=1),
    Row("not_authorized_contact", {"unlisted": "refuse"}, {"roles": frozenset({"viewer"})}),
    Row("contact_not_effective_yet", {}, {"effective_from": "ahead"}),
    Row("contact_not_trained", {"untrained": "refuse"}, {"trained": None}),
    Row("held standing", {"standing": "suspended"}),
]


@pytest.fixture
def under(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the room find a row's facts."""
    found = admission.contracts.admission_facts

    def arrange(row: Row) -> None:
        sender = {name: ahead(days=1) if value == "ahead" else value for name, value in row.sender.items()}

        def facts(*args: Any, **more: Any) -> AdmissionFacts:
            real = found(*args, **more)
            return replace(
                real, conditions=replace(real.conditions, **row.conditions), sender=replace(real.sender, **sender)
            )

        monkeypatch.setattr(admission.contracts, "admission_facts", facts)

    return arrange


def by_form(cast: Cast, row: Row, arrange: Any) -> str:
    """The pages of a new case, as a contact goes through them; the answer of the last one."""
    client = cast.client("contact")
    client.post(reverse("new_case_kind"), {"request_type": "question"})
    typed: dict[str, Any] = {"subject": "By form", "description": "How?", "product": "", "version": ""}
    files = [SimpleUploadedFile(f"{n}.log", b"line") for n in range(row.files)]
    assert client.post(reverse("new_case_what"), {**typed, **({"files": files} if files else {})}).status_code == 302
    client.post(reverse("new_case_severity"), {"severity": "3"})
    once = re.search(r'name="once" value="([^"]+)"', client.get(reverse("new_case_check")).content.decode())
    assert once is not None
    arrange(row)
    try:
        client.post(reverse("new_case_check"), {"once": once[1]})
    except KeyError as missing:  # the page after a refusal asks for what the row has taken away
        raise AssertionError(f"the page failed: {missing}") from missing
    made = Case.objects.filter(subject="By form").first()
    if made is not None:
        return f"held {made.held_reason}" if made.held_reason else "admitted"
    return refused_with(cast, row)


def refused_with(cast: Cast, row: Row) -> str:
    """The code with which the room refuses what the form asks: the page shows its words."""
    from garant.cases import operations as cases
    from garant.core.refusals import Refusal

    by = cast.actor("contact")
    with pytest.raises(Refusal) as caught:
        cases.file_case(
            by=by, person_id=by.id or 0, subscriber_id=cast.subscriber_a, subject="By form", description="How?",
            severity="3", request_type="question", channel="web",
        )  # fmt: skip
    return caught.value.code


def mail(cast: Cast, row: Row, subject: str) -> bytes:
    made = letter(cast.people["contact"].email, "Severity: 3\nHow?", subject=subject)
    for number in range(row.files):
        made.add_attachment(b"line", maintype="text", subtype="plain", filename=f"{number}.log")
    return made.as_bytes()


def told(outcome: str, reason: str | None) -> str:
    return {"case_opened": "admitted", "held": f"held {reason}"}.get(outcome, str(reason))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.answer)
def test_form_mail_and_command_line_give_the_same_answer(
    cast: Cast, row: Row, under: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = by_form(cast, row, under)
    done = deliver(raw=mail(cast, row, "By mail"))
    raw = mail(cast, row, "By command")
    run = CliRunner().invoke(app, ["deliver"], input=raw)
    assert run.exit_code == 0, run.output
    line = json.loads(run.stdout)
    answers = [form, told(done.outcome, done.reason), told(line["outcome"], line["reason"])]
    assert answers == [row.answer] * 3


def test_the_command_prints_one_line_and_fails_only_when_nothing_was_kept(cast: Cast) -> None:
    empty = CliRunner().invoke(app, ["deliver"], input=b"")
    assert (empty.exit_code, json.loads(empty.stdout)) == (
        0, {"outcome": "quarantined", "case": None, "reason": "empty"},
    )  # fmt: skip
    raw = mail(cast, Row(""), "By command")
    at = (database_now() - timedelta(hours=2)).isoformat()
    done = CliRunner().invoke(
        app, ["deliver", "--received", at, "--mailbox", "other", "--rcpt", "a@b.example"], input=raw
    )
    line = json.loads(done.stdout)
    assert (line["outcome"], line["reason"]) == ("case_opened", None)
    assert Case.objects.get(number=line["case"]).received_at.isoformat() == at
    wrong = CliRunner().invoke(app, ["deliver", "--received", "noon"], input=raw)
    assert wrong.exit_code == 1
    assert "Traceback" not in wrong.output
