"""Cases that belong together: linked, merged, split; and the people who follow one without having opened it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from garant.cases import scope
from garant.cases.acting import Act, acting
from garant.cases.consequences import tell
from garant.cases.models import Case
from garant.cases.models_talk import CaseLink, Follower
from garant.cases.operations_filing import Typed, opened_case
from garant.cases.repeating import repeatable
from garant.cases.terms import open_severities
from garant.cases.texts import cleaned
from garant.cases.views import Done
from garant.contracts.decided import hold_entitlement
from garant.contracts.queries import parse_key
from garant.contracts.queries_changes import key_for_case
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory import queries as directory

__all__ = ["LINKS", "follow_case", "link_cases", "merge_case", "split_case", "unfollow_case", "unlink_cases"]

#: Links that people make; `merged_into` and `split_from` come from those acts only.
LINKS = ("related", "duplicate")


def link_cases(*, by: Actor, number: int, other: int, kind: str = "related", once: str | None = None) -> Done:
    """Say that two cases belong together; a customer sees the link only to cases that they may read.

    The same link again changes nothing. Raises NotFound when the person may not see one of them.
    """

    def act_on() -> Done:
        with transaction.atomic():
            # The link refers to both rows: two people who link them from either side would wait for each other.
            _hold_both(scope.viewer_of(by), number, other)
            with acting(name="link_cases", by=by, number=number) as act:
                to = _other(act, other)
                if kind not in LINKS:
                    raise Refusal("link_unknown", "links_have_kinds", "choose_link")
                _, made = CaseLink.objects.get_or_create(
                    case=act.case, other=to, kind=kind, defaults={"by_id": act.by.id, "at": act.at}
                )
                if made:
                    act.record("case_linked", {"ref": to.number, "link": kind})
        return act.done()

    return repeatable("link_cases", by, once, {"number": number, "other": other, "kind": kind}, act_on)


def unlink_cases(*, by: Actor, number: int, other: int, once: str | None = None) -> Done:
    """Take a link back that people made, in whichever direction it was made; what merged or split stays."""

    def act_on() -> Done:
        with acting(name="link_cases", by=by, number=number) as act:
            to = _other(act, other)
            both = CaseLink.objects.filter(case__in=(act.case, to), other__in=(act.case, to), kind__in=LINKS)
            if both.delete()[0]:
                act.record("case_unlinked", {"ref": to.number})
        return act.done()

    return repeatable("unlink_cases", by, once, {"number": number, "other": other}, act_on)


def _other(act: Act, number: int) -> Case:
    """The other case, which the person must be able to see. Raises NotFound, Refusal `same_case`."""
    found = scope.visible(act.viewer).filter(number=number).first() if 0 < number < 2**63 else None
    if found is None:
        raise NotFound("case")
    if found.pk == act.case.pk:
        raise Refusal("same_case", "two_cases_are_two", "choose_another_case", {"number": number})
    return found


def merge_case(*, by: Actor, number: int, into: int, once: str | None = None) -> Done:
    """Merge a case into another of the same subscriber: `into` keeps its clocks, this one is closed as merged and
    never alarms again (clock.md 19). Its contact and followers follow the surviving case.

    Of two merges in opposite directions at once one happens and the other is refused (`merged`).
    """

    def act_on() -> Done:
        with transaction.atomic():
            _hold_both(scope.viewer_of(by), number, into)
            with acting(name="merge_cases", by=by, number=number) as act:
                surviving = _surviving(act, into)
                CaseLink.objects.create(case=act.case, other=surviving, kind="merged_into", by_id=by.id, at=act.at)
                act.record("case_merged", {"ref": into})
            with acting(name="link_cases", by=by, number=into) as kept:
                kept.record("case_absorbed", {"ref": number})
                _take_over(act, kept.case)
        return act.done()

    return repeatable("merge_case", by, once, {"number": number, "into": into}, act_on)


def _hold_both(viewer: Any, *numbers: int) -> None:
    """Lock both rows in one order, whichever merge asks: opposite ones can't wait for each other."""
    real = [number for number in numbers if 0 < number < 2**63]
    list(scope.visible(viewer).filter(number__in=real).select_for_update(of=("self",)).order_by("pk"))


def _surviving(act: Act, into: int) -> Case:
    to = _other(act, into)
    if to.subscriber_id != act.case.subscriber_id:
        raise Refusal("other_subscriber", "cases_stay_with_their_subscriber", "link_instead")
    if to.state == "merged":
        raise Refusal("merged", "acts_by_state", "use_surviving_case", {"number": into})
    if to.state in ("resolved", "closed") and act.case.state not in ("resolved", "closed"):
        raise Refusal("surviving_case_not_open", "open_work_goes_on", "reopen_first", {"number": into})
    return to


def _take_over(act: Act, surviving: Case) -> None:
    """The absorbed case's people hear of the surviving one, and are told where it went on."""
    people = set(Follower.objects.filter(case=act.case).values_list("person_id", flat=True)) | {act.case.opened_by_id}
    people.discard(surviving.opened_by_id)
    Follower.objects.bulk_create(
        [
            Follower(case=surviving, subscriber_id=surviving.subscriber_id, person_id=person, since=act.at)
            for person in sorted(people)
        ],
        ignore_conflicts=True,
    )
    tell(act.case, [act.case.opened_by_id], "case_merged", f"case_merged:{act.case.pk}", {"ref": surviving.number})


def split_case(
    *,
    by: Actor,
    number: int,
    subject: str,
    description: str,
    severity: str | None = None,
    request_type: str | None = None,
    once: str | None = None,
) -> Done:
    """Make a second case out of part of one: it starts its own clocks now, and no outcome is copied (clock.md 19).

    It belongs to the same contact and contract; `severity` and `request_type` None: those of the first case. Returns
    the new case.
    """
    asked = {
        "number": number, "subject": subject, "description": description, "severity": severity,
        "request_type": request_type,
    }  # fmt: skip

    def act_on() -> Done:
        with transaction.atomic():
            hold_entitlement(_subscriber_of(by, number))
            with acting(name="split_case", by=by, number=number) as act:
                _check_choice(act, severity, request_type)
                new, due = _split(act, asked)
                CaseLink.objects.create(case=new, other=act.case, kind="split_from", by_id=by.id, at=act.at)
                act.record("case_split", {"ref": new.number})
            return Done(new.number, new.state, new.severity, due, act.at)

    return repeatable("split_case", by, once, asked, act_on)


def _subscriber_of(by: Actor, number: int) -> int:
    found = scope.visible(scope.viewer_of(by)).filter(number=number) if 0 < number < 2**63 else Case.objects.none()
    subscriber = found.values_list("subscriber_id", flat=True).first()
    if subscriber is None:
        raise NotFound("case")
    return int(subscriber)


def _check_choice(act: Act, severity: str | None, request_type: str | None) -> None:
    document, package = act.terms.programme(act.case.package_key), parse_key(act.case.package_key).package
    levels = open_severities(act.terms, act.case.package_key)
    if severity is not None and severity not in levels:
        raise Refusal("severity_not_in_tier", "severities_of_the_package", "use_offered_severity", {"offered": levels})
    if severity is not None and act.terms.more_severe(act.case.severity, severity):
        # A part is no way round the contact's word: lowering is proposed on the part itself.
        raise Refusal("severity_needs_agreement", "severity_set_by_contact", "propose_to_contact")
    types = {kind.code for kind in document.request_types if kind.packages is None or package in kind.packages}
    if request_type is not None and request_type not in types:
        raise Refusal("request_type_not_in_tier", "request_types_of_the_package", "use_offered_type")


def _split(act: Act, asked: Mapping[str, Any]) -> tuple[Case, Any]:
    case = act.case
    typed = Typed(
        subject=asked["subject"],
        description=cleaned(asked["description"], field="description"),
        severity=asked["severity"] or case.severity,
        request_type=asked["request_type"] or case.request_type,
        steps="",
        expected="",
        actual="",
        environment=case.environment,
        product=case.product,
        version=case.version,
    )
    held = "standing" if case.suspended or case.held_reason == "standing" else None
    new, clock = opened_case(
        by=act.by,
        person_id=case.opened_by_id,
        subscriber_id=case.subscriber_id,
        typed=typed,
        channel=case.channel,
        received=act.at,
        contract_id=case.contract_id,
        package_key=key_for_case(case.contract_id, case.package_key, act.at),
        held=held,
        more={"split_from": case.number},
    )
    tell(new, [new.opened_by_id], "case_split", f"case_split:{new.pk}", {"ref": case.number})
    return new, clock.next_due


def follow_case(*, by: Actor, number: int, person_id: int | None = None, once: str | None = None) -> Done:
    """Follow a case, or let somebody follow it (`person_id`): whoever may read it, of the same organisation or staff.

    Letting others follow is for whoever writes in the case. Already following: nothing happens.
    """

    def act_on() -> Done:
        with acting(name="follow_case", by=by, number=number) as act:
            who = _follower(act, person_id)
            _, made = Follower.objects.get_or_create(
                case=act.case, person_id=who, defaults={"subscriber_id": act.case.subscriber_id, "since": act.at}
            )
            if made:
                act.record("case_followed", {"person": who})
        return act.done()

    return repeatable("follow_case", by, once, {"number": number, "person": person_id}, act_on)


def unfollow_case(*, by: Actor, number: int, person_id: int | None = None, once: str | None = None) -> Done:
    """Stop following a case, or stop somebody else's following; not following: nothing happens."""

    def act_on() -> Done:
        with acting(name="follow_case", by=by, number=number) as act:
            who = person_id if person_id is not None and act.side else act.person
            if Follower.objects.filter(case=act.case, person_id=who).delete()[0]:
                act.record("case_unfollowed", {"person": who})
        return act.done()

    return repeatable("unfollow_case", by, once, {"number": number, "person": person_id}, act_on)


def _follower(act: Act, person_id: int | None) -> int:
    if person_id is None or person_id == act.by.id:
        return act.person
    if not act.side:
        raise Refusal("not_allowed", "only_authorized_contacts", "ask_authorized_contact", {"act": "follow_case"})
    if not scope.visible(directory.viewer_of(person_id)).filter(pk=act.case.pk).exists():
        raise Refusal("may_not_read", "followers_may_read", "choose_colleague", {"person": person_id})
    return person_id
