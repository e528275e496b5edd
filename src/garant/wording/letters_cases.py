"""Notices about cases. The page is `case`: the sender knows on which side of the desk the reader looks at it."""

from __future__ import annotations

from collections.abc import Mapping

from garant.wording.letter import Letter, Voice, Writer


def _letter(voice: Voice, subject: str, *paragraphs: str) -> Letter:
    """A letter that begins with the title of its case."""
    told = tuple(text for text in paragraphs if text)
    return Letter(subject, (*voice.quoted("subject"), *told), "case", voice.say("Open the case"))


def promise(voice: Voice) -> str:
    """What was promised, inside a sentence."""
    metric = voice.text("metric")
    words = {
        "initial_response": voice.say("initial response"),
        "follow_up": voice.say("follow-up response"),
        "update": voice.say("update"),
        "corrective_action": voice.say("corrective action"),
        "resolution": voice.say("resolution"),
    }
    return words.get(metric, metric.replace("_", " "))


def _missed(voice: Voice) -> Letter:
    owed, due = promise(voice), voice.when("due")
    return _letter(
        voice,
        voice.say("Case {number}: {promise} missed", promise=owed),
        voice.say(
            "The {promise} promised for case {number}, severity {severity}, was due on {due}.", promise=owed, due=due
        ),
        voice.say("Nobody had answered by then. You are told as level {level} of the escalation policy."),
        voice.say("Open the case and answer it, or see to it that somebody does."),
    )


def _near(voice: Voice) -> Letter:
    owed, due = promise(voice), voice.when("due")
    return _letter(
        voice,
        voice.say("Case {number}: {promise} due soon", promise=owed),
        voice.say(
            "The {promise} promised for case {number}, severity {severity}, is due on {due}.", promise=owed, due=due
        ),
        voice.say("Most of the promised time is used. You are told while there is still time to answer."),
    )


def _sweep_failed(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number} can't be timed"),
        voice.say("The clock of case {number} could not be worked out ({problem})."),
        voice.say("Its promises are not watched until this is mended. Ask whoever runs Garant to look at the log."),
    )


def held_because(voice: Voice) -> list[str]:
    """Why a case is held and whom to ask, for its contact."""
    ask = voice.text("ask")
    why = {
        "standing": [
            voice.say("Support is suspended: payments or other obligations of your organisation are not current."),
            voice.say("Ask {ask}.", ask=ask) if ask else voice.say("Ask the vendor's finance team."),
        ],
        "unlisted": [
            voice.say("You are no authorized contact of your organisation: ask one of them to take the case over.")
        ],
        "sender": [voice.say("Your address is not confirmed yet: follow the link that was sent to it.")],
    }
    return why.get(voice.text("held"), [voice.say("Its page says why, and the way out.")])


def promised(voice: Voice) -> str:
    """What is owed for a case that has arrived: by when, nothing, or why its clock does not run yet."""
    if voice.data.get("held"):
        return " ".join([voice.say("It is held for now, so its clock does not run yet."), *held_because(voice)])
    if voice.data.get("due"):
        return voice.say("A first answer is promised by {due}.", due=voice.when("due"))
    return voice.say("Your package promises no response target for it.")


def _received(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: we have it"),
        voice.say("Your case {number} has arrived with severity {severity}."),
        promised(voice),
    )


def waiting(voice: Voice) -> str:
    """That a case waits for its reader; empty when it does not."""
    return (
        voice.say("It waits for you now: nothing more is owed until you answer.") if voice.data.get("waiting") else ""
    )


def _response(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: there is an answer"),
        voice.say("Support has answered your case {number}. The answer stands in the case."),
        waiting(voice),
    )


def _resolved(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: solved?"),
        voice.say("Support has answered your case {number} and takes it as solved."),
        voice.say("Say in the case whether it is. If it isn't, write there: the case is open again."),
    )


def _wrote(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: the customer has written"),
        voice.say("There is a new message in case {number}, severity {severity}, that is assigned to you."),
    )


def _escalated(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: escalated by the customer"),
        voice.say("A contact asks for management in case {number}, severity {severity}. Their reason is in the case."),
    )


def _escalation_received(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: management was told"),
        voice.say("Your call for management in case {number} has arrived, and those who decide were told."),
    )


def _adopted(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: taken over by a contact"),
        voice.say("An authorized contact of your organisation has taken over case {number}. You follow it now."),
    )


def _merged(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number} continues in case {ref}"),
        voice.say("Case {number} is about the same as case {ref}, so both are handled there."),
    )


def _split(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: made of case {ref}"),
        voice.say("A part of case {ref} is handled on its own, as case {number} with a clock of its own."),
    )


def _recreate(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: help us recreate it"),
        voice.say("Support can't see the error yet, and asks you a few questions about it in case {number}."),
        voice.say("Answer them one by one. Until the last answer the case waits for you."),
    )


def _recreated(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: your questions are answered"),
        voice.say("The contact has answered what you asked in case {number}."),
    )


def _severity_changed(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: severity {severity} from now on"),
        voice.say("The severity of case {number} was changed from {from} to {severity}, by agreement."),
    )


def lapses(voice: Voice) -> str:
    """When a proposal is over without an answer; empty when it never is."""
    until = voice.when("lapses_at")
    return voice.say("Without an answer the proposal lapses on {until}.", until=until) if until else ""


def _severity_proposed(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: severity {severity} is proposed"),
        voice.say("Support proposes to change the severity of case {number} from {from} to {severity}. Why is in it."),
        voice.say("Accept or reject it there. Until somebody accepts, severity {from} stays."),
        lapses(voice),
    )


def _proposal_lapsed(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}: the proposal has lapsed"),
        voice.say("Nobody answered the proposal of severity {severity} in time. The severity stays as it is."),
    )


def proposal_answer(voice: Voice) -> str:
    """What a contact said to a proposed severity."""
    if voice.text("answer") == "accepted":
        return voice.say("A contact accepted it: it is in force.")
    return voice.say("A contact rejected it: the severity stays as it is. Their reason is in the case.")


def _proposal_answered(voice: Voice) -> Letter:
    accepted = voice.text("answer") == "accepted"
    return _letter(
        voice,
        voice.say("Case {number}: severity {severity} accepted")
        if accepted
        else voice.say("Case {number}: severity {severity} rejected"),
        proposal_answer(voice),
    )


def _closing(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number} will be closed"),
        voice.say(
            "Nothing was heard about case {number} for a while. It will be closed on {day}.", day=voice.when("closes")
        ),
        voice.say("Write in it to keep it open."),
    )


def reopening(voice: Voice) -> str:
    """How long a closed case can be opened again; empty without a limit."""
    return voice.say("Write in it within {days} days to open it again.") if voice.data.get("days") else ""


def _closed(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number} is closed"),
        voice.say("Nothing was heard about case {number}, so it was closed."),
        reopening(voice),
    )


def happened(voice: Voice) -> str:
    """What happened in a case that its reader follows."""
    return {
        "response_given": voice.say("Support has answered."),
        "customer_message_added": voice.say("The customer has written."),
        "severity_changed": voice.say("The severity was changed."),
        "severity_proposal_accepted": voice.say("A change of the severity was accepted."),
        "case_resolved": voice.say("It is taken as solved."),
        "case_reopened": voice.say("It is open again."),
        "case_closed": voice.say("It was closed."),
        "case_merged": voice.say("It continues in another case."),
        "case_escalated": voice.say("The customer asked for management."),
    }.get(voice.text("what"), voice.say("Something happened in it."))


def _followed(voice: Voice) -> Letter:
    return _letter(
        voice,
        voice.say("Case {number}, which you follow"),
        happened(voice),
        voice.say("You follow this case; its page ends that."),
    )


WRITERS: Mapping[str, Writer] = {
    "target_missed": _missed,
    "target_near": _near,
    "sweep_failed": _sweep_failed,
    "case_received": _received,
    "response_given": _response,
    "case_resolved": _resolved,
    "customer_wrote": _wrote,
    "case_escalated": _escalated,
    "escalation_received": _escalation_received,
    "case_adopted": _adopted,
    "case_merged": _merged,
    "case_split": _split,
    "reproduction_asked": _recreate,
    "reproduction_answered": _recreated,
    "severity_changed": _severity_changed,
    "severity_change_proposed": _severity_proposed,
    "severity_proposal_lapsed": _proposal_lapsed,
    "severity_proposal_answered": _proposal_answered,
    "closure_announced": _closing,
    "case_closed_silent": _closed,
    "case_followed": _followed,
}
