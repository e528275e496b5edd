"""Files of the portal: handed over to who may see the case, and taken back before they are sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from garant.cases import operations
from garant.cases.operations_drafts import NEW_CASE
from garant.cases.queries_files import file_content
from garant.kit.uploads import file_response, take_files
from garant.portal.access import actor_of, for_subscribers, viewer_of
from garant.portal.drafts import FIELDS, Draft
from garant.wording.sentences import refusal_lines


@never_cache
@for_subscribers
@require_safe
def show(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """A file of a case."""
    found = file_content(viewer=viewer_of(request), number=number, key=key)
    return file_response(request, name=found.name, media_type=found.media_type, content=found.content)


@for_subscribers
@require_POST
def drop(request: HttpRequest, key: str) -> HttpResponse:
    """Take back a file before it is sent; what was typed beside it is kept."""
    place, name = operations.drop_file(by=actor_of(request), key=key)
    messages.success(request, gettext("%(name)s does not go along.") % {"name": name})
    if place == NEW_CASE:
        typed = {field: request.POST[field][:20_000] for field in FIELDS if field in request.POST}
        Draft(viewer_of(request)).keep(typed)
        return redirect("new_case_what")
    if "body" in request.POST:
        operations.save_draft(by=actor_of(request), place=place, data={"body": request.POST["body"]})
    return redirect("case", number=int(place.partition(":")[2]))


def held_at(request: HttpRequest, place: str) -> list[str]:
    """Hold the files that were sent, for what is written at a place; what is wrong with those that were refused."""
    by = actor_of(request)

    def hold(name: str, content: bytes) -> object:
        return operations.hold_file(by=by, place=place, name=name, content=content)

    refused = take_files(request, hold)
    return [" ".join(refusal_lines(each)) for each in refused]
