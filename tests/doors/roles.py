"""The roles beside the matrix's own six people: each answers like one of them, save where the rights say otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from desk_cast import Cast, person
from matrix import PEOPLE, Row

from garant.core.people import SYSTEM
from garant.directory import operations as directory
from garant.directory.models import Person

#: Whom of the matrix's people a role is like. All of a subscriber's roles here are held for organisation A.
LIKE = {
    "senior_advisor": "agent",
    "named_advisor": "agent",
    "programme_owner": "agent",
    "trainer": "agent",
    "finance": "agent",
    "administrator": "viewer",
    "executive": "viewer",
    "learner": "viewer",
}
#: Who reads the desk without working on cases.
READERS = frozenset({"programme_owner", "trainer", "finance"})
STAFF = READERS | {"senior_advisor", "named_advisor"}

#: The routes of those who work on cases: for readers they are shut.
WORK = frozenset(
    f"console:{name}"
    for name in (
        "bulk-assign", "bulk-undo", "case-others", "send", "draft", "file-drop", "assign", "assign-by-rule", "wait",
        "close", "reopen", "reply-insert", "case-new", "case-link", "case-unlink", "case-merge", "case-split",
        "severity-propose", "severity-withdraw", "report-verify", "recreate-ask", "recreate-outcome", "sender-confirm",
        "escalation-acknowledge", "escalation-hand-over", "contact-invite", "contact-name", "contact-remove",
        "contact-back", "contact-withdraw", "staff-absence", "absence-end", "rota-hand-over", "notices", "notice",
        "mails", "mail", "mail-source", "mail-html", "mail-file", "mail-release", "mail-discard",
        "community", "community-post", "community-thread", "case-articles", "case-article-insert",
    )
)  # fmt: skip
#: Writing help articles: beside those who work on cases only the programme's owner does.
WRITING = frozenset(
    f"console:{name}"
    for name in (
        "articles", "article-gaps", "article-new", "article", "article-keep", "article-files", "article-text",
        "article-act",
        "article-history", "article-section", "article-archive",
    )
)  # fmt: skip
#: What only those who publish help articles may do.
PUBLISHING = frozenset({"console:article-section", "console:article-archive"})
#: The routes that a role shares with managers.
LED: Mapping[str, frozenset[str]] = {
    "senior_advisor": PUBLISHING,
    "finance": frozenset({
        "console:subscriber-fact", "console:subscriber-suspend", "console:subscriber-reinstate", "console:facts-file",
        "console:allotment-grant", "console:allotment-correct", "console:export",
    }),
    "programme_owner": frozenset({
        "console:programmes", "console:programme-draft", "console:programme-begin", "console:programme-form",
        "console:programme-publish", "console:programme-discard", "console:calendar-edit", "console:policy-trial",
        "console:allotment-grant", "console:allotment-correct", *PUBLISHING,
    }),
    "trainer": frozenset({"console:contact-train"}),
}  # fmt: skip
#: What else is shut to one reader only: trainers book days, the others don't.
SHUT = {
    "finance": frozenset({"console:allotment-book"}) | WRITING,
    "programme_owner": frozenset({"console:allotment-book"}),
    "trainer": WRITING,
}

#: The answers to GET and to POST where a subscriber's role differs from the viewer's.
DIFFERENT: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "administrator": {
        "contact_name": (200, 422),
        "contact_colleague": (200, 422),
        "contact_change": (200, 422),
        "contact_role": (405, 302),
        "contact_remove": (405, 302),
        "contact_back": (405, 302),
    },
    "learner": {
        "case": (404, 405),
        "allotment": (404, 405),
        "allotment_export": (404, 405),
        "contacts": (200, 405),
        "contacts_of": (404, 405),
        **{
            f"case_{act}": (405, 404)
            for act in (
                "reply", "reopen", "raise", "answer_proposal", "recreate", "solved", "rate", "escalate", "adopt",
                "follow",
            )
        },
    },
}  # fmt: skip


def answers(rows: Mapping[str, Row], role: str) -> Mapping[str, Row]:
    """What each route answers to somebody with that role alone."""
    return {name: Row(*_pair(name, row, role), row.arguments) for name, row in rows.items()}


def _pair(name: str, row: Row, role: str) -> tuple[tuple[int | str, ...], tuple[int | str, ...]]:
    if name in DIFFERENT.get(role, {}):
        get, post = DIFFERENT[role][name]
        return (get,), (post,)
    if name in SHUT.get(role, ()) or (role in READERS and name in WORK):
        return (403,), (403,)
    place = PEOPLE.index("manager" if name in LED.get(role, ()) else LIKE[role])
    return row.get[place : place + 1], row.post[place : place + 1]


def holders(cast: Cast) -> Mapping[str, Person]:
    """One person for each role, who holds it alone."""
    found = {}
    for role in LIKE:
        found[role] = person(role.replace("_", " ").title(), f"{role}@people.example")
        for_whom = None if role in STAFF else cast.subscriber_a
        directory.give_role(by=SYSTEM, person_id=found[role].pk, role=role, subscriber_id=for_whom)
    return found
