"""A notice as a mail: in the reader's language, text and HTML, with the headers that keep a case in one thread."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from garant.cases import queries_mail
from garant.cases.queries import case as case_seen
from garant.config.accounts import reset_link
from garant.config.mail_threading import answers_to, headers
from garant.contracts.notices_contacts import link_path
from garant.contracts.queries import programme_of
from garant.contracts.queries_audience import audience_of
from garant.core.people import Viewer
from garant.core.refusals import NotFound
from garant.finding.queries import search
from garant.journal.queries_letters import own_words
from garant.journal.views import NoticeRow
from garant.kit.mail_tokens import asking_token, leaving_token
from garant.portal.addresses import address_of
from garant.portal.context import site_name
from garant.wording.letters import Letter, answering, footer, letter, part, suggesting
from garant.wording.sentences import sentences

#: Answers that an acknowledgement offers, and how much of the text is looked at for them.
OFFERS, OFFER_READS = 3, 400
#: Page of a letter -> the route for staff and for the subscriber's people, and the value that goes into it.
_PAGES: Mapping[str, tuple[str, str, str]] = {
    "case": ("console:case", "case", "number"),
    "cases": ("console:queue", "home", ""),
    "escalations": ("console:escalations", "home", ""),
    "rotas": ("console:rotas", "home", ""),
    "mails": ("console:mails", "home", ""),
    "contacts": ("console:contacts", "contacts", ""),
    "standing": ("console:subscribers", "standing", ""),
    "subscriber": ("console:subscriber", "standing", "slug"),
    "allotments": ("console:allotments", "allotments", ""),
    "account": ("account", "account", ""),
    "thread": ("community_short", "community_short", "thread"),
}
#: Where a route calls its argument otherwise than notices do.
_ARGUMENTS = {"thread": "thread_id"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail goes to: the address, the zone of its instants, and which pages are theirs."""

    address: str
    zone: str
    viewer: Viewer
    known: bool


def mail(row: NoticeRow, reader: Reader, sender: str, domain: str) -> EmailMultiAlternatives:
    """The mail for a notice, in the vendor's own words where there are any. Its Message-ID is the notice's own, the
    same at each try."""
    with translation.override(row.language):
        own = own_words(row.language)
        told = letter(row.kind, {**row.data, **_secret_link(row)}, reader.zone, row.language, own)
        link = _link(told, row, reader)
        site = site_name()
        chosen = bool(part(row.kind)) and reader.known
        more = _More(_why(row, reader), _said(row, reader), _answering(row, reader), _offers(row, reader))
        text, html = _bodies(told, link, site, row.language, more, chosen=chosen)
    message = EmailMultiAlternatives(
        subject=" ".join(told.subject.split()),
        body=text,
        from_email=formataddr((site, sender)),
        to=[reader.address],
        headers=headers(row, domain, _leaving(row) if chosen else ""),
    )
    message.attach_alternative(html, "text/html")
    return message


def _secret_link(row: NoticeRow) -> dict[str, str]:
    """The link that opens something for whoever holds it, made for this mail alone."""
    if row.kind == "mail_unconfirmed" and row.person_id is not None:
        path = reverse("mail_asked", args=[asking_token(int(row.data["mail"]), row.person_id)])
        return {"link": f"{settings.BASE_URL}{path}"}
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
    named = {_ARGUMENTS.get(value, value): row.data[value]} if value in row.data else {}
    for arguments in (named, {}):  # a reader's own page of it may take no value
        with contextlib.suppress(NoReverseMatch):
            return f"{settings.BASE_URL}{reverse(route, kwargs=arguments)}"
    return ""


@dataclass(frozen=True, slots=True)
class _More:
    """What stands in the mail alone: why a due time is what it is, the text that it tells of, what an answer does, and
    articles and threads (title and address) that may answer meanwhile."""

    why: tuple[str, ...]
    said: str
    answering: tuple[str, ...]
    offers: tuple[tuple[str, str], ...]


def _why(row: NoticeRow, reader: Reader) -> tuple[str, ...]:
    """The explanation of what was promised, in the acknowledgement of a case."""
    if row.kind != "case_received" or not row.data.get("due"):
        return ()
    try:
        found = case_seen(viewer=reader.viewer, number=int(row.data["number"]))
    except NotFound:
        return ()
    first = next(iter(found.periods), None)
    if first is None:
        return ()
    return tuple(sentences(first.steps, row.language, reader.zone, programme_of(found.package_key)))


def _offers(row: NoticeRow, reader: Reader) -> tuple[tuple[str, str], ...]:
    """What may answer a case that came by mail, in its acknowledgement: whoever writes at a page has seen it there."""
    if row.kind != "case_received" or reader.viewer.is_staff:
        return ()
    try:
        found = case_seen(viewer=reader.viewer, number=int(row.data["number"]))
    except NotFound:
        return ()
    if found.channel != "email":
        return ()
    text = f"{found.subject} {found.description[:OFFER_READS]}"
    result = search(text=text, language=row.language, audience=audience_of(reader.viewer), limit=OFFERS)
    return tuple(
        ("".join(part for part, _ in hit.title), f"{settings.BASE_URL}{address_of(hit.kind, hit.ref)}")
        for hit in result.hits
    )


def _said(row: NoticeRow, reader: Reader) -> str:
    """The text that a notice tells of, as far as its reader may read it."""
    message = row.data.get("message")
    return queries_mail.message_text(viewer=reader.viewer, message_id=message) if isinstance(message, int) else ""


def _answering(row: NoticeRow, reader: Reader) -> tuple[str, ...]:
    return answering(row.language, staff=reader.viewer.is_staff) if answers_to(row) else ()


def _leaving(row: NoticeRow) -> str:
    """The page that switches a kind of notice off for its reader; empty where there is no account."""
    if row.person_id is None:
        return ""
    return f"{settings.BASE_URL}{reverse('notice_off', args=[leaving_token(row.person_id, row.kind)])}"


def _bodies(told: Letter, link: str, site: str, language: str, more: _More, *, chosen: bool) -> tuple[str, str]:
    automatic, choose = footer(language)
    account = f"{settings.BASE_URL}{reverse('account')}"
    why = "\n".join(f"- {line}" for line in more.why)
    said = "\n".join(f"    {line}".rstrip() for line in more.said.split("\n")) if more.said else ""
    offers = "\n\n".join(f"- {title}\n  {address}" for title, address in more.offers)
    offered = f"{suggesting(language)}\n\n{offers}" if offers else ""
    lines = [
        *told.paragraphs,
        why,
        said,
        offered,
        *([f"{told.action}:\n{link}"] if link else []),
        " ".join(more.answering),
    ]
    end = f"{automatic} {choose} {account}" if chosen else automatic
    text = "\n\n".join([*filter(None, lines), f"-- \n{site}\n{end}"]) + "\n"
    html = render_to_string(
        "mail/notice.html",
        {
            "letter": told,
            "more": more,
            "suggesting": suggesting(language),
            "link": link,
            "site": site,
            "language": language,
            "automatic": automatic,
            "choose": choose if chosen else "",
            "account": account,
        },
    )
    return text, html
