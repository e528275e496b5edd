"""Files of a case in the console: handed over, held for what is being written, and taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from garant.cases import operations
from garant.cases.queries_files import file_content
from garant.console.access import staff_only
from garant.console.composer import CALL_FIELDS, PLACES, place_of
from garant.core.refusals import NotFound
from garant.kit.uploads import file_response, take_files
from garant.wording.sentences import refusal_lines


@staff_only("GET", act="read_cases")
def show(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """A file of a case."""
    try:
        found = file_content(viewer=request.viewer, number=number, key=key)  # type: ignore[attr-defined]
    except NotFound:
        raise Http404(gettext("There is no such file.")) from None
    return file_response(request, name=found.name, media_type=found.media_type, content=found.content)


@staff_only("POST")
def drop(request: HttpRequest, key: str) -> HttpResponse:
    """Take back a file before it is sent; what was typed beside it is kept as a draft."""
    by = request.viewer.actor  # type: ignore[attr-defined]
    try:
        place, name = operations.drop_file(by=by, key=key)
    except NotFound:
        raise Http404(gettext("There is no such file.")) from None
    kind, _, number = place.partition(":")
    typed = {field: request.POST.get(field, "") for field in ("body", *CALL_FIELDS) if field in request.POST}
    if typed:
        operations.save_draft(by=by, place=place, data={**typed, "wait": "wait" in request.POST})
    messages.success(request, gettext("%(name)s does not go along.") % {"name": name})
    response = redirect("console:case", number=int(number))
    response["Location"] += f"?compose={kind}#composer"
    return response


def held_at(request: HttpRequest, kind: str, number: int) -> list[str]:
    """Hold the files that were sent with a panel of the composer; what is wrong with those that were refused."""
    if kind not in PLACES:
        return []
    by, place = request.viewer.actor, place_of(kind, number)  # type: ignore[attr-defined]

    def hold(name: str, content: bytes) -> object:
        return operations.hold_file(by=by, place=place, name=name, content=content)

    return [" ".join(refusal_lines(each)) for each in take_files(request, hold)]
