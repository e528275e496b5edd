"""What both sides agree on about a case, in words: how far a report is, what another case is to it."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext


def verification_name(state: str) -> str:
    """What the vendor says of the report."""
    return {
        "reported": pgettext("report", "reported"),
        "verified": pgettext("report", "verified by support"),
        "not_an_error": pgettext("report", "not an error"),
    }.get(state, state)


def recreation_name(state: str) -> str:
    """How far recreating the error is; empty when nobody asked."""
    return {
        "": "",
        "asked": gettext("support asks for your help"),
        "answered": gettext("your answers are with support"),
        "reproduced": gettext("support can see the same error"),
        "not_reproduced": gettext("support could not see the error"),
    }.get(state, state)


def link_name(kind: str) -> str:
    """What another case is to this one."""
    return {
        "related": gettext("Related"),
        "duplicate": gettext("The same once more"),
        "merged_into": gettext("It goes on in"),
        "absorbed": gettext("Also holds"),
        "split_from": gettext("Came out of"),
        "split_off": gettext("Led to"),
    }.get(kind, kind)


def field_name(name: str) -> str:
    """A part of a report, inside a sentence."""
    return {
        "description": gettext("a description"),
        "steps": gettext("the steps"),
        "expected": gettext("what you expected"),
        "actual": gettext("what happened instead"),
        "environment": gettext("where it happens"),
        "product": gettext("the product"),
        "version": gettext("the version"),
    }.get(name, name)
