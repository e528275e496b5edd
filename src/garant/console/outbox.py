"""How messages of the outbox stand, in words."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from garant.journal.views import NOTICE_STATES

#: The states in the order in which the page offers them: first what needs somebody.
STATES = ("dead", *(each for each in NOTICE_STATES if each != "dead"))


def state_words(state: str) -> str:
    """A state in words; the code itself for an unknown one."""
    return {
        "waiting": pgettext("notice", "Waiting"),
        "sent": pgettext("notice", "Sent"),
        "digest": pgettext("notice", "For the next digest"),
        "digested": pgettext("notice", "In a digest"),
        "withheld": pgettext("notice", "Not sent"),
        "dead": pgettext("notice", "Given up"),
    }.get(state, state)


def problem_words(problem: str) -> str:
    """Why a message was not sent; the mail server's own words as they stand."""
    return {
        "reader_gone": gettext("Its reader isn't on record any more."),
        "not_theirs_any_more": gettext("Its reader may not see any more what it is about."),
        "not_wanted": gettext("Its reader doesn't want messages of this kind."),
        "too_old": gettext("Nobody could send it for so long that its news is old."),
    }.get(problem, problem)
