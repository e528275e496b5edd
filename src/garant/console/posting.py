"""One way for a form of a page: read it, act, go back; problems come back as the page with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext

from garant.core.refusals import NotFound, Refusal
from garant.kit.forms import StrictForm, UnknownFields
from garant.wording.sentences import refusal_lines

Form = TypeVar("Form", bound=StrictForm)


def posted(
    request: HttpRequest,
    make: Callable[[Any], Form],
    run: Callable[[Form], str],
    again: Callable[[Form], HttpResponse],
    back: str,
) -> HttpResponse:
    """Act on a sent form. `run` acts and says what was done; `again` shows the page with the form's problems; `back` is
    where a done act goes. A field the form doesn't know: 400. Something that isn't there: 404."""
    try:
        form = make(request.POST)
    except UnknownFields as wrong:
        text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
        return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
    if not form.is_valid():
        return again(form)
    try:
        told = run(form)
    except NotFound:
        raise Http404(gettext("There is no such thing here.")) from None
    except Refusal as refusal:
        form.add_error(None, " ".join(refusal_lines(refusal)))
        return again(form)
    messages.success(request, told)
    return redirect(back)
