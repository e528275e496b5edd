"""What the command palette offers: pages, kept views, cases, people and subscribers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from garant.cases import queries
from garant.core.looking import read
from garant.core.people import Viewer
from garant.core.rights import staff_for
from garant.directory.queries_finding import people_matching, subscribers_matching
from garant.directory.queries_views import views

FEW = 6


@dataclass(frozen=True, slots=True)
class Command:
    """Something to go to: its name, a word about it, its address."""

    name: str
    about: str
    href: str


Groups = tuple[tuple[str, tuple[Command, ...]], ...]


def found(viewer: Viewer, typed: str) -> Groups:
    """Groups of commands whose names have every word typed; without words the pages and kept views."""
    words = typed.lower().split()
    groups = [
        (gettext("Cases"), _cases(viewer, typed) if words else ()),
        (gettext("Go to"), _named(_pages(viewer), words)),
        (gettext("Views"), _named(_views(viewer), words)),
        (gettext("Subscribers"), _subscribers(viewer, words)),
        (gettext("People"), _people(viewer, words)),
    ]
    return tuple((name, commands) for name, commands in groups if commands)


def _named(commands: list[Command], words: list[str]) -> tuple[Command, ...]:
    return tuple(each for each in commands if all(word in each.name.lower() for word in words))


def _pages(viewer: Viewer) -> list[Command]:
    pages = [
        (gettext("Overview"), "console:overview", "read_overview"),
        (gettext("Queue"), "console:queue", "read_cases"),
        (gettext("Escalations"), "console:escalations", "read_escalations"),
        (gettext("Outbox"), "console:notices", "read_outbox"),
        (pgettext("incoming", "Mail"), "console:mails", "read_mail"),
        (gettext("Subscribers"), "console:subscribers", "read_standing"),
        (gettext("Contacts"), "console:contacts", "read_contacts"),
        (gettext("Programmes"), "console:programmes", "read_programmes"),
        (gettext("Packages"), "packages", ""),
        (gettext("Allotments"), "console:allotments", "read_allotments"),
        (gettext("Prepared replies"), "console:replies", "read_cases"),
        (gettext("Words of messages"), "console:letters", "edit_letters"),
        (gettext("Roles and rights"), "console:rights", "read_rights"),
        (gettext("Import and export"), "console:import", "import_customers"),
        (gettext("Keys"), "console:keys", "read_cases"),
        (gettext("Account"), "account", ""),
    ]
    return [
        Command(name, "", reverse(address))
        for name, address, act in pages
        if not act or viewer.staff_roles & staff_for(act)
    ]


def _views(viewer: Viewer) -> list[Command]:
    home = reverse("console:queue")
    return [Command(view.name, view.query, f"{home}?{urlencode({'q': view.query})}") for view in views(viewer)]


def _cases(viewer: Viewer, typed: str) -> tuple[Command, ...]:
    rows = list(queries.queue(viewer=viewer, look=read(typed), limit=FEW).rows)
    rows += [row for row in queries.by_number(viewer=viewer, text=typed) if row not in rows]
    home = [Command(row.subject, f"{row.number} · {row.subscriber.name}", _case(row.number)) for row in rows]
    every = Command(
        gettext("All cases that match"),
        pgettext("command", "search"),
        f"{reverse('console:queue')}?{urlencode({'q': typed})}",
    )
    return (*home, every)


def _case(number: int) -> str:
    return reverse("console:case", args=[number])


def _subscribers(viewer: Viewer, words: list[str]) -> tuple[Command, ...]:
    rows = subscribers_matching(viewer=viewer, words=words, limit=FEW)
    return tuple(Command(row.name, "", reverse("console:subscriber", args=[row.slug])) for row in rows)


def _people(viewer: Viewer, words: list[str]) -> tuple[Command, ...]:
    rows = people_matching(viewer=viewer, words=words, limit=FEW)
    cases = reverse("console:queue")
    return tuple(
        Command(
            row.name,
            row.subscriber or gettext("Support"),
            reverse("console:subscriber", args=[row.slug])
            if row.slug
            else f"{cases}?{urlencode({'q': f'who:{_quoted(row.name)}'})}",
        )
        for row in rows
    )


def _quoted(name: str) -> str:
    return f'"{name}"'
