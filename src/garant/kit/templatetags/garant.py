"""Components for every page: `{% load garant %}`. Pages compose these; markup of clocks stands here only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from garant.kit import moments, proofs
from garant.kit.clocks import ClockState, Counts, clock_state
from garant.kit.rendering import rendered

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", css: str = "ico") -> SafeString:
    """An icon of the sprite: decoration unless it has a label."""
    source = static("garant/icons.svg")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#i-{}"/></svg>', css, label, source, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', css, source, name)


@register.filter
def beside(values: Sequence[Any], codes: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Each code with its value: `{% for code, cell in line.cells|beside:codes %}`."""
    return list(zip(codes, values, strict=True))


@register.simple_tag
def icon_source() -> str:
    """The address of the sprite."""
    return static("garant/icons.svg")


@register.simple_tag
def severity(level: str, large: bool = False) -> SafeString:
    """The severity mark: weight of ink, never a colour; read aloud as "Severity 2"."""
    return _severity(level, large, gettext("Severity %(level)s") % {"level": level})


@lru_cache(maxsize=256)
def _severity(level: str, large: bool, words: str) -> SafeString:
    return format_html(
        '<span class="sev{}" data-sev="{}"><span class="vh">{}</span><span aria-hidden="true">S{}</span></span>',
        " sev-l" if large else "",
        level,
        words,
        level,
    )


@register.simple_tag(takes_context=True)
def clock(context: dict[str, Any], row: Any, calendar: Counts | None = None) -> ClockState:
    """The state of a row's clock now: `{% clock row as state %}`. The page's `now` is used when it has one."""
    return clock_state(row, context.get("now") or datetime.now(tz=moments.zone("UTC")), calendar)


@register.simple_tag
def clock_pill(state: ClockState, due: str = "") -> SafeString:
    """Icon and words of a clock; `due` adds the due time, already formatted."""
    owes = state.due is not None
    return rendered(
        "garant/components/clock.html",
        state=state.state, icon=state.icon, pill=state.pill, text=state.text, owes=owes, share=state.share, due=due,
    )  # fmt: skip


@register.inclusion_tag("garant/components/hero.html")
def hero_clock(
    state: ClockState,
    *,
    title: str,
    zone: str,
    now: datetime,
    reasons: Sequence[str] = (),
    segments: Sequence[Any] = (),
    steps: Sequence[Any] = (),
    target: timedelta | None = None,
    reader_zone: str = "",
    footnote: str = "",
    open: bool | None = None,  # the word of the HTML attribute
) -> dict[str, Any]:
    """A case's next promise: due time, working time left, seal, and the why (reasons, strip, proof).

    `title` names the promise ("Follow-up response due"). `segments` are those from start to due, or `steps` the
    explanation that holds them. `open` is by default true when near or missed. `reader_zone` adds the reader's wall
    clock when it differs.
    """
    segments = segments or proofs.segments_of(steps)
    return {
        "state": state,
        "title": title,
        "zone": zone,
        "reader_zone": reader_zone if _differs(state.due, zone, reader_zone) else "",
        "now": now,
        "reasons": reasons,
        "rows": proofs.proof(segments, zone),
        "ribbon": proofs.ribbon(segments, zone, now),
        "target": target,
        "footnote": footnote,
        "open": state.pill if open is None else open,
    }


@register.inclusion_tag("garant/components/proof.html")
def proof_table(rows: Sequence[proofs.ProofRow], due: datetime | None, zone: str) -> dict[str, Any]:
    """The proof: counted rows, their sum under a double rule."""
    return {"rows": rows, "due": due, "zone": zone, "total": rows[-1].sum if rows else ""}


@register.inclusion_tag("garant/components/ribbon.html")
def ribbon_strip(ribbon: proofs.Ribbon) -> dict[str, Any]:
    """The strip of days: counted filled, pauses hatched, time left outlined."""
    return {"ribbon": ribbon}


@register.inclusion_tag("garant/components/field.html")
def field(bound: BoundField, hint: str = "", help: bool = True) -> dict[str, Any]:  # the form's own word
    """A form field with label, hint (by default the form's help text) and its errors, joined for assistive technology.

    Placeholders are taken out: they vanish while typing and repeat the label.
    """
    bound.field.widget.attrs.pop("placeholder", None)
    hint = hint or (str(bound.help_text) if help else "")
    described = [f"{bound.id_for_label}-{part}" for part, there in (("h", hint), ("e", bound.errors)) if there]
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {"bound": bound, "hint": hint, "widget": bound.as_widget(attrs=attrs)}


@register.inclusion_tag("garant/components/errors.html")
def error_summary(form: BaseForm | str | None) -> dict[str, Any]:
    """What is wrong, above the form, each line a link to its field; nothing without a form or when it is fine."""
    lines: list[tuple[str, str]] = []
    for name, texts in form.errors.items() if isinstance(form, BaseForm) else ():
        target = ""
        if isinstance(form, BaseForm) and name in form.fields:
            # Radio buttons have no label of their own: their fieldset carries the field's id.
            target = f"#{form[name].id_for_label or form[name].auto_id}"
        lines.extend((target, str(text)) for text in texts)
    return {"lines": lines}


@register.inclusion_tag("garant/components/pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Any, parameter: str = "after") -> dict[str, Any]:
    """A link to the next page of a keyset list; nothing on the last one."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    first = query.pop(parameter, None) is not None
    head = query.urlencode()
    if page.next:
        query[parameter] = page.next
    return {"next": f"?{query.urlencode()}" if page.next else "", "first": f"?{head}" if first else ""}


@register.inclusion_tag("garant/components/empty.html")
def empty(title: str, text: str = "", action: str = "", label: str = "") -> dict[str, Any]:
    """An empty list: what this is, what to do next."""
    return {"title": title, "text": text, "action": action, "label": label}


@register.inclusion_tag("garant/components/messages.html")
def message_list(messages: Any) -> dict[str, Any]:
    """One quiet line for each message of the last request."""
    return {"messages": messages}


@register.simple_tag
def day_time(at: datetime | None, zone: str, now: datetime | None = None) -> SafeString:
    """`<time>` with a short day and time in a zone; empty for None."""
    return _time(at, moments.day_time(at, zone, now)) if at else SafeString("")


@register.simple_tag
def long_day_time(at: datetime | None, zone: str) -> SafeString:
    """`<time>` with the day in full and the time."""
    return _time(at, moments.long_day_time(at, zone)) if at else SafeString("")


@register.simple_tag
def clock_time(at: datetime | None, zone: str) -> SafeString:
    """`<time>` with the time of day alone."""
    return _time(at, moments.clock_time(at, zone)) if at else SafeString("")


def _time(at: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), text)


@register.filter
def counted(number: int) -> str:
    """A count that stops at a thousand: "1,000+"."""
    return moments.counted(number)


@register.filter
def place(zone: str) -> str:
    """The city of a zone in the reader's language."""
    return moments.place(zone)


@register.filter
def span(value: timedelta | None) -> str:
    """A duration in words; empty for None."""
    return "" if value is None else moments.duration(value)


@register.filter
def seal_lines(value: timedelta | None) -> list[str]:
    """A duration in the fewest words as it fits a seal: 1 h 07 min, or two lines; none for None."""
    return [] if value is None else moments.seal_lines(value)


@register.filter
def long_date(value: datetime | date) -> str:
    """A date in full."""
    return moments.long_date(value)


@register.filter
def day(value: datetime | date | None, zone: str = "UTC") -> str:
    """A short day; of an instant in the given zone."""
    return "" if value is None else moments.day(value, zone)


def _differs(due: datetime | None, zone: str, other: str) -> bool:
    """Whether the two zones' wall clocks read differently at the due time."""
    return bool(due and other and moments.local(due, zone).utcoffset() != moments.local(due, other).utcoffset())
