"""What people are told about their place as contact, and the invitation itself."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from django.utils.crypto import salted_hmac

from garant.contracts.models import Invitation
from garant.contracts.slots import Held
from garant.directory.queries import language_of, names, subscriber_by_id
from garant.journal.operations import put_notice

_SALT = "garant.contracts.invitation"


def token_of(seed: str) -> str:
    """The token of an invitation's link. The outbox keeps the seed alone: without the desk's secret key it opens
    nothing, so whoever reads the outbox or a copy of the database can't accept in somebody's place."""
    return urlsafe_b64encode(salted_hmac(_SALT, seed, algorithm="sha256").digest()).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """What the invitation keeps of its token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_path(seed: str) -> str:
    """The path of an invitation's page; the mail puts the desk's address before it."""
    return f"/invitations/{token_of(seed)}/"


def organisation(subscriber_id: int) -> str:
    """The name of a subscriber; empty for an unknown one."""
    found = subscriber_by_id(subscriber_id)
    return found.name if found else ""


def send_invitation(held: Held, invitation: Invitation, seed: str, by_id: int | None) -> None:
    """Put the invitation into the outbox. Its `seed` becomes the link when the mail is written (`link_path`)."""
    data = {
        "invitation": invitation.pk,
        "seed": seed,
        "name": invitation.name,
        "organisation": organisation(invitation.subscriber_id),
        "role": invitation.role,
        "purpose": invitation.purpose,
        "expires": invitation.expires_at.isoformat(),
        "inviter": names([by_id]).get(by_id, "") if by_id is not None else "",
    }
    put_notice(
        once=f"invitation:{invitation.pk}", kind="contact_invited", person_id=None, address=invitation.email,
        language=invitation.language, subject=("contract", held.contract.pk), subscriber_id=invitation.subscriber_id,
        data=data,
    )  # fmt: skip


def tell(held: Held, kind: str, person_id: int, more: Mapping[str, Any]) -> None:
    """Tell somebody what changed about their place as contact."""
    contract = held.contract
    data = {
        "organisation": organisation(contract.subscriber_id),
        "name": names([person_id]).get(person_id, ""),
        "reference": contract.reference,
        **more,
    }
    put_notice(
        once=f"{kind}:{contract.pk}:{person_id}:{held.now.isoformat()}", kind=kind, person_id=person_id,
        language=language_of(person_id), subject=("contract", contract.pk), subscriber_id=contract.subscriber_id,
        data=data,
    )  # fmt: skip
