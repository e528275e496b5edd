"""After an answer: the contact confirms or rejects the resolution, and says how content they are."""

from __future__ import annotations

from datetime import datetime

from garant.cases.acting import Act, acting
from garant.cases.models_talk import Satisfaction
from garant.cases.repeating import repeatable
from garant.cases.texts import cleaned, digest
from garant.cases.views import Done
from garant.core.people import Actor
from garant.core.refusals import Refusal

__all__ = ["confirm_resolution", "rate_case", "reject_resolution"]

#: Longest comment beside a score, in characters.
LONGEST_COMMENT = 2_000


def confirm_resolution(
    *,
    by: Actor,
    number: int,
    score: int | None = None,
    comment: str = "",
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Confirm as the contact that the case is solved: it is closed. `score` 1 to 5: how content; None: not said."""
    asked = {"number": number, "score": score, "comment": comment}

    def act_on() -> Done:
        with acting(name="answer_resolution", by=by, number=number, at=at) as act:
            act.record("resolution_confirmed", {})
            act.record("case_closed", {"by": act.side, "cause": "confirmed"})
            if score is not None:
                _rate(act, score, comment)
        return act.done()

    return repeatable("confirm_resolution", by, once, asked, act_on)


def reject_resolution(
    *, by: Actor, number: int, reason: str, once: str | None = None, at: datetime | None = None
) -> Done:
    """Say as the contact that the case is not solved: it is open again, with a full follow-up period (clock.md 10)."""

    def act_on() -> Done:
        with acting(name="answer_resolution", by=by, number=number, at=at) as act:
            said = act.say("reason", reason, field="reason")
            act.record("resolution_rejected", {})
            act.record("case_reopened", {**said, "by": act.side, "cause": "rejected"})
        return act.done()

    return repeatable("reject_resolution", by, once, {"number": number, "reason": reason}, act_on)


def rate_case(
    *, by: Actor, number: int, score: int, comment: str = "", once: str | None = None, at: datetime | None = None
) -> Done:
    """Say how content the contact is with how the case went, 1 (not at all) to 5; the last word counts."""

    def act_on() -> Done:
        with acting(name="rate_case", by=by, number=number, at=at) as act:
            _rate(act, score, comment)
        return act.done()

    return repeatable("rate_case", by, once, {"number": number, "score": score, "comment": comment}, act_on)


def _rate(act: Act, score: int, comment: str) -> None:
    if score not in range(1, 6):
        raise Refusal("score_out_of_range", "scores_from_one_to_five", "choose_score", {"score": score})
    said = cleaned(comment, field="comment", required=False, longest=LONGEST_COMMENT)
    Satisfaction.objects.update_or_create(
        case=act.case,
        defaults={"subscriber_id": act.case.subscriber_id, "person_id": act.person, "score": score, "comment": said,
                  "at": act.at},
    )  # fmt: skip
    act.record("case_rated", {"score": score, "sha256": digest(said)})
