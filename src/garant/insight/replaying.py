"""A whole log through the law: what a programme's package would have promised, and how it would have been kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from garant.core.clocks import Step, replay
from garant.core.targets import Terms
from garant.insight.attainment import Attainment, Late, Tally, percentile, ruling
from garant.insight.happenings import Inferred, events_of
from garant.insight.logs import Log
from garant.insight.mapping import LogMapping

#: Turns the steps of an explanation into sentences: the caller chooses words and language.
Say = Callable[[Sequence[Step]], list[str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """What is asked: a programme's package in a region, its terms, and its severities, most severe first."""

    programme: str
    package: str
    region: str
    severities: tuple[str, ...]
    terms: Terms


@dataclass(slots=True)
class Report:
    """The outcome of one replay; `to_plain` gives the form that `garant replay --format json` prints."""

    offer: Offer
    mapping: LogMapping
    log: Log
    tallies: dict[tuple[str, str], Tally]
    worst: list[Late]
    notes: list[str] = field(default_factory=list)

    def to_plain(self, say: Say) -> dict[str, object]:
        """The report as JSON-able values. Instants carry the offset of the log's zone."""
        return {
            "programme": self.offer.programme,
            "package": self.offer.package,
            "region": self.offer.region,
            "log": {
                "rows": self.log.rows,
                "cases": len(self.log.cases),
                "unreadable": [{"line": line, "reason": reason} for line, reason in self.log.unreadable],
                "from": self.local(self.log.first),
                "to": self.local(self.log.last),
            },
            "metrics": [metric_row(severity, metric, tally) for (severity, metric), tally in self.tallies.items()],
            "worst": [self._late_row(late, say) for late in self.worst],
            "notes": self.notes,
        }

    def local(self, at: datetime | None) -> str | None:
        """An instant as the log's zone shows it, with its offset; None stays None."""
        return None if at is None else at.astimezone(self.mapping.zone).isoformat()

    def _late_row(self, late: Late, say: Say) -> dict[str, object]:
        period = late.period
        return {
            "case": late.case,
            "severity": ruling(period).target.severity,
            "metric": period.metric,
            "started": self.local(period.started),
            "due": self.local(period.due),
            "ended": self.local(period.ended),
            "late_seconds": int(late.by.total_seconds()),
            "explanation": say(period.steps),
        }


def metric_row(severity: str, metric: str, tally: Tally) -> dict[str, object]:
    """One line of the report's metrics; shares are rounded to four places, None where nothing has closed."""
    median, ninth = percentile(tally.used, 0.5), percentile(tally.used, 0.9)
    return {
        "severity": severity,
        "metric": metric,
        "periods": tally.periods,
        "met": tally.met,
        "missed": tally.missed,
        "running": tally.running,
        "no_promise": tally.no_promise,
        "median_used": None if median is None else round(median, 4),
        "p90_used": None if ninth is None else round(ninth, 4),
    }


def replay_log(log: Log, mapping: LogMapping, offer: Offer, tick: Callable[[int], None] = lambda _: None) -> Report:
    """Every case of the log through the law; open periods are judged at the log's last instant.

    `tick` is told how many cases are done. Raises CalendarError when a calendar of the terms can't count that far.
    """
    attainment, inferred = Attainment(offer.severities, offer.terms), Inferred()
    for done, (case, rows) in enumerate(log.cases.items(), 1):
        events = events_of(rows, mapping, offer.package, inferred)
        attainment.add(case, events, replay(events, offer.terms, log.last))
        if done % 200 == 0:
            tick(done)
    tick(len(log.cases))
    notes = notes_on(log, mapping, inferred, attainment)
    return Report(offer, mapping, log, attainment.tallies, attainment.worst(), notes)


def notes_on(log: Log, mapping: LogMapping, inferred: Inferred, attainment: Attainment) -> list[str]:
    """What a reader must know to trust the figures: proxies, inferences, and oddities of the log with their counts."""
    return [
        *_on_responses(mapping, inferred),
        *mapping.notes,
        *_on_inferences(mapping, inferred, attainment),
        *_on_oddities(log, mapping),
    ]


def _on_responses(mapping: LogMapping, inferred: Inferred) -> list[str]:
    if not mapping.response_is_proxy:
        return []
    proxies = ["the first change to another state than " + _words(mapping, "opened")] * mapping.first_change_answers
    answers = _words(mapping, "response")
    proxies += [f"each {'later ' * mapping.first_change_answers}row at {answers}"] * bool(answers)
    text = f"Response is a proxy: the log does not record answers, so {' and '.join(proxies)} counts as one."
    late = (
        f"Cases that begin in another state than {_words(mapping, 'opened')}, so that their first row is both the "
        f"opening and what its state means: {inferred.begun_late}."
    )
    return [text] + [late] * bool(inferred.begun_late)


def _words(mapping: LogMapping, *meanings: str) -> str:
    return " or ".join(word for word, meant in mapping.events.items() if meant in meanings)


def _on_inferences(mapping: LogMapping, inferred: Inferred, attainment: Attainment) -> list[str]:
    waiting = _words(mapping, "waiting", "response_and_waiting")
    return _counted(
        [
            (
                "Periods in which the customer had the next word: no answer was owed, and they stand in no column",
                attainment.not_owed,
            ),
            (f"Times a case left {waiting} without an answer, read as the customer's message", inferred.waits_left),
            (
                "Times a case came back after it was resolved or closed, read as reopened and that row as nothing else",
                inferred.reopened,
            ),
            ("Times a case was closed without being resolved, read as its resolution", inferred.closed_unresolved),
            (
                "Changes of severity, taken as agreed when logged since the log names no agreement",
                inferred.severity_changes,
            ),
        ]
    )


def _on_oddities(log: Log, mapping: LogMapping) -> list[str]:
    default = mapping.default_severity
    states = [
        (f"Rows in the unknown state {word!r}, which changes no clock while the case is kept", count)
        for word, count in sorted(log.unknown_events.items())
    ]
    severities = [
        (f"Rows of the unknown severity {word!r}, read as {default} where one opens a case, else as no change", count)
        for word, count in sorted(log.unknown_severities.items())
    ]
    return _counted(
        [
            *states,
            *severities,
            ("Unreadable rows, left out and listed with their line", len(log.unreadable)),
            ("Rows that repeat another of their case word for word, left out", log.duplicates),
            ("Cases with rows out of order, sorted by time and equal times as in the file", log.unordered_cases),
            (
                "Times in the hour that the clock shows twice, read as the first one unless the row before is later",
                log.repeated_hour,
            ),
            ("Times in the hour that the clock skips, read with the offset before it", log.skipped_hour),
            ("Rows whose state or severity holds bytes that are no UTF-8", log.damaged_text),
        ]
    )


def _counted(facts: Sequence[tuple[str, int]]) -> list[str]:
    """The facts that occurred, each as a sentence that ends with how often."""
    return [f"{text}: {count}." for text, count in facts if count]
