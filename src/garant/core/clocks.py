"""The clocks of one case: `replay` folds its events under its terms into periods (clock.md 3-10, 13, 19, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from garant.core.events import Event
from garant.core.explanations import explain
from garant.core.periods import FOLLOW_UP, INITIAL, Claim, Pause, Period, Step, verdicts
from garant.core.severities import Proposal, lapse
from garant.core.targets import EFFECTS, EffectTerms, Rule, Terms

__all__ = [
    "FOLLOW_UP",
    "INITIAL",
    "CaseClock",
    "Claim",
    "Event",
    "Pause",
    "Period",
    "Proposal",
    "Step",
    "explain",
    "replay",
]


@dataclass(frozen=True, slots=True)
class CaseClock:
    """A case's clocks at `as_of`: its periods in order of their start, and the state they leave it in.

    `state` is open, waiting, resolved, closed, held or merged; `held` names the reason while held. `next_due` is the
    earliest due time still to be answered, also when it has passed; None: nothing is owed. `suspended`: clocks pause.
    """

    periods: tuple[Period, ...]
    state: str
    held: str | None
    severity: str
    package: str
    as_of: datetime
    next_due: datetime | None
    suspended: bool = False
    proposal: Proposal | None = None


def replay(events: Sequence[Event], terms: Terms, as_of: datetime | None = None) -> CaseClock:
    """The clocks that a case's events give under its terms, at `as_of` (None: at the last event).

    Events are taken in order of their instants, equal ones as given; later ones than `as_of` are not looked at, so a
    prefix of a journal gives the state at its end. Raises ValueError when the first is not `opened`, or `as_of` lies
    before it. Terms may also offer `proposal_lapses` (see ProposalTerms; else a vendor's proposal lapses after two
    business days) and `severity_effect` (see EffectTerms; else min when raised and max when lowered).
    """
    line = sorted(_expanded(events), key=lambda event: event.at)
    if not line or line[0].kind != "opened":
        raise ValueError("a case's first event is opened")
    end = max(event.at for event in events) if as_of is None else as_of
    if end < line[0].at:
        raise ValueError(f"as of {end.isoformat()} the case was not open yet")
    case = _Case(line[0], terms)
    for event in line[1:]:
        if event.at <= end:
            case.take(event)
    return case.result(end)


def _expanded(events: Sequence[Event]) -> list[Event]:
    """Events with a severity change by the vendor as what it is: a proposal, and the agreement if there is one."""
    found: list[Event] = []
    for event in events:
        agreed = (event.agreed_at or event.agreed_by) and event.agreed_by != "vendor"
        if event.kind != "severity_change" or event.by != "vendor":
            found.append(event)
        elif not agreed:
            found.append(replace(event, kind="severity_change_proposed"))
        elif event.agreed_at is None or event.agreed_at <= event.at:
            found.append(event)
        else:
            found.append(replace(event, kind="severity_change_proposed"))
            found.append(replace(event, kind="proposal_accepted", at=event.agreed_at))
    return found


class _Running:
    """A period that has not ended: its claims so far, and its due time as of the case's pauses."""

    def __init__(self, metric: str, number: int, started: datetime, first: Claim) -> None:
        self.metric = metric
        self.number = number
        self.started = started
        self.claims = [first]
        self.known = first.at
        self.waiting = False
        self.hidden = False
        self.notes: list[Step] = []

    def due(self, pauses: Sequence[Pause]) -> datetime | None:
        """The due time; None while the customer has the next word or an open pause hides it."""
        return None if self.hidden else verdicts(self.claims, self.known, pauses)[-1].after

    def passed(self, at: datetime, pauses: Sequence[Pause]) -> bool:
        """Whether the due time lies strictly before `at`."""
        due = self.due(pauses)
        return due is not None and due < at

    def add(self, claim: Claim) -> None:
        self.claims.append(claim)
        self.known = claim.at

    def wait(self, at: datetime, pauses: Sequence[Pause]) -> None:
        """Nothing is owed any more, except what had been missed before (clock.md 6)."""
        self.waiting = True
        self.hidden = not self.passed(at, pauses)

    def learn(self, now: datetime, pauses: Sequence[Pause]) -> None:
        """Take in the calendar edits up to `now`: the due time moves unless it has passed (clock.md 13)."""
        for edit in self._edits(now):
            before = self.due(pauses)
            if before is not None and before <= edit:
                continue
            self.known = edit
            after = self.due(pauses)
            if after != before:
                self.notes.append(Step("due_moved", {"cause": "calendar", "at": edit, "from": before, "to": after}))

    def _edits(self, now: datetime) -> list[datetime]:
        return sorted({at for claim in self.claims for at in claim.rule.edits_between(self.known, now)})

    def ended(self, at: datetime | None, how: str, now: datetime, pauses: Sequence[Pause]) -> Period:
        """The period as a value: ended `at`, or still running as of `now`."""
        due = self.due(pauses)
        lasting = how == "running" and bool(pauses) and pauses[-1].end is None
        return Period(
            self.metric,
            self.number,
            self.started,
            due,
            at,
            how,
            due is not None and due < now,
            self.waiting,
            lasting and due is None and not self.waiting,
            tuple(self.claims),
            self.known,
            tuple(pauses),
            tuple(self.notes),
        )


class _Case:
    """The state that events fold into."""

    def __init__(self, opened: Event, terms: Terms) -> None:
        self.terms = terms
        self.severity, self.package = opened.severity or "", opened.package or ""
        self.held = opened.held
        self.pauses: list[Pause] = [Pause(opened.at, None)] if opened.held == "standing" else []
        self.waiting = False
        self.over: str | None = None
        self.by_vendor = opened.by == "vendor"
        self.answered = self.by_vendor
        self.engaged = False
        self.proposal: Proposal | None = None
        self.running: dict[str, _Running] = {}
        self.ended: list[Period] = []
        if self.held != "unlisted":
            self._begin_initial(opened.at, "opened")

    def take(self, event: Event) -> None:
        """Let one event act. A merged case hears nothing any more (clock.md 19)."""
        if self.over == "merged":
            return
        self._learn(event.at)
        act = getattr(self, f"_on_{event.kind}", None)
        if act is not None:
            act(event)

    def result(self, now: datetime) -> CaseClock:
        """The clocks as of `now`."""
        self._learn(now)
        owed = [run.ended(None, "running", now, self.pauses) for run in self.running.values()]
        periods = tuple(sorted([*self.ended, *owed], key=lambda p: (p.started, p.metric != INITIAL, p.number)))
        dues = [period.due for period in owed if period.due is not None]
        lapsed = self.proposal is not None and self.proposal.lapsed(now)
        return CaseClock(
            periods,
            self._state(),
            self.held,
            self.severity,
            self.package,
            now,
            min(dues, default=None),
            self._suspended(),
            None if lapsed else self.proposal,
        )

    def _state(self) -> str:
        return self.over or ("held" if self.held else "waiting" if self.waiting else "open")

    def _suspended(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].end is None

    def _learn(self, now: datetime) -> None:
        for run in self.running.values():
            run.learn(now, self.pauses)

    def _rule(self, metric: str) -> Rule | None:
        return self.terms.rule(self.package, self.severity, metric)

    def _begin(self, metric: str, at: datetime, cause: str) -> None:
        rule = self._rule(metric)
        if rule is not None:
            number = 1 + sum(period.metric == metric for period in self.ended)
            self.running[metric] = run = _Running(metric, number, at, Claim("first", at, rule, at, cause))
            run.hidden = self.held == "sender"

    def _begin_initial(self, at: datetime, cause: str) -> None:
        if not self.answered:
            self._begin(INITIAL, at, cause)

    def _end(self, metric: str, at: datetime, how: str) -> None:
        run = self.running.pop(metric, None)
        if run is not None:
            self.ended.append(run.ended(at, how, at, self.pauses))

    def _end_all(self, at: datetime, how: str) -> None:
        for metric in list(self.running):
            self._end(metric, at, how)

    def _on_response(self, event: Event) -> None:
        if self.over:
            return
        self._end_all(event.at, "response")
        self.answered = self.engaged = True
        self.waiting = event.waiting
        if self.held != "unlisted":
            self._begin(FOLLOW_UP, event.at, "response")
            self._wait(event.at)

    def _on_wait(self, event: Event) -> None:
        if not self.over and not self.waiting:
            self.waiting = True
            self.engaged = self.engaged or self.by_vendor
            self._wait(event.at)

    def _wait(self, at: datetime) -> None:
        run = self.running.get(FOLLOW_UP)
        if self.waiting and run is not None:
            run.wait(at, self.pauses)

    def _on_customer_update(self, event: Event) -> None:
        if self.over or not self.waiting:
            return
        self.waiting = False
        self._end(FOLLOW_UP, event.at, "superseded")
        if self.engaged and self.held != "unlisted":
            self._begin(FOLLOW_UP, event.at, "customer_update")

    def _on_severity_change(self, event: Event) -> None:
        self.proposal = None
        self._change_severity(event.severity or self.severity, event.at)

    def _on_severity_change_proposed(self, event: Event) -> None:
        proposed = event.severity or self.severity
        until = event.lapses_at or lapse(self.terms, self.package, (self.severity, proposed), event.at)
        self.proposal = Proposal(proposed, event.at, until, event.reason)

    def _on_proposal_accepted(self, event: Event) -> None:
        proposal, self.proposal = self.proposal, None
        if proposal is not None and not proposal.lapsed(event.at):
            self._change_severity(proposal.severity, event.at)

    def _on_proposal_rejected(self, event: Event) -> None:
        self.proposal = None

    def _change_severity(self, severity: str, at: datetime) -> None:
        old, self.severity = self.severity, severity
        if old == severity or self.over:
            return
        lowered = self.terms.more_severe(old, severity)
        self._changed(at, "lowered" if lowered else "raised")

    def _on_package_change(self, event: Event) -> None:
        old, self.package = self.package, event.package or self.package
        if old != self.package and not self.over:
            self._changed(event.at, "package")

    def _changed(self, at: datetime, cause: str) -> None:
        """Let new terms act on what runs, and start what they newly promise (clock.md 7, 8)."""
        for metric in (INITIAL, FOLLOW_UP):
            run, rule = self.running.get(metric), self._rule(metric)
            if run is not None:
                self._claim(run, rule, at, cause)
            elif metric == INITIAL and self.held != "unlisted":
                self._begin_initial(at, cause)
            elif metric == FOLLOW_UP and self.engaged and not self.waiting and self.held != "unlisted":
                self._begin(FOLLOW_UP, at, cause)

    def _claim(self, run: _Running, rule: Rule | None, at: datetime, cause: str) -> None:
        if run.hidden and run.waiting:
            return
        if rule is None:
            run.notes.append(Step("promise_kept", {"at": at, "cause": cause, "why": "no_new_promise"}))
        elif run.passed(at, self.pauses):
            run.notes.append(Step("promise_kept", {"at": at, "cause": cause, "why": "due_had_passed"}))
        else:
            self._join(run, rule, at, cause)

    def _join(self, run: _Running, rule: Rule, at: datetime, cause: str) -> None:
        """Join a new rule to a running period: by minimum, after lowering by maximum, or as the programme says."""
        join = "max" if cause == "lowered" else "min"
        effect = getattr(self.terms, "severity_effect", None)
        if effect is not None and cause != "package":
            join = cast(EffectTerms, self.terms).severity_effect(run.metric, cause == "raised")
        if join == "keep":
            run.notes.append(Step("promise_kept", {"at": at, "cause": cause, "why": "programme_keeps"}))
        elif join in ("min", "restart"):
            run.add(Claim(join, at, rule, at, cause))
        elif join in ("max", "rebase"):
            run.add(Claim(join, run.claims[0].basis, rule, at, cause))
        else:
            raise ValueError(f"unknown effect {join!r} of a severity change: {', '.join(EFFECTS)}")

    def _on_suspend(self, event: Event) -> None:
        if not self._suspended():
            self.pauses.append(Pause(event.at, None))

    def _on_reinstate(self, event: Event) -> None:
        if self._suspended():
            self.pauses[-1] = replace(self.pauses[-1], end=event.at)
        if self.held == "standing":
            self.held = None

    def _on_confirmed(self, event: Event) -> None:
        if self.held == "sender":
            self.held = None
            for run in self.running.values():
                run.hidden = run.waiting

    def _on_adopted(self, event: Event) -> None:
        if self.held != "unlisted":
            return
        self.held = None
        if self.over:
            return
        self._begin_initial(event.at, "adopted")
        if self.engaged and not self.waiting:
            self._begin(FOLLOW_UP, event.at, "adopted")

    def _on_resolve(self, event: Event) -> None:
        if not self.over:
            self._finish(event, "resolved")

    def _on_close(self, event: Event) -> None:
        self._finish(event, "closed")

    def _finish(self, event: Event, state: str) -> None:
        self._end_all(event.at, "resolve")
        self.answered = True
        self.waiting, self.proposal, self.over = False, None, state

    def _on_merge(self, event: Event) -> None:
        self._end_all(event.at, "merged")
        self.waiting, self.proposal, self.over = False, None, "merged"

    def _on_reopen(self, event: Event) -> None:
        if self.over:
            self.over, self.engaged = None, True
            if self.held != "unlisted":
                self._begin(FOLLOW_UP, event.at, "reopen")
