"""An error report: verified or not, and recreated with the contact's help. Nothing of it ever stops a clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from garant.cases.acting import Act, acting
from garant.cases.consequences import tell
from garant.cases.models_talk import ReproductionRequest
from garant.cases.repeating import repeatable
from garant.cases.texts import cleaned, digest
from garant.cases.views import Done
from garant.core.people import Actor
from garant.core.refusals import NotFound, Refusal

__all__ = ["OUTCOMES", "VERIFICATIONS", "answer_reproduction", "ask_to_reproduce", "record_reproduction",
           "verify_report"]  # fmt: skip

#: What the vendor says of an error report.
VERIFICATIONS = ("reported", "verified", "not_an_error")
#: How an attempt to recreate an error ended.
OUTCOMES = ("reproduced", "not_reproduced")
#: Questions asked at once, and the characters of one.
MOST_QUESTIONS, LONGEST_QUESTION = 12, 1_000


def verify_report(
    *, by: Actor, number: int, verification: str, reason: str = "", once: str | None = None, at: datetime | None = None
) -> Done:
    """Say whether the vendor has verified the error; it stops no clock (clock.md 22).

    `not_an_error` needs a reason, which the contact reads; the same again changes nothing.
    """
    asked = {"number": number, "verification": verification, "reason": reason}

    def act_on() -> Done:
        with acting(name="verify_report", by=by, number=number, at=at) as act:
            if verification not in VERIFICATIONS:
                raise Refusal("verification_unknown", "reports_are_verified", "choose_verification")
            if verification != act.case.verification:
                needed = verification == "not_an_error" or reason.strip()
                said = act.say("reason", reason, field="reason") if needed else {}
                data = {"verification": verification, "from": act.case.verification}
                act.record("report_verified", {**said, **data})
                _set(act, verification=verification)
        return act.done()

    return repeatable("verify_report", by, once, asked, act_on)


def ask_to_reproduce(
    *, by: Actor, number: int, questions: Sequence[str], once: str | None = None, at: datetime | None = None
) -> Done:
    """Ask the contact for help to recreate the error, question by question.

    A person's public message, so it is a response like any other, and the case waits for the answers (clock.md 6).
    """
    asked = {"number": number, "questions": list(questions)}

    def act_on() -> Done:
        with acting(name="ask_to_reproduce", by=by, number=number, at=at) as act:
            texts = _cleaned_questions(questions)
            if ReproductionRequest.objects.filter(case=act.case, answered_at=None).exists():
                raise Refusal("already_asked", "one_request_at_a_time", "wait_for_answers")
            row = ReproductionRequest.objects.create(
                case=act.case,
                subscriber_id=act.case.subscriber_id,
                asked_by_id=act.person,
                asked_at=act.at,
                questions=texts,
            )
            said = act.say("public", "\n".join(f"{place}. {text}" for place, text in enumerate(texts, 1)))
            act.record("response_given", {**said, "via": "public", "waiting": True})
            act.record("reproduction_asked", {"request": row.pk, "questions": [digest(text) for text in texts]})
            _set(act, reproduction="asked")
            tell(act.case, [act.case.opened_by_id], "reproduction_asked", f"reproduction:{row.pk}", {})
        return act.done()

    return repeatable("ask_to_reproduce", by, once, asked, act_on)


def _cleaned_questions(questions: Sequence[str]) -> list[str]:
    texts = [text for each in questions if (text := " ".join(each.split()))]
    if not texts:
        raise Refusal("text_missing", "a_text_is_needed", "write_text", {"field": "questions"})
    if len(texts) > MOST_QUESTIONS:
        values = {"field": "questions", "longest": MOST_QUESTIONS, "length": len(texts)}
        raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", values)
    return [cleaned(text, field="questions", longest=LONGEST_QUESTION) for text in texts]


def answer_reproduction(
    *,
    by: Actor,
    number: int,
    request_id: int,
    step: int,
    text: str,
    once: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Answer one question, counted from 1, in order. The last answer is sent as the customer's message.

    Raises NotFound for a request of another case, Refusal `answer_out_of_order` for a step that is not the next.
    """
    asked = {"number": number, "request": request_id, "step": step, "text": text}

    def act_on() -> Done:
        with acting(name="answer_reproduction", by=by, number=number, at=at) as act:
            row = ReproductionRequest.objects.filter(case=act.case, pk=request_id).first()
            if row is None:
                raise NotFound("reproduction")
            if step != len(row.answers) + 1 or row.answered_at is not None:
                raise Refusal("answer_out_of_order", "answers_come_in_order", "look_again", {"step": step})
            said = cleaned(text, field="text")
            row.answers = [*row.answers, {"text": said, "by": act.by.id, "at": act.at.isoformat()}]
            act.record("reproduction_answered", {"request": row.pk, "step": step, "sha256": digest(said)})
            if len(row.answers) == len(row.questions):
                _complete(act, row)
            row.save(update_fields=["answers", "answered_at"])
        return act.done()

    return repeatable("answer_reproduction", by, once, asked, act_on)


def _complete(act: Act, row: ReproductionRequest) -> None:
    """Everything is answered: it becomes one message, which ends the wait."""
    row.answered_at = act.at
    both = zip(row.questions, row.answers, strict=True)
    parts = [f"{place}. {question}\n{answer['text']}" for place, (question, answer) in enumerate(both, 1)]
    act.record("customer_message_added", act.say("public", "\n\n".join(parts)))
    _set(act, reproduction="answered")
    people = {row.asked_by_id} | ({act.case.assignee_id} if act.case.assignee_id else set())
    tell(act.case, sorted(people), "reproduction_answered", f"reproduction_answered:{row.pk}", {})


def record_reproduction(
    *, by: Actor, number: int, outcome: str, once: str | None = None, at: datetime | None = None
) -> Done:
    """Say whether the error could be recreated; the same again changes nothing."""

    def act_on() -> Done:
        with acting(name="ask_to_reproduce", by=by, number=number, at=at) as act:
            if outcome not in OUTCOMES:
                raise Refusal("outcome_unknown", "attempts_have_an_outcome", "choose_outcome")
            if outcome != act.case.reproduction:
                act.record("reproduction_recorded", {"outcome": outcome, "from": act.case.reproduction})
                _set(act, reproduction=outcome)
        return act.done()

    return repeatable("record_reproduction", by, once, {"number": number, "outcome": outcome}, act_on)


def _set(act: Act, **columns: str) -> None:
    """Write columns of the case that no clock touches."""
    for name, value in columns.items():
        setattr(act.case, name, value)
    act.case.save(update_fields=list(columns))
