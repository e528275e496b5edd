"""Mails that arrive in tests: made by program, handed to the desk as a mail server would."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import Any

from garant.cases.models import Case
from garant.cases.models_mail import StoredMail
from garant.cases.operations_mail import Outcome, deliver
from garant.kit.mail_tokens import reply_address

HOST = "mx.desk.example"
DESK, REPLY = "support@desk.example", "reply@reply.desk.example"


def address(name: str) -> str:
    """The address of somebody of the cast."""
    return f"{name}@people.example"


def letter(
    sender: str,
    text: str = "The nightly import drops rows.",
    *,
    subject: str = "Import drops rows",
    proved: str | None = "dmarc=pass",
    to: str = DESK,
    **headers: str,
) -> EmailMessage:
    """A mail as our own server hands it over. `proved`: what it found out about the sender; None: it says nothing."""
    mail = EmailMessage()
    if proved is not None:
        domain = sender.rpartition("@")[2]
        mail["Authentication-Results"] = f"{HOST}; {proved} header.from={domain}"
    mail["Received"] = f"from client.example by {HOST}; Sat, 28 Nov 2026 09:00:00 +0000"
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def answer(cast: Any, number: int, who: str = "contact_gold", **more: Any) -> EmailMessage:
    """A mail to the address that stands in the mails that went to somebody about a case. `sender`: who writes, if
    somebody else."""
    case = Case.objects.get(number=number)
    token = reply_address(REPLY, case.pk, cast.people[who])
    sender, text = address(more.pop("sender", who)), more.pop("text", "It still fails.")
    return letter(sender, text, to=token, **{"subject": "Re: x", **more})


def arrives(mail: EmailMessage | bytes, *, received: datetime | None = None, recipient: str = DESK) -> Outcome:
    """Hand a mail over and see what becomes of it."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    return deliver(raw=raw, recipient=recipient, received=received)


def stored() -> StoredMail:
    """The message that arrived last."""
    return StoredMail.objects.latest("pk")
