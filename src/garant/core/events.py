"""What happens to a case, as far as its clocks are concerned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: Every kind of event that the law knows; a room's journal holds more and leaves those out.
KINDS = frozenset(
    {
        "opened",
        "response",
        "wait",
        "customer_update",
        "severity_change",
        "severity_change_proposed",
        "proposal_accepted",
        "proposal_rejected",
        "package_change",
        "suspend",
        "reinstate",
        "resolve",
        "reopen",
        "close",
        "merge",
        "adopted",
        "confirmed",
        "check",
    }
)
#: Why a case may be held: no good standing, a sender not yet verified, nobody who may open cases.
HELD = frozenset({"standing", "sender", "unlisted"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, at an aware instant. Fields that a kind doesn't use stay None or False.

    opened: severity, package, by ("contact", or "vendor" for a case without an initial clock), held (a reason of
    HELD). response: waiting, when the answer asks the customer for something. severity_change: severity, by, reason;
    by the vendor it is a proposal unless agreed_by names who agreed ("contact", or "programme" where the vendor may
    decide alone), in force at agreed_at (None: at once). severity_change_proposed: severity, and lapses_at when the
    programme sets it. package_change: package. merge: ref, the surviving case. `by` is a role, never a person's id.
    """

    at: datetime
    kind: str
    severity: str | None = None
    package: str | None = None
    waiting: bool = False
    by: str | None = None
    reason: str | None = None
    agreed_at: datetime | None = None
    agreed_by: str | None = None
    held: str | None = None
    ref: str | None = None
    lapses_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what no rule can read: an unknown kind or hold, a naive time, a change without its new value."""
        if self.kind not in KINDS:
            raise ValueError(f"unknown event {self.kind!r}: the kinds are {', '.join(sorted(KINDS))}")
        if self.at.utcoffset() is None:
            raise ValueError(f"event {self.kind} at a time without an offset: {self.at.isoformat()}")
        if self.held is not None and self.held not in HELD:
            raise ValueError(f"unknown reason to hold {self.held!r}: the reasons are {', '.join(sorted(HELD))}")
        if self.severity is None and self.kind in ("opened", "severity_change", "severity_change_proposed"):
            raise ValueError(f"event {self.kind} needs a severity")
        if self.package is None and self.kind in ("opened", "package_change"):
            raise ValueError(f"event {self.kind} needs a package")
