"""Django's mail back end of the desk: whatever a library mails goes into the outbox like everything else."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from garant.journal.operations import put_notice


class EmailBackend(BaseEmailBackend):
    """Writes each receiver's mail as a notice; the sender hands it over."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Put the mails into the outbox; returns how many."""
        for mail in email_messages:
            for address in mail.recipients():
                put_notice(
                    once=f"mail:{uuid4()}",
                    kind="plain_mail",
                    person_id=None,
                    address=address,
                    language=get_language() or "en",
                    subject=("person", 0),
                    subscriber_id=None,
                    data={"subject": str(mail.subject), "body": str(mail.body)},
                )
        return len(email_messages)
