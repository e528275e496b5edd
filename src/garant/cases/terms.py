"""The terms that cases carry, read once per act or page: each reading of `terms()` is a statement."""

from __future__ import annotations

from functools import lru_cache

from garant.contracts.keys import PackageKey, parse_key
from garant.contracts.queries import StoredTerms
from garant.core.targets import Rule


@lru_cache(maxsize=4096)
def parts(package_key: str) -> PackageKey:
    """The parts of a case's package key; one that can't be read stands as its own programme, so that a list of cases
    never fails on one of them."""
    try:
        return parse_key(package_key)
    except KeyError:
        return PackageKey(package_key, "", "", "")


def rule_of(terms: StoredTerms, package_key: str, severity: str, metric: str) -> Rule | None:
    """The rule of a period's terms; None without one, or when nobody knows the terms any more."""
    if not metric:
        return None
    try:
        return terms.rule(package_key, severity, metric)
    except LookupError:
        return None


def open_severities(terms: StoredTerms, package_key: str) -> tuple[str, ...]:
    """The severities that a case's package is served in, the same at filing and at every later change."""
    document = terms.programme(package_key)
    package = document.package(parts(package_key).package)
    return package.severities or tuple(one.level for one in document.severities)
