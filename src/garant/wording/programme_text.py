"""A programme as plain text for people: the table of packages, targets, calendars, rules and readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from garant.core.programmes import Programme, RowValue, said
from garant.wording.values import amount, grouped, number

WIDTH = 44


def programme_text(programme: Programme, language: str = "en") -> str:
    """The whole programme in one language's names, region by region. An em dash is "no promise" or "not included"."""
    lines = [
        f"{said(programme.name, language)} ({programme.code}, version {programme.version}, "
        f"in force from {programme.effective_from.isoformat()})",
        f"Languages: {', '.join(programme.languages)}. Precedence: {' over '.join(programme.precedence)}.",
        *_severities(programme, language),
    ]
    for region in programme.regions.values():
        lines += ["", f"Region {region.code}: {said(region.name, language)}"]
        lines += _rows(programme, region.code, language)
        lines += _targets(programme, region.code)
        lines += _channels(programme, region.code)
    lines += [*_calendars(programme), *_allotments(programme), *_rest(programme, language)]
    return "\n".join(lines)


def _severities(programme: Programme, language: str) -> list[str]:
    lines = ["", "Severities"]
    for severity in programme.severities:
        lines.append(f"  {severity.level}  {said(severity.name, language)}: {said(severity.definition, language)}")
    return lines


def _rows(programme: Programme, region: str, language: str) -> list[str]:
    columns = [package.code for package in programme.packages]
    names = [said(package.name, language) for package in programme.packages]
    lines = ["  " + " " * WIDTH + "".join(f"{name[:14]:>15}" for name in names)]
    values = {code: programme.rows(code, region) for code in columns}
    for group in programme.groups:
        lines.append(f"  {said(group.name, language)}")
        for row in group.rows:
            cells = "".join(f"{_cell(values[code][row.code]):>15}" for code in columns)
            lines.append(f"    {_short(said(row.name, language)):<{WIDTH - 2}}{cells}")
    return lines


def _short(text: str) -> str:
    return text if len(text) <= WIDTH - 3 else text[: WIDTH - 4] + "…"


def _cell(value: RowValue) -> str:
    """A cell of the table."""
    if value is None or value is False:
        return "—"
    if value is True:
        return "yes"
    if isinstance(value, Mapping):
        return "/".join("—" if part is None else number(part) for part in value.values())
    return number(value) if isinstance(value, Decimal) else value


def _targets(programme: Programme, region: str) -> list[str]:
    lines = ["  Targets"]
    for package, severity, metric in programme.cells:
        target = programme.target(package, region, severity, metric)
        if target is not None and target.amount is not None:
            lines.append(
                f"    {package}, severity {severity}, {metric}: {amount(target.amount, target.unit)} on "
                f"{target.calendar} ({target.unit}, {target.grade})"
            )
    return lines if len(lines) > 1 else []


def _channels(programme: Programme, region: str) -> list[str]:
    lines = ["  Channels"]
    for package in programme.packages:
        offered = [f"{one.code} {one.hours}" for one in programme.channels(package.code, region) if one.hours]
        lines.append(f"    {package.code}: {', '.join(offered) or '—'}")
    return lines


def _calendars(programme: Programme) -> list[str]:
    lines = ["", "Calendars"]
    for spec in programme.calendars.values():
        if spec.always:
            lines.append(f"  {spec.code}: day and night")
        elif spec.plain is None:
            lines.append(f"  {spec.code}: in the customer's zone, {len(spec.places)} places")
        else:
            for plain in spec.plain.get("versions") or [spec.plain]:
                lines.append(f"  {spec.code}: {_week(plain)}, {len(plain.get('holidays', []))} holidays")
    return lines


def _week(plain: Mapping[str, object]) -> str:
    weekly = plain.get("weekly")
    if not isinstance(weekly, Mapping):
        return "a week that crosses zones"
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    spans = (f"{days[found[0]]}-{days[found[-1]]} {shifts}" for found, shifts in grouped(weekly))
    return f"{', '.join(spans)} {plain.get('timezone')}"


def _allotments(programme: Programme) -> list[str]:
    lines = ["", "Allotments"]
    for ledger in programme.ledgers:
        amounts = (
            f"{one.package} {'unlimited' if one.amount is None else number(one.amount)}"
            for one in programme.allotments()
            if one.ledger == ledger.code
        )
        lines.append(f"  {ledger.code} ({ledger.period}): {', '.join(amounts)}")
    return lines if len(lines) > 2 else []


def _rest(programme: Programme, language: str) -> Iterable[str]:
    for policy in programme.escalations:
        yield from ["", f"Escalation {policy.code}: severities {', '.join(policy.severities)}"]
        for step in policy.steps:
            yield f"  level {step.level} on {step.on}: {said(step.name, language)} ({', '.join(step.to)})"
    if programme.readings:
        yield from ["", "Readings of ambiguous text"]
    for reading in programme.readings:
        yield f"  {reading.code}: {said(reading.question, language)} {said(reading.chosen, language)}"
    if programme.clauses:
        yield from ["", "Kept as clauses, not acted on"]
    for clause in programme.clauses:
        yield f"  {clause.code} (rule {clause.rule}): {said(clause.text, language)}"
