"""Escalation policies of a programme (rule 30): triggers, waits, and who may be told."""

from __future__ import annotations

import re
from difflib import get_close_matches

from garant.core.people import STAFF_ROLES
from garant.core.programmes.nodes import CODE, Node, printable
from garant.core.programmes.rules import Scope, read_wait
from garant.core.programmes.texts import read_text
from garant.core.programmes.values import EscalationPolicy, EscalationStep
from garant.core.programmes.words import METRICS

TRIGGERS = ("near", "miss", "age", "customer")
#: The recipient that stands for whoever has the case.
ASSIGNEE = "assignee"
#: Names that policies use for what is one role on the desk.
ROLE_NAMES = {"support_manager": "manager", "head_of_support": "manager", "team_lead": "senior_advisor"}
#: Everything that may stand without a colon among the recipients.
WORDS = (ASSIGNEE, *STAFF_ROLES, *ROLE_NAMES)
#: What may stand before a colon.
KINDS = ("team", "rota", "person")
#: How often a level is told again at most, and how often unless a step says otherwise.
MOST_REPEATS, REPEATS = 10, 1
_ADDRESS = re.compile(r"[^@\s:]+@[^@\s:]+\.[^@\s:]+\Z")


def read_escalations(node: Node, scope: Scope) -> tuple[EscalationPolicy, ...]:
    """The escalation policies; every severity belongs to at most one policy."""
    policies: list[EscalationPolicy] = []
    for code, entry in node.entries():
        policy = _policy(code, entry, scope)
        taken = [level for other in policies for level in other.severities if level in policy.severities]
        if taken:
            entry.problem(f"severity {taken[0]} already has a policy", "name each severity in one policy")
        policies.append(policy)
    return tuple(policies)


def _policy(code: str, entry: Node, scope: Scope) -> EscalationPolicy:
    fields = entry.fields(["severities", "steps"], ["metrics", "near_share", "catch_all"])
    share = fields["near_share"].number(above=0) if "near_share" in fields else None
    if share is not None and share >= 1:
        fields["near_share"].problem(f"a share of {share}", "write a number between 0 and 1, such as 0.75")
    steps = _steps(fields["steps"], scope) if "steps" in fields else ()
    if share is None and any(step.on == "near" for step in steps):
        entry.problem("a step on near, but no near_share", "add near_share, such as 0.75")
    return EscalationPolicy(
        code=code,
        severities=fields["severities"].choices(scope.severities, "severity") if "severities" in fields else (),
        metrics=fields["metrics"].choices(METRICS, "metric") if "metrics" in fields else METRICS[:2],
        near_share=share,
        steps=steps,
        catch_all=_recipients(fields["catch_all"]) if "catch_all" in fields else (),
    )


def _steps(node: Node, scope: Scope) -> tuple[EscalationStep, ...]:
    steps: list[EscalationStep] = []
    for item in node.items():
        step = _step(item, scope)
        if any(other.level == step.level for other in steps):
            item.problem(f"level {step.level} stands twice", "give each step a level of its own")
        steps.append(step)
    if isinstance(node.value, list) and not steps:
        node.problem("a policy without a step", "add a step, or remove the policy")
    return tuple(sorted(steps, key=lambda step: step.level))


def _step(item: Node, scope: Scope) -> EscalationStep:
    fields = item.fields(["level", "on", "to", "name"], ["after", "acknowledge_within", "repeat"])
    on = fields["on"].choice(TRIGGERS, "trigger") if "on" in fields else ""
    if on == "age" and "after" not in fields:
        item.problem("a step on age without after", "say after which age of the case it is told")
    if on == "customer" and "after" in fields:
        fields["after"].problem("a call by the customer is told at once", "leave after out; use acknowledge_within")
    acknowledge, repeat = fields.get("acknowledge_within"), fields.get("repeat")
    if repeat is not None and acknowledge is None:
        repeat.problem("repeat without acknowledge_within", "say within which time it is acknowledged")
    times = repeat.whole(at_least=0) if repeat is not None else REPEATS
    if repeat is not None and times > MOST_REPEATS:
        repeat.problem(f"told {times} more times", f"write at most {MOST_REPEATS}")
    return EscalationStep(
        level=fields["level"].whole(at_least=0) if "level" in fields else 0,
        on=on,
        to=_recipients(fields["to"]) if "to" in fields else (),
        name=read_text(fields.get("name"), scope.languages),
        after=read_wait(fields["after"], scope) if "after" in fields else None,
        acknowledge_within=read_wait(acknowledge, scope) if acknowledge is not None else None,
        repeat=min(times, MOST_REPEATS),
    )


def _recipients(node: Node) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_recipient(item) for item in node.items()))
    if isinstance(node.value, list) and not found:
        node.problem("nobody to tell", f"name a role, {', '.join(f'{kind}:...' for kind in KINDS)} or {ASSIGNEE}")
    return found


def _recipient(node: Node) -> str:
    """A role, `assignee`, `team:CODE`, `rota:CODE` or `person:EMAIL`."""
    text = node.string()
    kind, colon, name = text.partition(":")
    if not colon:
        if text and text not in WORDS:
            close = get_close_matches(text, WORDS, 1)
            remedy = f"did you mean {close[0]}?" if close else f"write {', '.join(WORDS)}, or {_forms()}"
            node.problem(f"nobody is called {printable(text)}", remedy)
    elif kind not in KINDS:
        node.problem(f"unknown recipient {printable(text)}", f"write {_forms()}")
    elif kind == "person" and not _ADDRESS.match(name):
        node.problem(f"{printable(name)} is no address", "write person: and the address that they sign in with")
    elif kind != "person" and not CODE.match(name):
        node.problem(f"{printable(name)} is no code", f"write {kind}: and its code, such as {kind}:nights")
    return text


def _forms() -> str:
    return "team:CODE, rota:CODE or person:EMAIL"
