"""What caused each period and claim is kept, for explanations; and odd orders of events that the rules also cover."""

from __future__ import annotations

import pytest
from core_cast import HOUR, OFFICE, TERMS, Terms, clock, counted, denver, event, opened, package, period, step

from garant.core.clocks import CaseClock
from garant.core.periods import Pause

INITIAL, FOLLOW = "initial_response", "follow_up"


def causes(case: CaseClock) -> list[tuple[str, int, str]]:
    return [(*each.key, each.claims[0].cause) for each in case.periods]


def test_each_period_knows_what_caused_it() -> None:
    answered = clock(
        opened("16 08:00"),
        event("16 09:00", "response", waiting=True),
        event("17 09:00", "customer_update"),
        event("17 10:00", "resolve"),
        event("18 08:00", "reopen"),
    )
    assert causes(answered) == [
        (INITIAL, 1, "opened"),
        (FOLLOW, 1, "response"),
        (FOLLOW, 2, "customer_update"),
        (FOLLOW, 3, "reopen"),
    ]
    adopted = clock(opened("16 08:00", held="unlisted"), event("17 08:00", "adopted"))
    assert causes(adopted) == [(INITIAL, 1, "adopted")]
    later = clock(opened("16 08:00", held="unlisted"), event("16 09:00", "response"), event("17 08:00", "adopted"))
    assert causes(later) == [(FOLLOW, 1, "adopted")]
    bronze = opened("16 08:00", package="bronze")
    assert causes(clock(bronze, event("16 09:00", "package_change", package="gold"))) == [(INITIAL, 1, "package")]
    follow = clock(bronze, event("16 08:30", "response"), event("16 09:00", "package_change", package="gold"))
    assert causes(follow) == [(FOLLOW, 1, "package")]


def test_a_severity_that_is_promised_starts_a_period_too() -> None:
    terms = Terms(package("gold", {"1": (4, 8, OFFICE)}))
    raised = clock(opened("16 08:00"), event("16 09:00", "severity_change", severity="1", by="contact"), terms=terms)
    assert causes(raised) == [(INITIAL, 1, "raised")]
    assert period(raised).due == denver("16 13:00")


def test_each_claim_knows_when_and_why() -> None:
    case = clock(
        opened("16 08:00", "3"),
        event("16 09:00", "severity_change", severity="2", by="contact"),
        event("16 10:00", "severity_change", severity="3", by="contact"),
        event("16 11:00", "package_change", package="silver"),
    )
    found = [(each.join, each.basis, each.at, each.cause) for each in period(case).claims]
    assert found == [
        ("first", denver("16 08:00"), denver("16 08:00"), "opened"),
        ("min", denver("16 09:00"), denver("16 09:00"), "raised"),
        ("max", denver("16 08:00"), denver("16 10:00"), "lowered"),
        ("min", denver("16 11:00"), denver("16 11:00"), "package"),
    ]


def test_a_promise_kept_says_when_and_why() -> None:
    late = clock(opened("16 08:00", "1"), event("16 12:01", "package_change", package="silver"))
    assert step(period(late), "promise_kept") == {"at": denver("16 12:01"), "cause": "package", "why": "due_had_passed"}


def test_a_response_to_an_unlisted_sender_ends_a_wait_and_starts_nothing_before_the_adoption() -> None:
    held = opened("16 08:00", held="unlisted")
    asked = held, event("16 09:00", "response", waiting=True)
    assert clock(*asked).periods == ()
    assert clock(*asked, event("16 10:00", "customer_update")).periods == ()
    waiting = clock(*asked, event("16 10:00", "adopted"))
    assert (waiting.periods, waiting.state) == ((), "waiting")
    replied = clock(*asked, event("16 09:30", "customer_update"), event("16 10:00", "adopted"))
    assert causes(replied) == [(FOLLOW, 1, "adopted")]


def test_nothing_starts_for_an_unlisted_sender_by_a_change_or_a_reopening() -> None:
    held = opened("16 08:00", held="unlisted")
    assert clock(held, event("16 09:00", "severity_change", severity="1", by="contact")).periods == ()
    assert (
        clock(held, event("16 09:00", "response"), event("16 10:00", "package_change", package="silver")).periods == ()
    )
    reopened = clock(held, event("16 09:00", "close"), event("16 10:00", "reopen"))
    assert (reopened.periods, reopened.state) == ((), "held")
    assert causes(
        clock(held, event("16 09:00", "close"), event("16 10:00", "reopen"), event("16 11:00", "adopted"))
    ) == [(FOLLOW, 1, "adopted")]


def test_an_unverified_sender_may_be_answered_and_confirmed_later() -> None:
    held = opened("16 08:00", held="sender"), event("16 09:00", "response")
    before = clock(*held)
    assert [(each.due, each.how) for each in before.periods] == [(None, "response"), (None, "running")]
    after = clock(*held, event("16 12:00", "confirmed"))
    assert [each.due for each in after.periods] == [None, denver("18 09:00")]
    waiting = clock(
        opened("16 08:00", held="sender"), event("16 09:00", "response", waiting=True), event("16 12:00", "confirmed")
    )
    assert (period(waiting, FOLLOW).due, waiting.state) == (None, "waiting")


def test_a_wait_ends_with_the_case_and_does_not_return() -> None:
    for end in ("resolve", "close"):
        case = clock(
            opened("16 08:00"),
            event("16 09:00", "response", waiting=True),
            event("16 10:00", end),
            event("17 08:00", "reopen"),
        )
        assert (case.state, period(case, FOLLOW, 2).due) == ("open", denver("18 18:00"))
    merged = clock(opened("16 08:00"), event("16 09:00", "wait"), event("16 10:00", "merge", ref="c"))
    assert merged.state == "merged"


@pytest.mark.parametrize("end", ["resolve", "close", "merge"])
def test_a_proposal_ends_with_the_case(end: str) -> None:
    case = clock(
        opened("16 08:00"), event("16 09:00", "severity_change_proposed", severity="1"), event("16 10:00", end)
    )
    assert case.proposal is None


def test_answered_once_the_initial_clock_never_returns() -> None:
    for answer in ("response", "resolve", "close"):
        line = opened("16 08:00", package="bronze"), event("16 09:00", answer), event("16 10:00", "reopen")
        case = clock(*line, event("16 11:00", "package_change", package="gold"))
        assert [each.metric for each in case.periods] == [FOLLOW]


def test_a_vendors_case_that_waits_and_is_promised_something() -> None:
    case = clock(
        opened("16 08:00", package="bronze", by="vendor"),
        event("16 09:00", "wait"),
        event("16 10:00", "package_change", package="gold"),
        event("16 11:00", "customer_update"),
    )
    assert [(each.key, each.started) for each in case.periods] == [((FOLLOW, 1), denver("16 11:00"))]


def test_the_case_says_as_of_when_and_which_pauses() -> None:
    case = clock(
        opened("16 08:00"), event("16 10:00", "suspend"), event("16 11:00", "reinstate"), event("16 12:00", "suspend")
    )
    assert period(case).pauses == (
        Pause(denver("16 10:00"), denver("16 11:00"), "standing"),
        Pause(denver("16 12:00"), None, "standing"),
    )
    assert (case.as_of, case.suspended, case.package, case.severity) == (denver("16 12:00"), True, "gold", "2")
    assert not clock(opened("16 08:00")).suspended


def test_several_edits_move_the_due_time_one_after_another() -> None:
    plain = OFFICE.to_plain()
    week = {day: [["08:00", "13:00"]] for day in plain["weekly"]}
    versions = [plain]
    for known, hours in (("16 12:00", "13:00"), ("16 13:00", "10:00")):
        short = {**plain, "weekly": {day: [["08:00", hours]] for day in week}}
        versions.append(
            {
                **short,
                "known_from": denver(known).isoformat(),
                "effective_from": denver(f"1{6 + len(versions)} 00:00").isoformat(),
            }
        )
    calendar = type(OFFICE).from_plain("office", {"versions": versions})
    terms = Terms(package("gold", {"2": (20, 20, calendar)}))
    found = period(clock(opened("16 08:00"), terms=terms, as_of="16 14:00"))
    moves = [(each.values["from"], each.values["to"]) for each in found.steps if each.code == "due_moved"]
    assert moves == [(denver("17 18:00"), denver("18 13:00")), (denver("18 13:00"), denver("20 09:00"))]
    assert found.due == denver("20 09:00")


def test_an_edit_while_suspended_or_waiting_is_taken_in() -> None:
    plain = OFFICE.to_plain()
    short = {**plain, "weekly": {day: [["08:00", "13:00"]] for day in plain["weekly"]}}
    short |= {"known_from": denver("16 12:00").isoformat(), "effective_from": denver("17 00:00").isoformat()}
    terms = Terms(package("gold", {"2": (20, 20, type(OFFICE).from_plain("office", {"versions": [plain, short]}))}))
    paused = clock(opened("16 08:00"), event("16 10:00", "suspend"), event("17 08:00", "reinstate"), terms=terms)
    assert period(paused).due == denver("20 11:00")
    assert "due_moved" not in [each.code for each in period(paused).steps]
    line = opened("16 08:00"), event("16 09:00", "response", waiting=True), event("16 13:00", "customer_update")
    assert period(clock(*line, terms=terms), FOLLOW, 2).due == denver("19 13:00")


@pytest.mark.parametrize(
    ("effect", "due"),
    [
        ("min", "16 13:00"),
        ("max", "17 10:00"),
        ("restart", "16 13:00"),
        ("rebase", "16 12:00"),
        ("keep", "17 10:00"),
    ],
)
def test_a_programme_may_say_what_a_severity_change_does(effect: str, due: str) -> None:
    class Theirs(Terms):
        def severity_effect(self, metric: str, raised: bool) -> str:
            assert (metric, raised) == (INITIAL, True)
            return effect

    case = clock(
        opened("16 08:00", "3"),
        event("16 09:00", "severity_change", severity="1", by="contact"),
        terms=Theirs(TERMS.rules.values()),
    )
    assert period(case).due == denver(due)
    if effect == "keep":
        assert step(period(case), "promise_kept")["why"] == "programme_keeps"


def test_restarting_may_give_more_time_and_an_unknown_effect_is_refused() -> None:
    class Restarting(Terms):
        def severity_effect(self, metric: str, raised: bool) -> str:
            return "restart" if metric == INITIAL else "shrug"

    terms = Restarting(TERMS.rules.values())
    late = event("16 15:00", "severity_change", severity="1", by="contact")
    found = period(clock(opened("16 08:00"), late, terms=terms))
    assert (found.due, found.rule.target.severity, counted(found)) == (denver("16 19:00"), "1", 4 * HOUR)
    assert step(found, "decision")["outcome"] == "new"
    upgraded = event("16 09:00", "package_change", package="gold")
    assert period(clock(opened("16 08:00", package="silver"), upgraded, terms=terms)).due == denver("16 17:00")
    with pytest.raises(ValueError, match="unknown effect 'shrug' of a severity change: min, max, restart"):
        clock(opened("16 08:00"), event("16 09:00", "response"), late, terms=terms)
