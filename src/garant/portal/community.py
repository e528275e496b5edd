"""What pages of the community need: their access, addresses, words, and texts as HTML."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from garant.community.queries import may_write
from garant.community.views import PostView, ThreadRow, ThreadView, Who
from garant.core.refusals import NotFound
from garant.kit.forms import UnknownFields
from garant.kit.manners import address as absolute
from garant.kit.markdown import plain, rendered
from garant.portal.access import viewer_of
from garant.portal.forms_community import AnswerForm, CommentForm, FlagForm

View = Callable[..., HttpResponse]
SECTION = {"section": "community"}
_HEADING = re.compile(r'<h([2-6]) id="[^"<>]*">')


def for_everybody(view: View) -> View:
    """A page that needs no account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except UnknownFields as wrong:
            text = gettext("The form has no field %(names)s.") % {"names": ", ".join(wrong.names)}
            return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")

    return guarded


def for_writers(view: View) -> View:
    """Only for people who may write: visitors sign in first, for others the page does not exist."""

    @for_everybody
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            # What follows a sign-in is a page: an act's address would only answer 405.
            target = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("community")
            return redirect_to_login(target)
        if not may_write(viewer_of(request)):
            raise NotFound("page")
        return view(request, *args, **kwargs)

    return guarded


def address(row: ThreadRow) -> str:
    """The one address of a thread, as a path."""
    return reverse("community_thread", args=[row.id, row.slug])


@dataclass(slots=True)
class Shown:
    """A post on its page: its text as HTML and the forms beside it."""

    post: PostView
    html: SafeString
    comment_form: Form
    flag_form: Form
    comments: list[Shown]

    @property
    def open(self) -> bool:
        """Whether its form for comments stays open: something is wrong with what was typed."""
        return self.comment_form.is_bound


def shown(view: ThreadView, bound: dict[tuple[str, int], Form]) -> tuple[Shown, list[Shown]]:
    """The opening and the answers of a page; `bound`: a form that came back, by kind and post."""
    return _shown(view.opening, bound), [_shown(post, bound) for post in view.answers]


def _shown(post: PostView, bound: dict[tuple[str, int], Form]) -> Shown:
    return Shown(
        post,
        html_of(post.body),
        bound.get(("comment", post.id)) or CommentForm(auto_id=f"c{post.id}_%s"),
        bound.get(("flag", post.id)) or FlagForm(auto_id=f"f{post.id}_%s"),
        [_shown(each, bound) for each in post.comments],
    )


def html_of(text: str) -> SafeString:
    """A post as HTML. Headings have no ids: several posts of a page may have the same ones."""
    return mark_safe(_HEADING.sub(r"<h\1>", rendered(text).html))  # noqa: S308 - "<" of a text is never bare here


def answer_form(bound: dict[tuple[str, int], Form]) -> Form:
    """The form below the answers."""
    return bound.get(("answer", 0)) or AnswerForm(auto_id="a_%s")


def name_of(who: Who) -> str:
    """A name for where no link stands."""
    return gettext("former member") if who.gone else who.name


def kind_names() -> dict[str, str]:
    """The kinds of threads as tabs."""
    return {
        "": pgettext("threads", "All"),
        "question": gettext("Questions"),
        "discussion": gettext("Discussions"),
        "idea": gettext("Ideas"),
    }


def state_names() -> dict[str, str]:
    """The states that lists are narrowed to."""
    return {
        "": pgettext("threads", "Any state"),
        "unanswered": gettext("Without an answer"),
        "open": gettext("Not solved"),
        "answered": pgettext("thread", "Solved"),
        "locked": pgettext("thread", "Locked"),
        **idea_states(),
    }


def idea_states() -> dict[str, str]:
    """What can become of an idea."""
    return {
        "proposed": pgettext("idea", "Proposed"),
        "planned": pgettext("idea", "Planned"),
        "done": pgettext("idea", "Done"),
        "declined": pgettext("idea", "Declined"),
    }


def linked_data(view: ThreadView) -> dict[str, Any]:
    """The page of a question as schema.org has it; nothing for what is no question."""
    if view.row.kind != "question":
        return {}
    answers = [_answer(post) | {"url": absolute(f"{address(view.row)}#p{post.id}")} for post in view.answers]
    accepted = [one for one, post in zip(answers, view.answers, strict=True) if post.accepted]
    question: dict[str, Any] = {
        **_answer(view.opening),
        "@type": "Question",
        "name": view.row.title,
        "inLanguage": view.row.language,
        "answerCount": len(answers),
        "suggestedAnswer": [one for one, post in zip(answers, view.answers, strict=True) if not post.accepted],
        **({"acceptedAnswer": accepted[0]} if accepted else {}),
    }
    return {"@type": "QAPage", "mainEntity": question}


def _answer(post: PostView) -> dict[str, Any]:
    return {
        "@type": "Answer",
        "text": plain(post.body),
        "upvoteCount": post.votes,
        "dateCreated": post.at.isoformat(timespec="seconds"),
        "author": {"@type": "Person", "name": name_of(post.author)},
    }


@dataclass(frozen=True, slots=True)
class Line:
    """A line of two texts side by side: "+" is new, "-" is gone, "" is in both."""

    mark: str
    text: str


def differences(before: str, after: str) -> list[Line]:
    """What was changed, line by line; unchanged lines that stand far off are left out."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    body = [line for line in list(lines)[2:] if not line.startswith("@@")]
    return [Line(line[:1].strip(), line[1:]) for line in body]
