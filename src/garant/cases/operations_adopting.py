"""Ways out of a hold: a contact takes over what somebody else sent, and staff confirm a sender (clock.md 10)."""

from __future__ import annotations

from garant.cases.acting import Act, acting
from garant.cases.admission import enter
from garant.cases.consequences import tell
from garant.cases.mail_opening import counts_now, settle_opened
from garant.cases.models_talk import Follower
from garant.cases.repeating import repeatable
from garant.cases.views import Done
from garant.contracts.decided import hold_entitlement
from garant.core.people import Actor
from garant.core.refusals import Refusal

__all__ = ["adopt_case", "confirm_sender"]


def adopt_case(*, by: Actor, number: int, once: str | None = None) -> Done:
    """Take over a case that is held because its sender is no authorized contact: it is the adopter's from now on, and
    its clock starts now. Who sent it follows it.

    The adopter must be one who could open the case now; refused as filing it would be. Refuses `not_held_unlisted` for
    any other case.
    """

    def act_on() -> Done:
        with acting(name="adopt_case", by=by, number=number) as act:
            _check_held(act, "unlisted")
            hold_entitlement(act.case.subscriber_id)
            _check_may_open(act)
            sender = act.case.opened_by_id
            settle_opened(act.case, "adopted")
            act.record("case_adopted", {"contact": act.person, "from": sender})
            act.case.opened_by_id = act.person
            act.case.save(update_fields=["opened_by"])
            if sender != act.person:
                Follower.objects.get_or_create(
                    case=act.case,
                    person_id=sender,
                    defaults={"subscriber_id": act.case.subscriber_id, "since": act.at},
                )
                tell(act.case, [sender], "case_adopted", f"case_adopted:{act.case.pk}", {})
        return act.done()

    return repeatable("adopt_case", by, once, {"number": number}, act_on)


def confirm_sender(*, by: Actor, number: int, once: str | None = None) -> Done:
    """Say that a held case comes from whom it says: its clock counts from the receipt (clock.md 10).

    For staff, who have asked the contact by a way that is on record. Refuses `not_held_for_sender` for any other case.
    """

    def act_on() -> Done:
        with acting(name="confirm_sender", by=by, number=number) as act:
            _check_held(act, "sender")
            act.record("case_confirmed", {})
            settle_opened(act.case, "confirmed")
        counts_now(number)
        return act.done()

    return repeatable("confirm_sender", by, once, {"number": number}, act_on)


def _check_held(act: Act, reason: str) -> None:
    if act.case.state != "held" or act.case.held_reason != reason:
        code = "not_held_unlisted" if reason == "unlisted" else "not_held_for_sender"
        raise Refusal(code, "holds_end_as_they_began", "check_state", {"number": act.case.number})


def _check_may_open(act: Act) -> None:
    case = act.case
    entry = enter(
        act.person, case.subscriber_id, act.at, "web", case.severity, case.request_type, case.contract_id,
        product=case.product, release=case.version,
    )  # fmt: skip
    if entry.held == "standing":
        raise Refusal("not_in_good_standing", "good_standing", "settle_or_ask_finance")
