"""The words that a programme adds to those every sheet may use."""

from __future__ import annotations

from dataclasses import dataclass

from garant.core.programmes import Programme


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one programme."""

    programme: Programme

    def measures(self) -> set[str]:
        """What the programme's bands count: subscriptions, cores ..."""
        bands = {band.measure for ledger in self.programme.ledgers for band in ledger.bands}
        return bands | {ledger.per[0] for ledger in self.programme.ledgers if ledger.per}

    def languages(self) -> list[str]:
        """The languages that the programme says how to serve."""
        return [one.code for one in self.programme.coverage.languages]

    def products(self) -> list[str]:
        """The products that the programme names."""
        return [one.code for one in self.programme.coverage.products]

    def releases(self) -> list[str]:
        """The releases that the programme names."""
        return [release.code for one in self.programme.coverage.products for release in one.releases]

    def roles(self) -> list[str]:
        """The roles of senders that packages name."""
        named = {role for package in self.programme.all_packages for role in package.roles or ()}
        return sorted(named | set(self.programme.contacts.other_senders) | set(self.programme.contacts.roles))

    def ledger_roles(self) -> list[str]:
        """The roles that allotments count."""
        return [one.role for one in self.programme.ledgers if one.role is not None]

    def environments(self) -> list[str]:
        """The environments that packages name."""
        named = {
            name
            for package in self.programme.all_packages
            for name in (*(package.environments or ()), *package.without_targets)
        }
        return sorted(named | {name for one in self.programme.severities for name in one.environments or ()})

    def countries(self) -> list[str]:
        """The countries whose hours the programme knows."""
        specs = self.programme.calendars.values()
        return sorted({code for spec in specs for place in spec.places for code in place.countries})
