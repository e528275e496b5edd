"""Who is told when a promise is near or missed: the policy of the terms that a period runs under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from garant.contracts.queries import StoredTerms
from garant.core.people import Viewer
from garant.core.programmes import EscalationPolicy, EscalationStep
from garant.directory import queries as directory

#: Told when nobody holds a step's roles, so that a miss never passes unseen.
CATCH_ALL = "manager"
#: The one recipient that is no role: whoever has the case.
ASSIGNEE = "assignee"
#: Names that policies give to what is one role here.
ROLES = {"support_manager": "manager", "head_of_support": "manager"}
_HOUSE = Viewer(staff_roles=frozenset({CATCH_ALL}))


def policy(terms: StoredTerms, package_key: str, severity: str, metric: str) -> EscalationPolicy | None:
    """The escalation policy for a period; None: nobody is told. Raises KeyError for terms that nobody knows."""
    return terms.programme(package_key).escalation(severity, metric)


def near_share(terms: StoredTerms, package_key: str, severity: str, metric: str) -> Decimal | None:
    """The share of the target after which a period counts as near; None: never."""
    found = policy(terms, package_key, severity, metric)
    return None if found is None else found.near_share


def steps(terms: StoredTerms, package_key: str, severity: str, metric: str, on: str) -> Sequence[EscalationStep]:
    """The steps that a trigger (near, miss) owes at once, lowest level first."""
    found = policy(terms, package_key, severity, metric)
    return [] if found is None else [step for step in found.steps if step.on == on and step.after is None]


@dataclass(slots=True)
class Recipients:
    """Whom roles stand for, looked up once for many periods."""

    _languages: dict[int, str] = field(default_factory=dict)
    _by_role: dict[str, list[int]] = field(default_factory=dict)
    _read: bool = False

    def of(self, roles: Sequence[str], assignee_id: int | None, *, somebody: bool = True) -> list[int]:
        """The people to tell, each once, in a steady order. When nobody holds `roles`: with `somebody` the catch-all
        role, else nobody."""
        self._load()
        found = {p for role in roles for p in self._by_role.get(ROLES.get(role, role), [])}
        if ASSIGNEE in roles and assignee_id is not None and assignee_id in self._languages:
            found.add(assignee_id)
        if not found and somebody:
            found.update(self._by_role.get(CATCH_ALL, []))
        return sorted(found)

    def language(self, person_id: int) -> str:
        """The language in which a person reads notices."""
        return self._languages[person_id]

    def _load(self) -> None:
        if self._read:
            return
        for person in directory.staff(_HOUSE):
            self._languages[person.id] = person.language
            for role in person.roles:
                self._by_role.setdefault(role, []).append(person.id)
        self._read = True
