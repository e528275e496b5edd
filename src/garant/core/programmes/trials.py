"""A policy that somebody tries: written as in a programme, checked against one, without being part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from garant.core.programmes.ladders import read_escalations
from garant.core.programmes.nodes import Findings, Node, Path, Problem
from garant.core.programmes.programme import Programme
from garant.core.programmes.rules import Scope
from garant.core.programmes.values import EscalationPolicy


def read_policies(
    plain: Any, programme: Programme, lines: Mapping[Path, int] | None = None
) -> tuple[tuple[EscalationPolicy, ...], list[Problem]]:
    """Policies from plain values, and what is wrong with them: under `escalations:` as in a programme, or by
    themselves. A step needs no name here: nobody but the one who tries it reads it."""
    findings = Findings(lines or {})
    node = Node(plain, (), findings)
    inner = node.get("escalations")
    whole = inner if inner is not None else node
    scope = Scope(
        languages=programme.languages,
        calendars=programme.calendars,
        severities=[severity.level for severity in programme.severities],
        rows=[row.code for group in programme.groups for row in group.rows],
    )
    policies = read_escalations(Node(_named(whole.value, programme), whole.path, findings), scope)
    if isinstance(whole.value, dict) and not policies:
        whole.problem("no policy", "write at least one, as under escalations: of a programme")
    problems = sorted(findings.problems, key=lambda problem: problem.line)
    return (() if problems else policies), problems


def _named(value: Any, programme: Programme) -> Any:
    """The same with a name for each step that has none."""
    if not isinstance(value, dict):
        return value
    return {code: _with_names(policy, programme) for code, policy in value.items()}


def _with_names(policy: Any, programme: Programme) -> Any:
    if not isinstance(policy, dict) or not isinstance(policy.get("steps"), list):
        return policy
    steps = [
        {"name": dict.fromkeys(programme.languages, f"Level {step.get('level')}"), **step}
        if isinstance(step, dict)
        else step
        for step in policy["steps"]
    ]
    return {**policy, "steps": steps}


def plain_policies(programme: Programme) -> dict[str, Any]:
    """The policies of a programme as somebody edits them: as in its document, without the steps' names."""
    plain: dict[str, Any] = programme.to_plain().get("escalations", {})
    return {
        code: {
            **policy,
            "steps": [{key: value for key, value in step.items() if key != "name"} for step in policy["steps"]],
        }
        for code, policy in plain.items()
    }
