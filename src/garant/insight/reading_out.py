"""A replay's report as plain lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from garant.insight.attainment import Late, Tally, percentile, ruling
from garant.insight.replaying import Report, Say

_HEAD = ("Severity", "Metric", "Periods", "Met", "Missed", "Running", "No promise", "Median used", "90% used")
_SHOWN_UNREADABLE = 20


def lines(report: Report, say: Say) -> Iterator[str]:
    """The report line by line. What comes from the log is made printable first."""
    yield from _heading(report)
    yield ""
    yield from _table([_HEAD, *(_row(*key, tally) for key, tally in report.tallies.items())])
    yield ""
    yield "Used: the counted time of a closed period as a share of its target; above 100% is always late."
    if report.worst:
        yield ""
        yield "The latest cases"
    for place, late in enumerate(report.worst, 1):
        yield from _late(place, late, report, say)
    if report.notes:
        yield ""
        yield "Notes"
        yield from (f"- {printable(note)}" for note in report.notes)
    yield from _unreadable(report.log.unreadable)


def printable(text: str) -> str:
    """The text without characters that could steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _heading(report: Report) -> Iterator[str]:
    log, offer = report.log, report.offer
    yield printable(f"{report.mapping.log}: {log.rows:,} rows, {len(log.cases):,} cases")
    if log.first is not None:
        yield f"From {_moment(report, log.first)} to {_moment(report, log.last)} ({report.mapping.zone})"
    yield f"Programme {offer.programme}, package {offer.package}, region {offer.region}"
    if report.mapping.response_is_proxy:
        yield "Response: a proxy, since the log records none; the first note says what stands for it"


def _row(severity: str, metric: str, tally: Tally) -> tuple[str, ...]:
    counts = (tally.periods, tally.met, tally.missed, tally.running, tally.no_promise)
    shares = (percentile(tally.used, 0.5), percentile(tally.used, 0.9))
    return (
        severity,
        metric.replace("_", " "),
        *(f"{count:,}" for count in counts),
        *("-" if share is None else f"{share:.1%}" for share in shares),
    )


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        cells = [
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _late(place: int, late: Late, report: Report, say: Say) -> Iterator[str]:
    period = late.period
    end = "still open" if period.ended is None else f"ended {_moment(report, period.ended)}"
    yield ""
    yield (
        f"{place:2}. {printable(late.case)}, severity {ruling(period).target.severity}, "
        f"{period.metric.replace('_', ' ')}: due {_moment(report, period.due)}, {end}, {_length(late.by)} late"
    )
    yield from (f"    {printable(sentence)}" for sentence in say(period.steps))


def _moment(report: Report, at: datetime | None) -> str:
    # To the minute, as people read it; the JSON form has the seconds and the offset.
    return "-" if at is None else at.astimezone(report.mapping.zone).strftime("%Y-%m-%d %H:%M")


def _length(duration: timedelta) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in [part for part in parts if part[0]][:2]) or "under 1 s"


def _unreadable(found: Sequence[tuple[int, str]]) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield f"Unreadable rows: {len(found):,}"
    yield from (f"- line {line}: {printable(reason)}" for line, reason in found[:_SHOWN_UNREADABLE])
    if len(found) > _SHOWN_UNREADABLE:
        yield f"- and {len(found) - _SHOWN_UNREADABLE:,} more; --format json lists them all"
