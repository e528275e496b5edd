"""The case that a message opened, once nothing holds it any more."""

from __future__ import annotations

from garant.cases.models import Case
from garant.cases.models_mail import StoredMail


def settle_opened(case: Case, reason: str) -> None:
    """Say of the message that it has done what it was for."""
    StoredMail.objects.filter(case=case, opens=True, outcome="held").update(outcome="case_opened", reason=reason)
