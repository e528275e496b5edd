"""Filing a case: one admission for every door, one number, one promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from garant.cases import scope
from garant.cases.admission import Entry, enter
from garant.cases.events import events_of
from garant.cases.mail_telling import may_answer
from garant.cases.models import Case, Draft
from garant.cases.numbers import free_number
from garant.cases.operations_assigning import give_out
from garant.cases.operations_drafts import NEW_CASE, drop_draft, save_draft
from garant.cases.operations_files import held_sizes, sent_along
from garant.cases.standing import stretches_since
from garant.cases.texts import LONGEST_SUBJECT, case_digest, cleaned
from garant.cases.timing import CASE_COLUMNS, bring_into_line, replayed
from garant.cases.views import Filed
from garant.contracts import queries as contracts
from garant.contracts.decided import hold_entitlement
from garant.contracts.queries_standing import whom_to_ask
from garant.contracts.queries_terms import hold_calendars
from garant.core.clocks import CaseClock
from garant.core.people import SYSTEM, Actor
from garant.core.refusals import Refusal
from garant.directory import queries as directory
from garant.journal import operations as journal
from garant.journal.queries import entries_of

__all__ = ["file_case"]

#: A number drawn twice at once is drawn again this often.
DRAWS = 5
#: Longest names of a product and of its version, in characters.
LONGEST_PRODUCT, LONGEST_VERSION = 80, 40


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody filled in, as typed. `product` and `version` empty: not said."""

    subject: str
    description: str
    severity: str
    request_type: str
    steps: str
    expected: str
    actual: str
    environment: str
    product: str = ""
    version: str = ""

    def plain(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def file_case(
    *,
    by: Actor,
    person_id: int,
    subscriber_id: int,
    subject: str,
    description: str,
    severity: str,
    request_type: str,
    steps: str = "",
    expected: str = "",
    actual: str = "",
    environment: str = "",
    product: str = "",
    version: str = "",
    channel: str = "web",
    contract_id: int | None = None,
    once: str | None = None,
    at: datetime | None = None,
    place: str = NEW_CASE,
    verified: bool = True,
) -> Filed:
    """File a case of `person_id` for a subscriber, admitted or held; its promise is in the answer.

    `by` is that person, or staff who take a call. `once`: the form's token; the same one again gives the same case.
    `contract_id`: under which of the subscriber's contracts (None: the one that the person is a contact of).
    `at`: the receipt of an imported case, or of a mail. `place`: where files are held for it, and what was typed is
    kept when the case is refused, as the person's draft; mails have a place of their own and keep no draft.
    `verified` False: nobody knows yet whether the person sent it; the case is held. Raises Refusal with rule and
    remedy when the case may not be opened.
    """
    typed = Typed(subject, description, severity, request_type, steps, expected, actual, environment, product, version)
    body = {**typed.plain(), "person": person_id, "subscriber": subscriber_id, "channel": channel}
    if contract_id is not None:
        body["contract"] = contract_id
    try:
        with transaction.atomic(), journal.once(scope=f"person:{by.id}/file_case", key=once, body=body) as attempt:
            if attempt.result is not None:
                return _again(attempt.result)
            filed = _file(by, person_id, subscriber_id, typed, channel, at, contract_id, place, verified=verified)
            attempt.keep({"number": filed.number, "held": filed.held_reason, "warnings": list(filed.warnings)})
            return filed
    except Refusal as refusal:
        # Nothing of the refused case was written; what was typed is kept all the same, in a transaction of its own.
        if refusal.code != "idempotency_key_reused" and by.id is not None and place == NEW_CASE:
            _keep(by, by.id, typed, subscriber_id)
        raise


def _keep(by: Actor, person_id: int, typed: Typed, subscriber_id: int) -> None:
    """Keep what was typed beside what the form had kept before."""
    kept = Draft.objects.filter(person_id=person_id, place=NEW_CASE).first()
    known = subscriber_id if subscriber_id in directory.viewer_of(person_id).subscribers() else None
    save_draft(by=by, place=NEW_CASE, data={**(kept.data if kept else {}), **typed.plain()}, subscriber_id=known)


def _again(result: Mapping[str, Any]) -> Filed:
    """The answer to a repetition: the same case, its promise as it stands."""
    case = Case.objects.get(number=result["number"])
    clock = replayed(entries_of(("case", case.pk)), contracts.terms())
    return _filed(case, clock, tuple(result["warnings"]))


def _file(
    by: Actor,
    person_id: int,
    subscriber_id: int,
    typed: Typed,
    channel: str,
    at: datetime | None,
    contract_id: int | None,
    place: str,
    *,
    verified: bool,
) -> Filed:
    if verified:
        _may_file(by, person_id, subscriber_id)
    hold_entitlement(subscriber_id)
    now = hold_calendars()
    received = _receipt(at, now)
    holder = by if verified else Actor("person", person_id)
    entry = enter(
        person_id,
        subscriber_id,
        received,
        channel,
        typed.severity,
        typed.request_type,
        contract_id,
        product=typed.product.strip(),
        release=typed.version.strip(),
        files=held_sizes(holder, place),
        verified=verified,
    )
    case, clock = _opened(by, person_id, subscriber_id, typed, channel, received, entry, {}, (holder, place))
    if (at is None or channel == "email") and not entry.held:
        give_out(case, received)
    # Nothing that an unconfirmed sender wrote is mailed to anybody, and two machines that write to each other end.
    if verified and (channel != "email" or may_answer(person_id, "")):
        _acknowledge(case, clock, directory.viewer_of(person_id).language)
    if place == NEW_CASE:
        drop_draft(by=by, place=place)
    return _filed(case, clock, entry.warnings)


def opened_case(
    *,
    by: Actor,
    person_id: int,
    subscriber_id: int,
    typed: Typed,
    channel: str,
    received: datetime,
    contract_id: int,
    package_key: str,
    held: str | None,
    more: Mapping[str, Any],
) -> tuple[Case, CaseClock]:
    """A case that another act brings about, such as a split: stored, journalled, timed from `received`.

    Nobody's admission is asked; `held` and the terms are what the act found. `more`: further data of its first entry.
    """
    entry = Entry(contract_id, package_key, held, ())
    return _opened(by, person_id, subscriber_id, typed, channel, received, entry, more)


def _opened(
    by: Actor,
    person_id: int,
    subscriber_id: int,
    typed: Typed,
    channel: str,
    received: datetime,
    entry: Entry,
    more: Mapping[str, Any],
    files_from: tuple[Actor, str] | None = None,
) -> tuple[Case, CaseClock]:
    """The case with its first entries, its clocks worked out; with the files that somebody holds at a place."""
    case = _stored(person_id, subscriber_id, typed, channel, received, entry)
    files = sent_along(case, files_from[0], files_from[1:]) if files_from else {}
    opened = journal.append(
        subject=("case", case.pk),
        kind="case_opened",
        by=by,
        at=received,
        subscriber_id=subscriber_id,
        data={**_opened_data(case, entry), **files, **more},
    )
    written = [opened]
    for kind, at in stretches_since(subscriber_id, received, entry.held):
        written.append(
            journal.append(
                subject=("case", case.pk),
                kind=kind,
                by=SYSTEM,
                at=at,
                subscriber_id=subscriber_id,
                data={},
            )
        )
    terms = contracts.terms()
    clock = replayed(written, terms)
    bring_into_line(case, {}, clock, events_of(written), terms)
    case.save(update_fields=CASE_COLUMNS)
    return case, clock


def _may_file(by: Actor, person_id: int, subscriber_id: int) -> None:
    """People file for themselves; staff also for a contact who called."""
    viewer = scope.viewer_of(by)
    if by.id == person_id:
        return
    if viewer.staff_roles & scope.ANSWERING:
        # A case goes to its contact in mails and on pages: it is of the organisation that the person belongs to.
        if subscriber_id not in directory.viewer_of(person_id).subscribers():
            raise Refusal("may_not_read", "cases_stay_with_their_subscriber", "choose_colleague")
        return
    raise Refusal("not_allowed", "people_file_for_themselves", "ask_authorized_contact", {"act": "file_case"})


def _receipt(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at.utcoffset() is None:
        raise ValueError("a receipt needs an offset")
    if at > now:
        raise Refusal("instant_ahead", "acts_lie_in_the_past", "check_instant", {"at": at, "now": now})
    return at


def _stored(person_id: int, subscriber_id: int, typed: Typed, channel: str, received: datetime, entry: Entry) -> Case:
    texts = {
        "subject": " ".join(cleaned(typed.subject, field="subject", longest=LONGEST_SUBJECT).split()),
        "description": cleaned(typed.description, field="description"),
        **{
            name: cleaned(getattr(typed, name), field=name, required=False)
            for name in ("steps", "expected", "actual", "environment")
        },
        "product": cleaned(typed.product, field="product", required=False, longest=LONGEST_PRODUCT),
        "version": cleaned(typed.version, field="version", required=False, longest=LONGEST_VERSION),
    }
    for _ in range(DRAWS):
        try:
            with transaction.atomic():
                return Case.objects.create(
                    number=free_number(),
                    subscriber_id=subscriber_id,
                    contract_id=entry.contract_id,
                    opened_by_id=person_id,
                    request_type=typed.request_type,
                    channel=channel,
                    received_at=received,
                    severity=typed.severity,
                    package_key=entry.package_key,
                    held_reason=entry.held or "",
                    last_activity_at=received,
                    **texts,
                )
        except IntegrityError as clash:
            if "number" not in str(clash):
                raise
    raise Refusal("no_number", "numbers_are_unique", "try_again")


def _opened_data(case: Case, entry: Entry) -> dict[str, Any]:
    """Codes and ids only: the text itself stands in the case, its digest here."""
    data: dict[str, Any] = {
        "number": case.number,
        "severity": case.severity,
        "package": case.package_key,
        "by": "contact",
        "request_type": case.request_type,
        "channel": case.channel,
        "contact": case.opened_by_id,
        "contract": case.contract_id,
        "sha256": case_digest(case),
    }
    if entry.held:
        data["held"] = entry.held
    if entry.warnings:
        data["warnings"] = list(entry.warnings)
    return data


def _acknowledge(case: Case, clock: CaseClock, language: str) -> None:
    """Tell the contact that the case arrived. Automatic, so it answers nothing: the clock runs on (clock.md 4)."""
    journal.put_notice(
        once=f"case_received:{case.pk}",
        kind="case_received",
        person_id=case.opened_by_id,
        language=language,
        subject=("case", case.pk),
        subscriber_id=case.subscriber_id,
        data={
            "number": case.number,
            "subject": case.subject,
            "severity": case.severity,
            "held": clock.held,
            "ask": whom_to_ask() if clock.held == "standing" else "",
            "due": clock.next_due.isoformat() if clock.next_due else None,
        },
    )


def _filed(case: Case, clock: CaseClock, warnings: tuple[str, ...]) -> Filed:
    first = next(iter(clock.periods), None)
    return Filed(case.number, clock.held, clock.next_due, first.steps if first else (), warnings)
