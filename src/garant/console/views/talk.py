"""What staff do about a case together with its contact: severity, report, other cases, followers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from garant.cases import operations, queries_similar
from garant.cases import operations_links as links
from garant.cases import operations_report as reports
from garant.cases import operations_severity as severities
from garant.cases.views import CaseView
from garant.console import talk
from garant.console.access import staff_only
from garant.console.desk import page
from garant.console.forms_talk import MergeForm
from garant.console.posting import posted
from garant.console.views.cases import case_page, seen
from garant.core.people import Actor, Viewer
from garant.kit.forms import StrictForm, fresh_token

LONGEST_SEARCH = 100

Run = Callable[[Actor, int, dict[str, Any]], str]


def act(name: str, right: str) -> Callable[[Run], Callable[..., HttpResponse]]:
    """A view for one of the side panel's forms: acts and goes back; problems come back with what was typed."""
    make = talk.FORMS[name][1]

    def wrap(run: Run) -> Callable[..., HttpResponse]:
        @staff_only("POST", act=right)
        def view(request: HttpRequest, number: int) -> HttpResponse:
            viewer, case = _viewer(request), seen(request, number)

            def again(form: StrictForm) -> HttpResponse:
                return case_page(request, number, status=422, forms={name: form})

            def done(form: StrictForm) -> str:
                return run(viewer.actor, number, dict(form.cleaned_data))

            return posted(request, lambda data: make(data, case, viewer), done, again, _address(number))

        view.__name__, view.__doc__ = run.__name__, run.__doc__
        return view

    return wrap


@act("propose_form", "propose_severity")
def propose(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Propose another severity, or record one that a contact asked for."""
    severities.propose_severity(by=by, number=number, **data)
    if data["asked_by"] is not None:
        return gettext("The severity is changed, as the contact asked.")
    return gettext("Proposed. The severity changes when a contact agrees.")


@act("withdraw_form", "withdraw_proposal")
def withdraw(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Take the proposal back."""
    severities.withdraw_severity(by=by, number=number, **data)
    return gettext("The proposal is taken back. The severity stays.")


@act("verify_form", "verify_report")
def verify(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Say whether the error is verified."""
    reports.verify_report(by=by, number=number, **data)
    return gettext("Recorded. It stops no clock.")


@act("confirm_form", "confirm_sender")
def confirm(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Say that the case comes from whom it says."""
    operations.confirm_sender(by=by, number=number, once=data["once"])
    return gettext("Confirmed. The clock counts from the receipt.")


@act("ask_form", "ask_to_reproduce")
def ask(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Ask the contact to help recreate the error."""
    reports.ask_to_reproduce(by=by, number=number, questions=data["questions"].splitlines(), once=data["once"])
    return gettext("Asked. The case waits for the answers.")


@act("outcome_form", "ask_to_reproduce")
def outcome(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Record whether the error could be recreated."""
    reports.record_reproduction(by=by, number=number, **data)
    return gettext("Recorded.")


@act("link_form", "link_cases")
def link(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Say that two cases belong together."""
    links.link_cases(by=by, number=number, **data)
    return gettext("The cases are linked.")


@act("unlink_form", "link_cases")
def unlink(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Take a link back."""
    links.unlink_cases(by=by, number=number, **data)
    return gettext("The link is taken back.")


@act("follow_form", "follow_case")
def follow(by: Actor, number: int, data: dict[str, Any]) -> str:
    """Follow the case, let somebody follow it, or stop."""
    what = {"by": by, "number": number, "person_id": data["person"], "once": data["once"]}
    if data["follow"] == "yes":
        links.follow_case(**what)
        return gettext("Followed: every answer is told.")
    links.unfollow_case(**what)
    return gettext("Not followed any more.")


@staff_only("GET", "POST", act="merge_cases")
def merge(request: HttpRequest, number: int) -> HttpResponse:
    """Merge the case into another, after saying what happens to its clocks."""
    viewer, case = _viewer(request), seen(request, number)
    if request.method != "POST":
        picked = request.GET.get("into", "")
        chosen = {"into": picked} if picked.isascii() and picked.isdigit() and len(picked) <= 18 else {}
        return _merge_page(request, case, MergeForm(initial={**_once(), **chosen}, auto_id="merge_%s"))
    into: list[int] = []

    def run(form: MergeForm) -> str:
        into.append(form.cleaned_data["into"])
        links.merge_case(by=viewer.actor, number=number, into=into[0], once=form.cleaned_data["once"])
        return gettext("Merged. The case goes on in %(number)s.") % {"number": into[0]}

    def again(form: MergeForm) -> HttpResponse:
        return _merge_page(request, case, form, 422)

    return posted(request, lambda data: MergeForm(data, auto_id="merge_%s"), run, again, _address(number))


def _merge_page(request: HttpRequest, case: CaseView, form: StrictForm, status: int = 200) -> HttpResponse:
    asked = request.GET.get("q", "")[:LONGEST_SEARCH]
    own: dict[str, Any] = {"viewer": _viewer(request), "subscriber_id": case.subscriber.id, "but": case.number}
    offered = (
        queries_similar.searched(**own, text=asked)
        if asked.strip()
        else queries_similar.similar(
            **own, title=case.subject, description=" ".join(getattr(case, part) for part in queries_similar.TEXTS)
        )
    )
    words = {"case": case, "form": form, "asked": asked, "offered": offered}
    return page(request, "console/case_merge.html", status=status, section="queue", **words)


@staff_only("GET", "POST", act="split_case")
def split(request: HttpRequest, number: int) -> HttpResponse:
    """Make a case of its own out of a part."""
    viewer, case = _viewer(request), seen(request, number)
    if request.method != "POST":
        chosen = frozenset(request.GET.getlist("from"))
        return _split_page(request, case, talk.split(None, case, viewer, chosen), chosen=chosen)

    def run(form: StrictForm) -> str:
        done = links.split_case(by=viewer.actor, number=number, **form.cleaned_data)
        return gettext("Case %(number)s is made. Its clocks start now.") % {"number": done.number}

    def again(form: StrictForm) -> HttpResponse:
        return _split_page(request, case, form, 422)

    return posted(request, lambda data: talk.split(data, case, viewer), run, again, _address(number))


def _split_page(
    request: HttpRequest, case: CaseView, form: StrictForm, status: int = 200, chosen: frozenset[str] = frozenset()
) -> HttpResponse:
    texts = [(row, str(row.id) in chosen) for row in talk.movable(case)]
    return page(request, "console/case_split.html", status=status, section="queue", case=case, form=form, texts=texts)


def _once() -> dict[str, str]:
    return {"once": fresh_token()}


def _address(number: int) -> str:
    return reverse("console:case", args=[number])


def _viewer(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]
