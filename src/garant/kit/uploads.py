"""Files of a request: read one by one, each with what is wrong with it; and handed over as what they are."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from garant.core.files import LARGEST, too_large
from garant.core.refusals import Refusal
from garant.kit.file_types import is_picture
from garant.kit.forms import FILES

#: A file may do nothing in a browser: no script, no form, nothing loaded, even when somebody opens it as a page.
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"


def take_files(request: HttpRequest, hold: Callable[[str, bytes], object]) -> list[Refusal]:
    """Give every file that was sent to `hold`; returns why some were refused. One bad file costs itself only.

    What is larger than any file may be is refused before it is read.
    """
    refused = []
    for sent in request.FILES.getlist(FILES):
        try:
            if sent.size is not None and sent.size > LARGEST:
                raise too_large(sent.name or "")
            hold(sent.name or "", sent.read(LARGEST + 1))
        except Refusal as why:
            refused.append(why)
    return refused


def file_response(request: HttpRequest, *, name: str, media_type: str, content: bytes) -> HttpResponse:
    """A file as a download; a picture inside a page where the page asks for it (`?shown`). Nobody else may keep it."""
    shown = "shown" in request.GET and is_picture(media_type)
    response = HttpResponse(content, content_type=media_type)
    disposition = content_disposition_header(as_attachment=not shown, filename=name)
    response.headers["Content-Disposition"] = str(disposition)
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
