"""Sentences for the codes and values of the law: explanations of due times, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from garant.core.periods import Step
from garant.core.programmes import Programme
from garant.core.refusals import Refusal
from garant.wording import messages, refusals
from garant.wording.catalogs import catalog, say, say_many, spoken
from garant.wording.values import amount, clock, day, duration, hours, instant

__all__ = ["Names", "ProgrammeNames", "amount", "duration", "instant", "reason", "refusal_lines", "sentences"]


class Names(Protocol):
    """What the codes of a programme are called in a language."""

    def package(self, key: str, language: str) -> str:
        """The package's name; the key itself when nobody knows it."""

    def holiday(self, name: str, language: str) -> str:
        """The holiday's name, given its English one."""


class ProgrammeNames:
    """Names taken from a programme. A package may be named by its code, or by a contract's package key."""

    def __init__(self, programme: Programme | None = None) -> None:
        self.programme = programme

    def package(self, key: str, language: str) -> str:
        """The package's name in the programme."""
        code = key.partition("/")[2].partition(":")[0] or key
        if self.programme is None:
            return code
        try:
            name = self.programme.package(code).name
        except KeyError:
            return code
        return name.get(language) or next(iter(name.values()), code)

    def holiday(self, name: str, language: str) -> str:
        """The holiday's name in the programme."""
        return name if self.programme is None else self.programme.holiday_name(name, language)


def sentences(
    steps: Sequence[Step],
    language: str | None = None,
    zone: str | None = None,
    names: Names | Programme | None = None,
    place: Callable[[str], str] = str,
) -> list[str]:
    """An explanation in words, one sentence for each step that says something.

    `language` None: the active one. `zone` None: that of the calendar which counts. `names` gives packages and
    holidays their names, `place` zones theirs (none given: their codes). The times of segments and the due time are on
    the wall of the zone.
    """
    found = names if names is not None and not isinstance(names, Programme) else ProgrammeNames(names)
    teller = _Teller(spoken(language), zone or zone_of_steps(steps), found, steps, place)
    return [line for step in steps for line in [teller.tell(step)] if line]


def zone_of_steps(steps: Sequence[Step]) -> str:
    """The zone of the calendar that an explanation counts on; UTC when it names none."""
    for step in steps:
        if step.code == "calendar":
            return str(step.values.get("zone") or "UTC")
    return "UTC"


class _Teller:
    """Says steps one by one, in one language and zone."""

    def __init__(
        self, language: str, zone: str, names: Names, steps: Sequence[Step], place: Callable[[str], str] = str
    ) -> None:
        self.place = place
        self.language = language
        self.zone = zone
        self.names = names
        self.year = next((self._year(s.values["at"]) for s in steps if s.code == "received"), 0)
        segments = [s.values for s in steps if s.code == "segment"]
        self.first_opening = next((s["start"] for s in segments if s["kind"] == "counted"), None)

    def _year(self, at: Any) -> int:
        return int(at.astimezone(_zone(self.zone)).year)

    def tell(self, step: Step) -> str:
        """The sentence for a step; empty when it says nothing that people need."""
        teller: Callable[[Mapping[str, Any]], str] | None = getattr(self, f"_{step.code}", None)
        return teller(step.values) if teller is not None else ""

    def say(self, message: str, **values: object) -> str:
        """A message in the teller's language."""
        return say(self.language, message, **values)

    def at(self, when: datetime) -> str:
        """An instant; its year only when it is another one than that of the receipt."""
        return instant(when, self.zone, self.language, year=self._year(when) != self.year)

    def _received(self, values: Mapping[str, Any]) -> str:
        message = messages.STARTED.get(str(values["cause"]), messages.STARTED["opened"])
        metric = self.say(messages.METRICS.get(str(values["metric"]), str(values["metric"])))
        text = instant(values["at"], self.zone, self.language, year=False)
        return self.say(message, metric=metric, at=text, zone=self.place(self.zone))

    def _rule(self, values: Mapping[str, Any]) -> str:
        if values["amount"] is None:
            return ""
        return self.say(
            "{amount} for severity {severity} in {package}, {grade}",
            amount=amount(values["amount"], str(values["unit"]), self.language),
            severity=values["severity"],
            package=self.names.package(str(values["package"]), self.language),
            grade=self.say(messages.GRADES.get(str(values["grade"]), str(values["grade"]))),
        )

    def _calendar(self, values: Mapping[str, Any]) -> str:
        return self.say("counted in {hours}", hours=hours(values, self.language, self.place))

    def _start_calendar(self, values: Mapping[str, Any]) -> str:
        return self.say("counting may start in {hours}", hours=hours(values, self.language, self.place))

    def _counting_from(self, values: Mapping[str, Any]) -> str:
        return self.say("counted from {at}", at=self.at(values["at"]))

    def _decision(self, values: Mapping[str, Any]) -> str:
        cause = self.say(messages.CAUSES.get(str(values["cause"]), "terms changed"))
        if values["old_due"] is None or values["asked"] is None:
            return self.say("{at}: {cause}", at=self.at(values["at"]), cause=cause)
        message = messages.DECISIONS[str(values["join"]), str(values["outcome"])]
        return self.say(
            message,
            at=self.at(values["at"]),
            cause=cause,
            old=self.at(values["old_due"]),
            asked=self.at(values["asked"]),
        )

    def _promise_kept(self, values: Mapping[str, Any]) -> str:
        cause = self.say(messages.CAUSES.get(str(values["cause"]), "terms changed"))
        message = messages.KEPT.get(str(values["why"]), messages.KEPT["no_new_promise"])
        return self.say(message, at=self.at(values["at"]), cause=cause)

    def _due_moved(self, values: Mapping[str, Any]) -> str:
        old, new = values["from"], values["to"]
        if old is None or new is None:
            return self.say("{at}: the calendar was edited", at=self.at(values["at"]))
        return self.say(
            "{at}: the calendar was edited, due moved from {old} to {new}",
            at=self.at(values["at"]),
            old=self.at(old),
            new=self.at(new),
        )

    def _segment(self, values: Mapping[str, Any]) -> str:
        kind = str(values["kind"])
        if kind == "counted":
            return self._counted(values["start"], values["end"], values["counted"])
        if kind == "holiday":
            name = self.names.holiday(str(values["name"] or ""), self.language)
            date = day(values["start"], self.zone, self.language, year=False)
            return (
                self.say("holiday {name}, {day}", name=name, day=date) if name else self.say("holiday, {day}", day=date)
            )
        if kind == "paused":
            why = self.say(messages.WHYS.get(str(values["why"]), "paused"))
            return self.say(
                "paused from {start} to {end}: {why}",
                start=self.at(values["start"]),
                end=self.at(values["end"]),
                why=why,
            )
        return self.say("closed until {at}", at=self.at(values["end"])) if values["end"] == self.first_opening else ""

    def _counted(self, start: datetime, end: datetime, counted: timedelta) -> str:
        length = duration(counted, self.language)
        last = end - timedelta(microseconds=1)
        if day(start, self.zone, "en") == day(last, self.zone, "en"):
            return self.say(
                "{length} {day}, {start}-{end}",
                length=length,
                day=day(start, self.zone, self.language, year=False),
                start=clock(start, self.zone, self.language),
                end=self._closing(start, end),
            )
        return self.say("{length} from {start} to {end}", length=length, start=self.at(start), end=self.at(end))

    def _closing(self, start: datetime, end: datetime) -> str:
        text = clock(end, self.zone, self.language)
        return "24:00" if day(start, self.zone, "en") != day(end, self.zone, "en") else text

    def _pauses(self, values: Mapping[str, Any]) -> str:
        if not values["count"]:
            return self.say("no pauses")
        return say_many(self.language, "{count} pause", "{count} pauses", int(values["count"]))

    def _waiting(self, values: Mapping[str, Any]) -> str:
        return self.say("nothing is owed while the customer has the next word")

    def _paused(self, values: Mapping[str, Any]) -> str:
        why = self.say(messages.WHYS.get(str(values["why"]), "paused"))
        return self.say("paused since {at}: {why}", at=self.at(values["since"]), why=why)

    def _held(self, values: Mapping[str, Any]) -> str:
        return self.say("held until the sender is confirmed")

    def _due(self, values: Mapping[str, Any]) -> str:
        return self.say("due {at}", at=self.at(values["at"]))


def _zone(name: str) -> Any:
    from garant.core.zones import zone

    return zone(name)


def reason(code: str, language: str | None = None, values: Mapping[str, object] | None = None) -> str:
    """What a reason code means in words, with its values; the code with spaces when nobody wrote it down."""
    known = refusals.REASONS.get(code)
    return code.replace("_", " ") if known is None else _filled(say_plain(spoken(language), known), values or {})


def refusal_lines(refusal: Refusal, language: str | None = None) -> list[str]:
    """Why an act is refused and the way out: the reason, the rule it rests on, the remedy."""
    language = spoken(language)
    lines = [reason(refusal.code, language, refusal.values)]
    for table, code in ((refusals.RULES, refusal.rule), (refusals.REMEDIES, refusal.remedy)):
        if code in table:
            lines.append(_filled(say_plain(language, table[code]), refusal.values))
    offered = refusal.values.get("offered")
    if isinstance(offered, Sequence) and not isinstance(offered, str) and offered:
        lines.append(say(language, "Offered: {offered}.", offered=", ".join(str(item) for item in offered)))
    return [line for line in dict.fromkeys(lines) if line]


def say_plain(language: str, message: str) -> str:
    """A message without values, in a language."""
    return catalog(language).gettext(message)


def _filled(text: str, values: Mapping[str, object]) -> str:
    """The text with the values it names; one that it lacks leaves its place as it is."""
    for key, value in values.items():
        text = text.replace("{" + key + "}", str(value))
    return text
