"""What the case room shows to doors: plain values, already scoped to whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from garant.cases.views_files import FileView
from garant.core.people import Actor

if TYPE_CHECKING:
    from garant.cases.views_talk import (
        CallView,
        FollowerView,
        LinkView,
        ProposalView,
        ReproductionView,
        SatisfactionView,
    )
    from garant.core.clocks import Step
    from garant.core.targets import Rule


@dataclass(frozen=True, slots=True)
class Filed:
    """A filed case. `due` None: nothing is promised, or it is held; `steps` say why. `warnings`: codes, such as
    "untrained", that a programme lets pass."""

    number: int
    held_reason: str | None
    due: datetime | None
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What an act left behind: the case's number, state, severity, next due time, and when it counted.

    `message_id` is the text that was stored, None for acts without one.
    """

    number: int
    state: str
    severity: str
    due: datetime | None
    at: datetime
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class PersonBrief:
    """Somebody's id and name; `vendor` for staff."""

    id: int
    name: str
    vendor: bool = False


@dataclass(frozen=True, slots=True)
class SubscriberBrief:
    """A subscriber's id, slug and name, and its zone where that is read."""

    id: int
    slug: str
    name: str
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case in a list, with its next promise.

    `metric`, `due`, `near_at`, `missed`, `started`, `waiting`, `paused` and `rule` describe the running period that is
    due first; without one they are empty. `due` None: nothing is owed now. `target_seconds` is the counted time
    promised, None when nothing is. `zone` is that of the contract, `language` that of whoever opened the case.
    """

    number: int
    subject: str
    severity: str
    state: str
    held_reason: str | None
    request_type: str
    channel: str
    programme: str
    package: str
    region: str
    package_key: str
    zone: str
    subscriber: SubscriberBrief
    opened_by: PersonBrief
    assignee: PersonBrief | None
    received_at: datetime
    last_activity_at: datetime
    language: str = ""
    metric: str | None = None
    started: datetime | None = None
    due: datetime | None = None
    near_at: datetime | None = None
    missed: bool = False
    waiting: bool = False
    paused: bool = False
    target_seconds: int | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An unfinished case in a short list."""

    number: int
    subject: str
    severity: str


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A logged call. `direction`: in, out or "" (not said); `caller` "" and `at` None when not said."""

    direction: str
    caller: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class WritingView:
    """Somebody else of the staff who is writing on a case: what (reply, note, call), and when they last typed."""

    name: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageView:
    """Something said. `kind`: public, internal, call or reason (why severity changed or the case was reopened)."""

    id: int
    kind: str
    by_vendor: bool
    author: PersonBrief | None
    body: str
    at: datetime
    channel: str
    call: CallFacts | None = None

    @property
    def internal(self) -> bool:
        """Whether only the vendor's staff may read it."""
        return self.kind == "internal"


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One timed promise of a case, with its explanation. Field meanings as in core.clocks.Period.

    `near_at` is when the policy's share of the target is used up, None when never; `target_seconds` None: no promise.
    """

    metric: str
    number: int
    started: datetime
    due: datetime | None
    near_at: datetime | None
    ended: datetime | None
    how: str
    missed: bool
    waiting: bool
    paused: bool
    rule: Rule | None
    steps: tuple[Step, ...]
    target_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One fact of the journal about a case; `actor` is a name, "" for the system. `data` holds codes only."""

    sequence: int
    kind: str
    at: datetime
    recorded_at: datetime
    by: Actor
    actor: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """A level that was told about a period: `at` is the true instant (the due time of a miss), `recorded_at` when it
    was written down; `roles` and `people` who was told, `caught`: since nobody answered for them, the catch-all.

    `acknowledge_by` None: without a limit; `holder` whom it was handed over to; `repeats` how often it was told again;
    `over_at`: when it ended, with the promise or by `ended_by` for `reason`; `next_step`: when the promise's next level
    comes by itself.
    """

    id: int
    number: int
    subject: str
    severity: str
    state: str
    subscriber: SubscriberBrief
    assignee: PersonBrief | None
    metric: str
    period: int
    level: int
    trigger: str
    at: datetime
    recorded_at: datetime
    due: datetime | None
    ended: datetime | None
    missed: bool
    roles: tuple[str, ...]
    people: tuple[PersonBrief, ...]
    rule: Rule | None = None
    caught: bool = False
    acknowledge_by: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: PersonBrief | None = None
    holder: PersonBrief | None = None
    repeats: int = 0
    over_at: datetime | None = None
    ended_by: PersonBrief | None = None
    reason: str = ""
    next_step: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as one viewer may see it: internal messages are absent for everybody but the vendor's staff.

    `periods` are in order of their start, recomputed from the journal with explanations; `current` is the running one
    that is due first, else the last running one, None when nothing runs. `can` names the acts that this viewer may do
    now: reply, log_call, add_note, add_customer_message, assign, wait, resolve, close, reopen, raise_severity, and
    the acts of agreement of `scope.AGREED_ACTS`.

    `verification`: reported, verified or not_an_error; `reproduction`: asked, answered, reproduced, not_reproduced, ""
    when nobody asked. `missing`: fields that the kind of request needs and that are empty. `closes_at`: when it is
    closed for silence, as announced; None: not announced. `called`: the customer's call for support management that
    waits for an answer; None without one. `language`: in which the person who opened it reads.
    """

    number: int
    subject: str
    severity: str
    state: str
    held_reason: str | None
    request_type: str
    channel: str
    programme: str
    package: str
    region: str
    package_key: str
    zone: str
    subscriber: SubscriberBrief
    opened_by: PersonBrief
    assignee: PersonBrief | None
    description: str
    steps: str
    expected: str
    actual: str
    environment: str
    received_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    last_activity_at: datetime
    next_due: datetime | None
    messages: tuple[MessageView, ...]
    periods: tuple[PeriodView, ...]
    history: tuple[HistoryRow, ...]
    escalations: tuple[EscalationRow, ...]
    can: frozenset[str]
    as_of: datetime
    product: str = ""
    version: str = ""
    verification: str = "reported"
    reproduction: str = ""
    missing: tuple[str, ...] = ()
    proposals: tuple[ProposalView, ...] = ()
    reproductions: tuple[ReproductionView, ...] = ()
    links: tuple[LinkView, ...] = ()
    followers: tuple[FollowerView, ...] = ()
    satisfaction: SatisfactionView | None = None
    closes_at: datetime | None = None
    called: CallView | None = None
    files: tuple[FileView, ...] = ()
    language: str = "en"

    @property
    def proposal(self) -> ProposalView | None:
        """The severity change that waits for a contact's answer; None when none does."""
        return next((each for each in self.proposals if each.state == "open"), None)

    @property
    def asked(self) -> ReproductionView | None:
        """The request to help recreate that still waits for answers; None when none does."""
        return next((each for each in self.reproductions if each.step is not None), None)

    @property
    def current(self) -> PeriodView | None:
        """The running promise that is due first; a running one without due time when none has one."""
        running = [period for period in self.periods if period.ended is None]
        owed = [period for period in running if period.due is not None]
        if owed:
            return min(owed, key=lambda period: (period.due, period.metric))
        return running[-1] if running else None


@dataclass(frozen=True, slots=True)
class Promise:
    """By when an answer is promised to a case filed at `at`. `due` None: no response target; `rule` then too."""

    at: datetime
    metric: str
    severity: str
    due: datetime | None
    rule: Rule | None
    steps: tuple[Step, ...]

    @property
    def target(self) -> timedelta | None:
        """The counted time promised; None without a promise."""
        return None if self.rule is None else self.rule.duration


@dataclass(frozen=True, slots=True)
class DueRow:
    """An open case's next due time, for drawing many at once; the fields mean what they do in QueueRow."""

    number: int
    state: str
    held_reason: str | None
    due: datetime
    near_at: datetime | None
    rule: Rule | None
    severity: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """What somebody typed and has not sent, field by field."""

    place: str
    data: Mapping[str, Any]
    updated_at: datetime
    subscriber_id: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that a replay of the journal does not give. `case` is its number; `period` is like
    "initial_response 1", None when the case itself differs. `stored` or `replayed` None: absent on that side."""

    case: int | None
    period: str | None
    field: str
    stored: Any
    replayed: Any


@dataclass(frozen=True, slots=True)
class Verified:
    """How much a verification read, and what it found."""

    cases: int
    periods: int
    entries: int
    differences: tuple[Difference, ...] = field(default=())
