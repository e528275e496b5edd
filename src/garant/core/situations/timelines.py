"""The clock of a situation: its events under the terms of the programme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from garant.core.clocks import CaseClock, Event, Period, replay
from garant.core.programmes import Programme, ProgrammeTerms
from garant.core.situations.reading import Happening, Situation, Unanswerable
from garant.core.targets import Rule, Target

#: Marks of a package whose case asked for its calendar on request, and of a severity that left it again (rule 6).
ASKED, LEFT = "+on_request", "-on_request"
FIRST = "initial_response"
#: Metrics whose periods the law follows by every event; the others are counted from the receipt.
CLOCKED = (FIRST, "follow_up")
#: Events that mean the same to every metric.
COMMON = {
    "severity_change", "severity_change_proposed", "proposal_accepted", "proposal_rejected", "package_change",
    "suspend", "reinstate", "ask_24x7", "production_restored", "customer_unreachable", "check",
}  # fmt: skip


@dataclass(frozen=True)
class CaseTerms:
    """The terms of one case: those of its programme, and what this case asked for or agreed on.

    A package marked ASKED counts on the calendar that its targets offer on request; a severity marked LEFT has gone
    back from it to its cell's `restored` hours. `from_receipt`: a metric that is counted in the place of the first
    response, from the receipt.
    """

    plain: ProgrammeTerms
    asked: ProgrammeTerms
    programme: Programme
    from_receipt: str | None = None

    def rule(self, package: str, severity: str, metric: str) -> Rule | None:
        """The rule of a cell for this case."""
        if self.from_receipt is not None:
            metric = self.from_receipt if metric == FIRST else ""
        terms = self.asked if package.endswith(ASKED) else self.plain
        code, level = package.removesuffix(ASKED), severity.removesuffix(LEFT)
        if severity.endswith(LEFT):
            return self._restored(code, level, metric)
        return terms.rule(code, level, metric)

    def _restored(self, package: str, level: str, metric: str) -> Rule | None:
        """The target on the calendar it leaves 24x7 for (rule 16)."""
        cell = self.programme.cell(package, self.plain.region, level, metric)
        if cell is None or cell.restored is None:
            return self.plain.rule(package, level, metric)
        target = replace(self.plain.target(package, level, metric) or cell.target, calendar=cell.restored)
        if target.unit == "elapsed_hours":
            target = replace(target, unit="business_hours")
        return Rule.of(package, self.plain.region, target, self.plain.calendar(cell.restored))

    def more_severe(self, a: str, b: str) -> bool:
        """Whether `a` is more severe than `b`; leaving 24x7 counts as less severe."""
        one, two = a.removesuffix(LEFT), b.removesuffix(LEFT)
        return b.endswith(LEFT) and not a.endswith(LEFT) if one == two else self.programme.more_severe(one, two)

    def proposal_lapses(self, package: str, severity: str, at: datetime) -> datetime | None:
        """When a proposal lapses."""
        return self.plain.proposal_lapses(package, severity, at)


@dataclass(frozen=True)
class Timeline:
    """A situation and its clock. `severity` is the one it opened with, by its own word or by default."""

    programme: Programme
    situation: Situation
    tier: str
    severity: str

    @classmethod
    def of(cls, programme: Programme, situation: Situation) -> Timeline:
        """The timeline of a situation; raises `Unanswerable` without a package or a severity."""
        if situation.tier is None:
            raise Unanswerable("tier is missing")
        return cls(programme, situation, situation.tier, opening_severity(programme, situation))

    @cached_property
    def terms(self) -> CaseTerms:
        """What holds for this case."""
        zone = self.situation.customer_zone or self._zone_of_country()
        plain = self.programme.terms(
            self.situation.region,
            customer_zone=zone,
            overrides=self._agreed(),
            language=self.situation.language,
            environment=self.situation.environment,
            untargeted=self._untargeted(),
        )
        metric = self.situation.metric
        counted = None if metric in CLOCKED else metric
        return CaseTerms(plain, replace(plain, on_request=True, _rules={}), self.programme, counted)

    def _untargeted(self) -> bool:
        """Whether the case is of a kind that no response target applies to (rule 18)."""
        kind = self.situation.request_type
        return kind is not None and not self.programme.request_type(kind).targets

    def _zone_of_country(self) -> str | None:
        country = self.situation.customer_country
        for spec in self.programme.calendars.values():
            for place in spec.places:
                if country is not None and country in place.countries:
                    return place.countries[country]
        return None

    def _agreed(self) -> dict[tuple[str, str], Target]:
        """Targets agreed for this one case; only cells that allow it take them."""
        found = {}
        for metric, hours in self.situation.agreed.items():
            for severity in self.programme.severities:
                cell = self.programme.cell(self.tier, self.situation.region, severity.level, metric)
                if cell is None or not cell.or_as_agreed:
                    continue
                always = self.programme.calendars[cell.target.calendar].always
                unit = "elapsed_hours" if always else "business_hours"
                found[severity.level, metric] = replace(cell.target, amount=hours, unit=unit)
        return found

    @property
    def on_request(self) -> bool:
        """Whether the case asked for 24x7 when it was opened, and can have it."""
        return self.situation.asked_24x7 and self.situation.dedicated_contact is not False

    @cached_property
    def opened(self) -> datetime:
        """When the request was received; without that, when its first event happened."""
        if self.situation.received is not None:
            return self.situation.received
        if self.situation.events:
            return self.situation.events[0].at
        raise Unanswerable("received is missing")

    @cached_property
    def clock(self) -> CaseClock:
        """The case's clock after the last event, or as of the instant that the situation names."""
        package = self.tier + ASKED if self.on_request else self.tier
        severity = self.severity + LEFT if self._unattended() else self.severity
        first = Event(self.opened, "opened", severity=severity, package=package, by="contact", held=self._held())
        events = [first]
        unheard = [one.kind for one in self.situation.events if one.kind not in COMMON]
        if self.terms.from_receipt and unheard:
            raise Unanswerable(f"{self.situation.metric}: what {unheard[0]} does to it is not followed yet")
        for happening in self.situation.events:
            if happening.at < self.opened:
                raise Unanswerable(f"{happening.kind} at {happening.at.isoformat()} lies before the receipt")
            events.extend(self._event(happening, events))
        as_of = self.situation.as_of
        if as_of is not None and as_of < self.opened:
            raise Unanswerable("as_of lies before the receipt")
        told = [at for event in events for at in (event.at, event.agreed_at) if at is not None]
        return replay(events, self.terms, as_of or max(told))

    def _unattended(self) -> bool:
        """Whether work without a break is off because nobody stays reachable at the customer's (rule 12)."""
        rules = self.programme.coverage.continuous_work
        needed = any(one.needs_contact and one.covers(self.tier, self.severity) for one in rules)
        return needed and self.situation.dedicated_contact is False

    def _held(self) -> str | None:
        if self.situation.sender == "unlisted":
            return "unlisted"
        if self.situation.account == "suspended":
            return "standing"
        return "sender" if self.situation.sender == "unverified" else None

    def _event(self, happening: Happening, before: list[Event]) -> list[Event]:
        """What the law makes of an event; nothing when the programme does not let it act."""
        special: dict[str, Callable[[Happening, list[Event]], list[Event]]] = {
            "severity_change": self._severity_change,
            "severity_change_proposed": self._severity_change,
            "ask_24x7": self._ask_24x7,
            "production_restored": self._restored,
            "customer_unreachable": self._automatic,
        }
        if happening.kind in special:
            return special[happening.kind](happening, before)
        package = happening.to if happening.kind == "package_change" else None
        return [Event(happening.at, happening.kind, package=package, waiting=happening.waiting, by=side(happening.by))]

    def _severity_change(self, happening: Happening, before: list[Event]) -> list[Event]:
        rule = self.programme.severity_change
        by = side(happening.by)
        if (rule.contact_change if by == "contact" else rule.vendor_change) == "refused":
            return []
        agreed_by = side(happening.agreed_by)
        if by == "vendor" and rule.vendor_change == "at_once":
            agreed_by = agreed_by or "programme"
        kind = "severity_change" if agreed_by or happening.agreed_at else happening.kind
        agreed_at = happening.agreed_at
        return [
            Event(
                happening.at,
                kind,
                severity=happening.to,
                by=by,
                reason=happening.reason,
                agreed_at=agreed_at,
                agreed_by=agreed_by,
            )
        ]

    def _ask_24x7(self, happening: Happening, before: list[Event]) -> list[Event]:
        if self.situation.dedicated_contact is False:
            return []
        package = next(event.package for event in reversed(before) if event.package)
        return [Event(happening.at, "package_change", package=package.removesuffix(ASKED) + ASKED)]

    def _restored(self, happening: Happening, before: list[Event]) -> list[Event]:
        lowered = self._automatic(happening, before)
        severity = next(event.severity for event in reversed([*before, *lowered]) if event.severity)
        left = severity.removesuffix(LEFT) + LEFT
        return [Event(happening.at, "severity_change", severity=left, by="contact")]

    def _automatic(self, happening: Happening, before: list[Event]) -> list[Event]:
        """A change of severity that the programme makes by itself on such an event (rule 16)."""
        severity = next(event.severity for event in reversed(before) if event.severity).removesuffix(LEFT)
        for change in self.programme.severity_change.automatic:
            if change.on == happening.kind and severity in change.levels and severity != change.to:
                return [Event(happening.at, "severity_change", severity=change.to, by="contact")]
        return []

    @cached_property
    def period(self) -> Period | None:
        """The last period of the metric asked; None when none has begun."""
        wanted = FIRST if self.terms.from_receipt else self.situation.metric
        found = next((p for p in reversed(self.clock.periods) if p.metric == wanted), None)
        return (
            found
            if found is None or found.metric == self.situation.metric
            else replace(found, metric=self.situation.metric)
        )

    @property
    def promised(self) -> bool:
        """Whether the metric asked is promised for the severity and package that hold after the last event."""
        asked = FIRST if self.terms.from_receipt else self.situation.metric
        return self.terms.rule(self.clock.package, self.clock.severity, asked) is not None


def side(by: str | None) -> str | None:
    """Which side acts: the contact's or the vendor's."""
    return "contact" if by in ("contact", "authorized_contact", "customer") else by


def opening_severity(programme: Programme, situation: Situation) -> str:
    """The severity of a situation: its own, that of its request type, or the programme's default (rule 14)."""
    if situation.severity is not None:
        return situation.severity
    if situation.request_type is not None:
        kind = programme.request_type(situation.request_type)
        if kind.severity is not None:
            return kind.severity
    if programme.default_severity is not None:
        return programme.default_severity
    raise Unanswerable("severity is missing, and the programme has no default")
