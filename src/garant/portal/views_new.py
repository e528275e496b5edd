"""Filing a case: one question a page, a draft kept on the server, the promise shown before sending."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.cases import operations, queries
from garant.cases.operations_offers import draft_filed
from garant.cases.queries_files import held_files
from garant.cases.queries_similar import TEXTS, similar
from garant.community.operations import link_case
from garant.core.completeness import completeness
from garant.core.guidance import suggested
from garant.core.programmes import said
from garant.core.refusals import NotFound, Refusal
from garant.kit.forms import refuse_unknown
from garant.portal.access import actor_of, for_subscribers, viewer_of
from garant.portal.answers import Answer as OfferedAnswer
from garant.portal.answers import answers_to
from garant.portal.contracts import Bought, bought, places_to_write
from garant.portal.drafts import FIELDS, PLACE, Draft
from garant.portal.forms import CheckForm, KindForm, SeverityForm, WhatForm
from garant.portal.forms_talk import GuideForm
from garant.portal.promises import Answer, answer
from garant.portal.views_files import held_at
from garant.portal.words import refused
from garant.wording.agreed import field_name

STEPS = {"kind": 1, "what": 2, "severity": 3, "check": 4}


@for_subscribers
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The first page that a draft has not answered."""
    draft = Draft(viewer_of(request))
    return redirect(f"new_case_{draft.missing or 'check'}")


@for_subscribers
@require_http_methods(["GET", "HEAD", "POST"])
def kind(request: HttpRequest) -> HttpResponse:
    """What is it about?"""
    draft = Draft(viewer_of(request))
    mine = places_to_write(viewer_of(request))
    present = f"{draft.subscriber_id or ''}" + (f":{draft.contract_id}" if draft.contract_id else "")
    sent = request.POST.get("subscriber", "")
    own = bought(viewer_of(request), *_place(sent if sent in dict(mine) else present))
    kinds = own.request_types(get_language() or "en")
    first = {"subscriber": present, **draft.data}
    form = KindForm(request.POST or None, initial=first, kinds=kinds, organisations=mine)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["request_type"]
        answers: dict[str, Any] = {"request_type": chosen}
        if chosen != draft.data.get("request_type"):
            answers |= {"severity": own.default_severity(chosen) or "", "described": False}
        subscriber_id, contract_id = _place(form.cleaned_data.get("subscriber") or "")
        draft.keep({**answers, "contract": contract_id}, subscriber_id)
        return redirect("new_case_what")
    return _page(request, "kind", draft, form, gettext("What is it about?"))


def _place(choice: str) -> tuple[int | None, int | None]:
    """The organisation and the contract that a choice names; None for what it doesn't."""
    owner, _, contract = choice.partition(":")
    return int(owner) if owner else None, int(contract) if contract else None


@for_subscribers
@require_http_methods(["GET", "HEAD", "POST"])
def what(request: HttpRequest) -> HttpResponse:
    """What happened? An error report asks for steps, expected and actual."""
    draft = Draft(viewer_of(request))
    if draft.missing == "kind":
        return redirect("new_case_kind")
    own = bought(viewer_of(request), draft.subscriber_id, draft.contract_id)
    error_report = own.is_error_report(draft.data["request_type"])
    products = own.products(get_language() or "en")
    form = WhatForm(request.POST or None, initial=draft.data, error_report=error_report, products=products)
    problems: list[str] = []
    if request.method == "POST":
        # Kept as typed even when something is missing: nobody writes a report twice.
        typed = {name: request.POST.get(name, "")[:20_000] for name in FIELDS if name in request.POST}
        problems = held_at(request, PLACE)
        if form.is_valid() and not problems:
            draft.keep({**dict.fromkeys(FIELDS, ""), **form.cleaned_data, "described": True})
            return _onward(request, "new_case_severity")
        draft.keep({**typed, "described": False})
        if "later" in request.POST:
            return _onward(request, "home")
    heading = gettext("What happened?") if error_report else gettext("What do you need?")
    held = held_files(viewer=viewer_of(request), place=PLACE)
    status = 422 if problems else 200
    return _page(request, "what", draft, form, heading, {"held": held, "file_problems": problems}, status)


@for_subscribers
@require_http_methods(["GET", "HEAD", "POST"])
def severity(request: HttpRequest) -> HttpResponse:
    """How badly is work affected? Shows the promise for the level chosen."""
    draft = Draft(viewer_of(request))
    if draft.missing in ("kind", "what"):
        return redirect(f"new_case_{draft.missing}")
    language = get_language() or "en"
    own = bought(viewer_of(request), draft.subscriber_id, draft.contract_id)
    levels = own.levels(language)
    choices = [(level.level, level.name) for level in levels]
    guide = GuideForm(request.POST if "guide" in request.POST else None, initial=draft.data)
    if "guide" in request.POST:
        return _guided(request, draft, own, guide, choices)
    form = SeverityForm(request.POST or None, initial={"severity": draft.data.get("severity")}, levels=choices)
    if request.method == "POST" and form.is_valid():
        draft.keep({"severity": form.cleaned_data["severity"]})
        if "show" not in request.POST:
            return _onward(request, "new_case_check")
    chosen = str(form["severity"].value() or "")
    shown = _promise(request, draft, own, chosen) if chosen in dict(choices) else None
    more = {"levels": own.choices(language), "promise": shown, "promise_title": _title(), "guide": guide}
    return _page(request, "severity", draft, form, gettext("How badly is work affected?"), more)


def _guided(
    request: HttpRequest, draft: Draft, own: Bought, guide: GuideForm, choices: list[tuple[str, str]]
) -> HttpResponse:
    """The severity that the answers lead to, chosen but not yet kept: the contact decides."""
    answers = guide.cleaned_data if guide.is_valid() else None
    level = suggested(**answers, levels=[code for code, _ in choices]) if answers else None
    if answers:
        draft.keep(answers)
    form = SeverityForm(initial={"severity": level or draft.data.get("severity")}, levels=choices)
    shown = _promise(request, draft, own, level) if level else None
    more = {
        "levels": own.choices(get_language() or "en"), "promise": shown, "promise_title": _title(), "guide": guide,
        "suggested": level,
    }  # fmt: skip
    status = 200 if answers else 422
    return _page(request, "severity", draft, form, gettext("How badly is work affected?"), more, status)


@for_subscribers
@require_safe
def promise(request: HttpRequest) -> HttpResponse:
    """The promise for a severity, as a part of the page."""
    draft = Draft(viewer_of(request))
    own = bought(viewer_of(request), draft.subscriber_id, draft.contract_id)
    chosen = request.GET.get("severity", "")
    known = chosen in {level.level for level in own.levels(get_language() or "en")}
    shown = _promise(request, draft, own, chosen) if known else None
    words = {"promise": shown, "promise_title": _title(), "withheld": own.warning is not None}
    return render(request, "portal/promise.html", words)


@for_subscribers
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The whole case once more, and sending it."""
    viewer = viewer_of(request)
    if request.method == "POST":
        CheckForm(request.POST)
    sent = request.session.get("sent_cases", {}).get(request.POST.get("once", ""))
    if sent:
        return redirect("case", number=sent)
    draft = Draft(viewer)
    if draft.missing:
        return redirect(f"new_case_{draft.missing}")
    refusal = None
    if request.method == "POST":
        try:
            return _file(request, draft)
        except Refusal as reason:
            draft.keep({})  # whole, with the answers that only these pages know
            refusal = refused(reason)
    own = bought(viewer, draft.subscriber_id, draft.contract_id)
    more = {
        "answers": _answers(draft, own),
        "missing": _missing(draft, own),
        "held": held_files(viewer=viewer, place=PLACE),
        "once": draft.data["once"],
        "refusal": refusal,
        "promise": _promise(request, draft, own, draft.data["severity"]),
        "promise_title": _title(),
        "alike": similar(
            viewer=viewer,
            subscriber_id=draft.subscriber_id or 0,
            title=draft.data.get("subject", ""),
            description=" ".join(draft.data.get(part, "") for part in TEXTS),
        ),
    }
    return _page(request, "check", draft, None, gettext("Check and send"), more, 403 if refusal else 200)


@for_subscribers
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    refuse_unknown(request.POST)
    Draft(viewer_of(request)).drop()
    messages.success(request, gettext("The draft is thrown away."))
    return redirect("home")


def _file(request: HttpRequest, draft: Draft) -> HttpResponse:
    """File the draft once, however often it is sent; raises Refusal with the draft kept."""
    data = draft.data
    filed = operations.file_case(
        by=actor_of(request),
        person_id=viewer_of(request).person_id or 0,
        subscriber_id=draft.subscriber_id or 0,
        subject=draft.text("subject"),
        # An error report may do without a description: what happened then stands for it.
        description=draft.text("description") or draft.text("actual"),
        steps=draft.text("steps"),
        expected=draft.text("expected"),
        actual=draft.text("actual"),
        environment=draft.text("environment"),
        product=draft.text("product"),
        version=draft.text("version"),
        severity=data["severity"],
        request_type=data["request_type"],
        contract_id=draft.contract_id,
        once=data["once"],
    )
    draft_filed(by=actor_of(request), once=data["once"], number=filed.number)
    _link_thread(request, data.get("from_thread"), filed.number)
    request.session["sent_cases"] = {data["once"]: filed.number}
    return redirect(f"/cases/{filed.number}/?filed=1")


def _link_thread(request: HttpRequest, thread_id: Any, number: int) -> None:
    """Let the public thread that the draft came from know the case; one that is gone meanwhile knows nothing."""
    if not isinstance(thread_id, int):
        return
    with contextlib.suppress(NotFound, Refusal):
        link_case(by=actor_of(request), thread_id=thread_id, case_number=number)


def _onward(request: HttpRequest, place: str) -> HttpResponse:
    if "later" in request.POST or place == "home":
        messages.success(request, gettext("Your draft is kept."))
        return redirect("home")
    return redirect(place)


def _title() -> str:
    return gettext("If you send this now, you will have an answer by")


def _promise(request: HttpRequest, draft: Draft, own: Bought, severity: str) -> Answer | None:
    """What is promised for a severity; None while the case would be held or refused: then nothing is."""
    if own.warning is not None:
        return None
    viewer = viewer_of(request)
    found = queries.promise(
        viewer=viewer,
        subscriber_id=draft.subscriber_id or 0,
        severity=severity,
        request_type=draft.data.get("request_type"),
        at=datetime.now(UTC),
        contract_id=draft.contract_id,
    )
    language, target = get_language() or "en", own.target(severity)
    return answer(found, own.programme, own.package, own.region, language, viewer.zone, target)


def _answers(draft: Draft, own: Bought) -> list[tuple[str, str, str]]:
    """Label, answer and the page that changes it."""
    language, data = get_language() or "en", draft.data
    kind_name = own.type_name(data["request_type"], language)
    level = own.programme.severity(data["severity"])
    fields = WhatForm(error_report=own.is_error_report(data["request_type"])).fields
    products = dict(own.products(language))
    said_of = {**data, "product": products.get(str(data.get("product", "")), data.get("product", ""))}
    texts = [(str(field.label), str(said_of.get(name, "")), "/cases/new/what/") for name, field in fields.items()]
    severity_text = level.level + pgettext("after a number", ": ") + said(level.name, language)
    return [
        (gettext("Kind"), kind_name, "/cases/new/kind/"),
        *texts,
        (gettext("Severity"), severity_text, "/cases/new/severity/"),
    ]


def _missing(draft: Draft, own: Bought) -> list[str]:
    """What would let somebody see the same error and has not been said; it may be sent all the same."""
    report = own.is_error_report(draft.data["request_type"])
    return [field_name(name) for name in completeness(draft.data, error_report=report).missing] if report else []


def _offers(request: HttpRequest, draft: Draft) -> list[OfferedAnswer]:
    """What may answer the draft as it is kept."""
    told = " ".join(draft.text(part) for part in ("description", "actual"))
    return answers_to(viewer_of(request), draft, get_language() or "en", draft.text("subject"), told)


def _page(
    request: HttpRequest,
    step: str,
    draft: Draft,
    form: Form | None,
    heading: str,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """One page of the way, with what stands beside it; 422 when the form has errors."""
    own = bought(viewer_of(request), draft.subscriber_id, draft.contract_id)
    order = list(STEPS)
    back = "/" if step == "kind" else f"/cases/new/{order[order.index(step) - 1]}/"
    words = {
        "section": "cases",
        "step": STEPS[step],
        "of": len(STEPS),
        "form": form,
        "heading": heading,
        "back": back,
        "people": ", ".join(own.people),
        "withheld": own.warning is not None,
        "warning": own.warning,
        "offers": _offers(request, draft) if step != "kind" else [],
        **(more or {}),
    }
    bad = status == 200 and form is not None and form.is_bound and not form.is_valid()
    return render(request, f"portal/new_{step}.html", words, status=422 if bad else status)
