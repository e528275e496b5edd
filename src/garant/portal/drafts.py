"""A case that is being written: kept on the server page by page, so that nothing typed is lost."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from garant.cases import operations, queries
from garant.core.people import Viewer

PLACE = "new-case"
#: What a finished draft holds.
FIELDS = ("subject", "description", "steps", "expected", "actual", "environment", "product", "version")


class Draft:
    """The answers so far. `once` names this case, so that sending twice files it once."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        stored = queries.draft(viewer=viewer, place=PLACE)
        self.data: dict[str, Any] = dict(stored.data) if stored else {}
        self.subscriber_id: int | None = stored.subscriber_id if stored else None
        if self.subscriber_id not in viewer.subscribers():
            self.subscriber_id = next(iter(sorted(viewer.subscribers())), None)

    @property
    def contract_id(self) -> int | None:
        """Under which of several contracts the case is; None: the one that the person is a contact of."""
        chosen = self.data.get("contract")
        return chosen if isinstance(chosen, int) else None

    def keep(self, answers: Mapping[str, Any], subscriber_id: int | None = None) -> None:
        """Store answers beside those given before."""
        self.subscriber_id = subscriber_id or self.subscriber_id
        self.data = {"once": secrets.token_urlsafe(16), **self.data, **answers}
        operations.save_draft(by=self.viewer.actor, place=PLACE, data=self.data, subscriber_id=self.subscriber_id)

    def text(self, name: str) -> str:
        """What was typed into a field; empty when nothing was."""
        return str(self.data.get(name, ""))

    def drop(self) -> None:
        """Throw everything away."""
        operations.drop_draft(by=self.viewer.actor, place=PLACE)
        self.data = {}

    @property
    def missing(self) -> str | None:
        """The first page that has not been answered: kind, what or severity; None when the case can be sent."""
        if not self.data.get("request_type"):
            return "kind"
        if not self.data.get("described"):
            return "what"
        return None if self.data.get("severity") else "severity"

    def __bool__(self) -> bool:
        return bool(self.data)
