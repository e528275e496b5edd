"""The keys of the console, as a page; with a script the same text opens as a dialog."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from garant.console.access import staff_only
from garant.console.desk import page


@staff_only("GET", act="read_cases")
def show(request: HttpRequest) -> HttpResponse:
    """All keys."""
    return page(request, "console/keys.html", section="keys", lists=_lists())


def _lists() -> list[tuple[str, list[tuple[list[str], str]]]]:
    return [
        (
            gettext("Everywhere"),
            [
                (["/"], gettext("search cases by number, words or operators")),
                (["g", "q"], gettext("go to the queue")),
                (["g", "e"], gettext("go to the escalations")),
                (["g", "n"], gettext("go to the notices")),
                (["Ctrl", "K"], gettext("go to any page, case, person or subscriber")),
                (["?"], gettext("show these keys")),
                (["Esc"], gettext("leave a field or this list")),
            ],
        ),
        (
            gettext("In a list"),
            [
                (["j"], gettext("next line")),
                (["k"], gettext("line before")),
                (["Enter"], gettext("open the case")),
                (["x"], gettext("choose the case, for acts on several")),
                (["a"], gettext("give the chosen cases to somebody")),
            ],
        ),
        (
            gettext("On a case"),
            [
                (["r"], gettext("write a public reply")),
                (["n"], gettext("write an internal note")),
                (["c"], gettext("log a call")),
                (["a"], gettext("assign")),
                (["s"], gettext("propose another severity")),
                (["w"], gettext("show why it is due then")),
                (["Ctrl", "Enter"], gettext("send what is written")),
            ],
        ),
    ]
