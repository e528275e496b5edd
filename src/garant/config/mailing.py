"""The sender: it empties the outbox into a mail server, apart from everything that must not wait for one.

Each message is claimed, looked at once more (is the reader still there, may they still see it, do they want it now?),
handed over and marked. A server that is away costs no message a try: the sender pauses. A message that the server
refuses for good is dead; one that it refuses for now is tried again with growing waits.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from anymail.exceptions import AnymailError, AnymailRequestsAPIError
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from garant.cases.queries import may_see
from garant.community.queries import may_read
from garant.config.mail_settings import MailSettings, MailSettingsError
from garant.config.mail_writing import Reader, mail
from garant.core.people import NOBODY
from garant.directory.queries import people_by_id, viewer_of
from garant.directory.queries_account import AT_ONCE, IN_DIGEST, NEVER, notice_choices
from garant.journal import operations_outbox as outbox
from garant.journal.operations import database_now
from garant.journal.queries_outbox import digests_waiting
from garant.journal.views import Claimed, NoticeRow
from garant.kit.moments import zone
from garant.wording.letters import MANDATORY

log = logging.getLogger(__name__)

#: A message nobody could send for so long is given up: its news is old. The console can still send it.
TOO_OLD = timedelta(days=7)
_TOO_OLD = {"password_reset": timedelta(days=1)}
#: The hour of the reader's day at which digests are made.
DIGEST_HOUR = 8
#: Kinds about the reader's own place, which may just have ended.
_OWN = frozenset({
    "contact_removed", "contact_named", "stand_in_named", "stand_in_ended", "support_suspended", "mail_refused",
    "mail_unconfirmed"})  # fmt: skip
#: What a mail server's answer to a sender's address means when it is about the message: it is too big.
_TOO_BIG = 552


class ServerAway(Exception):
    """Nobody takes mails at the moment. `tried`: it went away over a message, which may be to blame."""

    def __init__(self, problem: str, *, tried: bool = False) -> None:
        super().__init__(problem)
        self.tried = tried


class Refused(Exception):
    """One message was not accepted; `for_good`: it never will be."""

    def __init__(self, problem: str, *, for_good: bool) -> None:
        super().__init__(problem)
        self.for_good = for_good


class Sender:
    """Sends what is due over one connection that is opened when needed. Not for several threads."""

    def __init__(self, settings: MailSettings) -> None:
        """Raises MailSettingsError when the back end can't be made of the settings."""
        self._settings = settings
        self._backend: Any = None
        try:
            self._make()
        except (ImproperlyConfigured, ImportError, TypeError) as problem:
            raise MailSettingsError(f"the mail service can't be used: {_words(problem)}") from None

    def _make(self) -> Any:
        return get_connection(self._settings.backend, **self._settings.options)

    def send_due(self, limit: int = 200, alive: Callable[[], None] = lambda: None) -> int:
        """Hand over up to `limit` messages; returns how many were. `alive` is called before each.

        Raises ServerAway when the server is: the message at hand keeps its turn. Errors of the database go through.
        """
        done = 0
        try:
            for _ in range(limit):
                alive()
                claimed = outbox.claim()
                if claimed is None:
                    break
                done += self._deal(claimed)
        finally:
            self.close()
        return done

    def _deal(self, claimed: Claimed) -> bool:
        row = claimed.notice
        reader = _reader(row)
        if reader is not None and row.kind == "digest":
            row = _narrowed(row, reader)
            claimed = replace(claimed, notice=row)
        if reader is None or not _still_theirs(row, reader):
            outbox.withhold(row.id, "reader_gone" if reader is None else "not_theirs_any_more")
            return False
        if database_now() - claimed.turn > _TOO_OLD.get(row.kind, TOO_OLD):
            outbox.bury(row.id, "too_old")
            return False
        how = _wanted(row)
        if how == NEVER:
            outbox.withhold(row.id, "not_wanted")
        elif how == IN_DIGEST:
            outbox.keep_for_digest(row.id)
        else:
            return self._send(claimed, reader)
        return False

    def _send(self, claimed: Claimed, reader: Reader) -> bool:
        row = claimed.notice
        try:
            self._hand_over(mail(row, reader, self._settings.sender, self._settings.domain))
        except ServerAway as away:
            # A message over which the server fell silent waits: the next one must not be held up by it.
            if away.tried:
                outbox.failed(row.id, str(away))
            else:
                outbox.give_back(claimed, str(away))
            raise
        except Refused as refused:
            outbox.failed(row.id, str(refused), for_good=refused.for_good)
            return False
        except (KeyError, ValueError, TypeError, LookupError) as problem:  # a letter that can't be written
            log.exception("notice %s can't be written", row.id)
            outbox.failed(row.id, f"{type(problem).__name__}: {problem}")
            return False
        outbox.sent(row.id)
        return True

    def _hand_over(self, message: EmailMultiAlternatives) -> None:
        """Give one mail to the server. Raises ServerAway or Refused."""
        backend = self._open()
        try:
            backend.send_messages([message])
        except Exception as problem:
            self._drop()
            raise _judged(problem) from problem

    def _open(self) -> Any:
        if self._backend is None:
            backend = self._make()
            try:
                backend.open()
            except (smtplib.SMTPException, OSError) as problem:
                raise ServerAway(_words(problem)) from problem
            self._backend = backend
        return self._backend

    def _drop(self) -> None:
        """Leave a connection whose state is unknown, without a word: a server that hangs would not hear it."""
        backend, self._backend = self._backend, None
        talk = getattr(backend, "connection", None)
        if isinstance(talk, smtplib.SMTP):
            talk.close()
            backend.connection = None

    def close(self) -> None:
        """Take leave of the server."""
        backend, self._backend = self._backend, None
        if backend is not None:
            try:
                backend.close()
            except (smtplib.SMTPException, OSError) as problem:
                log.warning("the mail server did not take leave: %s", _words(problem))


def _judged(problem: Exception) -> Exception:
    """What an error while handing over means: for this message, or for all of them."""
    words = _words(problem)
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in problem.recipients.values()]
        return _by_code(min(codes, default=451), words)
    if isinstance(problem, smtplib.SMTPSenderRefused) and problem.smtp_code != _TOO_BIG:
        return ServerAway(words)
    if isinstance(problem, smtplib.SMTPResponseException):
        return _by_code(int(problem.smtp_code), words)
    if isinstance(problem, AnymailRequestsAPIError) and problem.status_code in (400, 413, 422):
        return Refused(words, for_good=True)
    if isinstance(problem, AnymailError) and getattr(problem, "status_code", None) in (401, 403, 429):
        return ServerAway(words)
    if isinstance(problem, smtplib.SMTPServerDisconnected | OSError):
        return ServerAway(words, tried=True)
    return Refused(words, for_good=False)


def _by_code(code: int, words: str) -> Exception:
    if code == 421:  # the server is about to close: it says so to everybody
        return ServerAway(words)
    return Refused(words, for_good=code >= 500)


def _words(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        answers = (f"{code} {_text(answer)}" for code, answer in problem.recipients.values())
        return "; ".join(answers)
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {_text(problem.smtp_error)}"
    return f"{type(problem).__name__}: {' '.join(str(problem).split())}"[:500]


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)


def _reader(row: NoticeRow) -> Reader | None:
    """Who gets it, as they are on record now; None for somebody who is no longer there."""
    if row.person_id is None:
        return Reader(row.address, "UTC", NOBODY, known=False) if row.address else None
    person = people_by_id([row.person_id]).get(row.person_id)
    if person is None or not person.is_active:
        return None
    return Reader(person.email, person.zone, viewer_of(row.person_id), known=True)


def _still_theirs(row: NoticeRow, reader: Reader) -> bool:
    """Whether the reader may see now what the notice tells: a role may have ended since it was written."""
    if row.kind == "digest":
        return bool(row.data["items"])
    if not reader.known or row.kind in _OWN or row.subject[0] == "person" or reader.viewer.is_staff:
        return True
    if row.subject[0] == "thread":
        return may_read(viewer=reader.viewer, thread_id=row.subject[1])
    if row.subscriber_id is None or row.subscriber_id not in reader.viewer.subscribers():
        return False
    number = row.data.get("number")
    return not isinstance(number, int) or may_see(viewer=reader.viewer, number=number)


def _narrowed(row: NoticeRow, reader: Reader) -> NoticeRow:
    """A digest without what its reader may not see any more."""
    items = [item for item in row.data["items"] if reader.viewer.is_staff or _item_seen(item, reader)]
    return replace(row, data={**row.data, "items": items})


def _item_seen(item: Mapping[str, Any], reader: Reader) -> bool:
    """As a notice of its own: of an organisation that the reader belongs to, and of a case that they may read."""
    thread = item["data"].get("thread")
    if isinstance(thread, int):
        return may_read(viewer=reader.viewer, thread_id=thread)
    if item["subscriber"] not in reader.viewer.subscribers():
        return False
    number = item["data"].get("number")
    return not isinstance(number, int) or may_see(viewer=reader.viewer, number=number)


def _wanted(row: NoticeRow) -> str:
    """At once, in the digest or never; what nobody can switch off comes at once."""
    if row.person_id is None or row.kind in MANDATORY:
        return AT_ONCE
    return notice_choices(row.person_id).get(row.kind, AT_ONCE)


def make_digests(now: datetime | None = None) -> int:
    """Make the digests that are due: once a reader's day, from its morning on. Returns how many were made."""
    now = now or database_now()
    made = 0
    for person_id, oldest in digests_waiting():
        person = people_by_id([person_id]).get(person_id)
        morning = _morning(now, person.zone if person else "UTC")
        if oldest < morning <= now:
            made += outbox.gather(
                person_id=person_id,
                language=person.language if person else "en",
                before=morning,
                once=f"digest:{person_id}:{morning.date().isoformat()}",
            )
    return made


def _morning(now: datetime, zone_name: str) -> datetime:
    """The last instant at which it was the digest's hour where the reader is."""
    local = now.astimezone(zone(zone_name))
    today = datetime.combine(local.date(), time(DIGEST_HOUR), tzinfo=local.tzinfo)
    if today <= local:
        return today.astimezone(UTC)
    return datetime.combine(local.date() - timedelta(days=1), time(DIGEST_HOUR), tzinfo=local.tzinfo).astimezone(UTC)
