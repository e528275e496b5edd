"""Who is told when a promise is near or missed: the policy of the terms that a period runs under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from garant.contracts.queries import StoredTerms
from garant.core.people import Viewer
from garant.core.programmes import EscalationPolicy, EscalationStep
from garant.core.programmes.ladders import ASSIGNEE, ROLE_NAMES
from garant.directory import queries as directory
from garant.directory.queries_duty import Duty

#: Told when nobody holds a step's roles, so that nothing passes unseen.
CATCH_ALL = "manager"
_HOUSE = Viewer(staff_roles=frozenset({CATCH_ALL}))


def policy(terms: StoredTerms, package_key: str, severity: str, metric: str) -> EscalationPolicy | None:
    """The escalation policy for a period; None: nobody is told. Raises KeyError for terms that nobody knows."""
    return terms.programme(package_key).escalation(severity, metric)


def near_share(terms: StoredTerms, package_key: str, severity: str, metric: str) -> Decimal | None:
    """The share of the target after which a period counts as near; None: never."""
    found = policy(terms, package_key, severity, metric)
    return None if found is None else found.near_share


def steps(terms: StoredTerms, package_key: str, severity: str, metric: str, on: str) -> Sequence[EscalationStep]:
    """The steps that a trigger (near, miss, customer) owes at once, lowest level first."""
    found = policy(terms, package_key, severity, metric)
    return [] if found is None else [step for step in found.steps if step.on == on and step.after is None]


@dataclass(frozen=True, slots=True)
class Reached:
    """The people whom recipients stand for at an instant. `caught`: nobody answers for them, so the catch-all is told;
    `gaps`: recipients behind which nobody stands now, such as an empty rota."""

    people: tuple[int, ...]
    caught: bool = False
    gaps: tuple[str, ...] = ()


@dataclass(slots=True)
class Recipients:
    """Whom recipients stand for at one instant, looked up once for many periods."""

    at: datetime
    _duty: Duty | None = None
    _languages: dict[int, str] = field(default_factory=dict)
    _found: dict[tuple[tuple[str, ...], int | None, int | None], Reached] = field(default_factory=dict)

    def of(
        self,
        to: Sequence[str],
        *,
        catch_all: Sequence[str] = (),
        assignee_id: int | None = None,
        subscriber_id: int | None = None,
    ) -> Reached:
        """The people to tell, each once, in a steady order. When nobody answers for `to`: those of `catch_all`, and
        when that is nobody either, the managers."""
        reached = self._reached(to, assignee_id, subscriber_id)
        if reached.people:
            return reached
        for recipients in (catch_all, (CATCH_ALL,)):
            instead = self._reached(recipients, assignee_id, subscriber_id) if recipients else Reached(())
            if instead.people:
                return Reached(instead.people, caught=True, gaps=reached.gaps)
        return Reached((), caught=True, gaps=reached.gaps)

    def language(self, person_id: int) -> str:
        """The language in which a person reads notices."""
        if not self._languages:
            self._languages.update({person.id: person.language for person in directory.staff(_HOUSE)})
        if person_id not in self._languages:
            self._languages[person_id] = directory.language_of(person_id)
        return self._languages[person_id]

    def _reached(self, to: Sequence[str], assignee_id: int | None, subscriber_id: int | None) -> Reached:
        names = tuple(dict.fromkeys(ROLE_NAMES.get(each, each) for each in to))
        # Only these two depend on the case, so that one look-up serves all others.
        whose = assignee_id if ASSIGNEE in names else None
        advised = subscriber_id if "named_advisor" in names else None
        key = (names, whose, advised)
        if key not in self._found:
            if self._duty is None:
                self._duty = Duty(self.at)
            found = self._duty.answering(names, assignee_id=whose, subscriber_id=advised)
            self._found[key] = Reached(tuple(sorted(found.people)), gaps=tuple(found.gaps))
        return self._found[key]
