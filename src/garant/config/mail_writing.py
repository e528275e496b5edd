"""A notice as a mail: in the reader's language, text and HTML, with the headers that keep a case in one thread."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, formataddr
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from garant.config.accounts import reset_link
from garant.contracts.notices_contacts import link_path
from garant.core.people import Viewer
from garant.journal.queries_outbox import earlier_in_thread
from garant.journal.views import NoticeRow
from garant.portal.context import site_name
from garant.wording.letters import Letter, footer, letter, part

#: Page of a letter -> the route for staff and for the subscriber's people, and the value that goes into it.
_PAGES: Mapping[str, tuple[str, str, str]] = {
    "case": ("console:case", "case", "number"),
    "cases": ("console:queue", "home", ""),
    "escalations": ("console:escalations", "home", ""),
    "rotas": ("console:rotas", "home", ""),
    "contacts": ("console:contacts", "contacts", ""),
    "standing": ("console:subscribers", "standing", ""),
    "subscriber": ("console:subscriber", "standing", "slug"),
    "allotments": ("console:allotments", "allotments", ""),
    "account": ("account", "account", ""),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail goes to: the address, the zone of its instants, and which pages are theirs."""

    address: str
    zone: str
    viewer: Viewer
    known: bool


def mail(row: NoticeRow, reader: Reader, sender: str, domain: str) -> EmailMultiAlternatives:
    """The mail for a notice. Its Message-ID is the notice's own, the same at each try."""
    with translation.override(row.language):
        told = letter(row.kind, {**row.data, **_secret_link(row)}, reader.zone, row.language)
        link = _link(told, row, reader)
        site = site_name()
        chosen = bool(part(row.kind)) and reader.known
        text, html = _bodies(told, link, site, row.language, chosen=chosen)
    message = EmailMultiAlternatives(
        subject=" ".join(told.subject.split()),
        body=text,
        from_email=formataddr((site, sender)),
        to=[reader.address],
        headers=_headers(row, domain),
    )
    message.attach_alternative(html, "text/html")
    return message


def _secret_link(row: NoticeRow) -> dict[str, str]:
    """The link that opens something for whoever holds it, made for this mail alone."""
    if row.kind == "contact_invited":
        return {"link": f"{settings.BASE_URL}{link_path(str(row.data['seed']))}"}
    if row.kind in ("password_reset", "staff_welcome") and row.person_id is not None:
        return {"link": reset_link(row.person_id)}
    return {}


def _link(told: Letter, row: NoticeRow, reader: Reader) -> str:
    """The full address of what the letter is about, always at the configured address of the desk; empty for none."""
    if told.page == "link":
        return _secret_link(row).get("link", "")
    if told.page not in _PAGES:
        return ""
    staff, own, value = _PAGES[told.page]
    route = staff if reader.viewer.is_staff else own
    named = {value: row.data[value]} if value in row.data else {}
    for arguments in (named, {}):  # a reader's own page of it may take no value
        with contextlib.suppress(NoReverseMatch):
            return f"{settings.BASE_URL}{reverse(route, kwargs=arguments)}"
    return ""


def _bodies(told: Letter, link: str, site: str, language: str, *, chosen: bool) -> tuple[str, str]:
    automatic, choose = footer(language)
    account = f"{settings.BASE_URL}{reverse('account')}"
    lines = [*told.paragraphs, *([f"{told.action}:\n{link}"] if link else [])]
    end = f"{automatic} {choose} {account}" if chosen else automatic
    text = "\n\n".join([*lines, f"-- \n{site}\n{end}"]) + "\n"
    html = render_to_string(
        "mail/notice.html",
        {
            "letter": told,
            "link": link,
            "site": site,
            "language": language,
            "automatic": automatic,
            "choose": choose if chosen else "",
            "account": account,
        },
    )
    return text, html


def _headers(row: NoticeRow, domain: str) -> dict[str, str]:
    """Its own id, the ids it follows, and that no person wrote it (RFC 5322, RFC 3834)."""
    earlier = [_id(each, domain) for each in earlier_in_thread(row)]
    thread = [_root(row, domain), *earlier]
    return {
        "Message-ID": _id(row.message_id, domain),
        "Date": format_datetime(datetime.now(UTC)),
        **({"In-Reply-To": thread[-1], "References": " ".join(thread)} if row.subject[0] != "person" else {}),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _id(message_id: UUID, domain: str) -> str:
    return f"<{message_id}@{domain}>"


def _root(row: NoticeRow, domain: str) -> str:
    """The id of the thread itself: no mail bears it, and every mail about the same case refers to it."""
    return f"<{uuid5(NAMESPACE_URL, f'{domain}/{row.subject[0]}/{row.subject[1]}')}@{domain}>"
