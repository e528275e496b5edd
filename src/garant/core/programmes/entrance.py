"""What a programme offers at intake: the conditions that `core.intake.admit` decides by, for every door the same."""

from __future__ import annotations

from datetime import datetime

from garant.core.calendars import Calendar
from garant.core.intake import AttachmentLimit, Conditions, ContractTerm, Spoken
from garant.core.programmes.coverage import ServiceLanguage
from garant.core.programmes.programme import Programme
from garant.core.programmes.regions import DEFAULT
from garant.core.programmes.terms import ProgrammeTerms
from garant.core.programmes.values import Package
from garant.core.standing import GOOD

#: A programme's words for the untrained and the unlisted, as intake calls them.
UNTRAINED = {"refuse": "refuse", "warn": "warn", "accept": "ignore"}
UNLISTED = {"hold": "hold", "reject": "refuse"}
#: The role of people who hold a contact slot: whatever title earned it, they may open cases.
CONTACT = "contact"
_SELF_HELP = ("knowledge_base", "community")


def conditions(
    programme: Programme,
    package: str,
    terms: ProgrammeTerms,
    at: datetime,
    *,
    contract: ContractTerm | None,
    standing: str = GOOD,
    with_hours: bool = True,
) -> Conditions:
    """The conditions of a package under a contract's terms at an instant; `contract` None: there is none.

    `terms` say the region, the customer's zone and edited calendars. `with_hours` False: the instant is not known, so
    no channel is closed and no language out of hours. Raises KeyError for an unknown package or region.
    """
    found, region = programme.package(package), programme.regions[terms.region]
    home = found.region or DEFAULT
    in_region = tuple(spec.code for spec in programme.channel_specs)
    if region.channels is not None:
        in_region = tuple(code for code, hours in region.channels.items() if hours is not None)
    coverage = programme.coverage.attachments
    ways = programme.severity_change
    return Conditions(
        contract=contract,
        standing=standing,
        package_channels=tuple(one.code for one in programme.channels(package, home) if one.hours is not None),
        region_channels=in_region,
        severities=found.severities or tuple(one.level for one in programme.severities),
        request_types=_types(programme, package),
        untrained=UNTRAINED[programme.contacts.untrained],
        unlisted=UNLISTED[programme.contacts.unlisted],
        opening_roles=frozenset({CONTACT, *(found.roles or ())}),
        cases=found.cases,
        open_types=_open_types(programme, found),
        self_help=_self_help(programme, package, terms.region),
        channel_hours=_hours(programme, package, terms) if with_hours else {},
        channel_severities={
            spec.code: frozenset(spec.severities) for spec in programme.channel_specs if spec.severities is not None
        },
        environments=None if found.environments is None else frozenset((*found.environments, *found.without_targets)),
        severity_environments={
            one.level: frozenset(one.environments) for one in programme.severities if one.environments is not None
        },
        products=_products(programme, package, terms, at),
        languages=_languages(programme, package, terms, with_hours=with_hours),
        attachments=AttachmentLimit(coverage.count, None if coverage.megabytes is None else float(coverage.megabytes)),
        severity_change={"contact": ways.contact_change, "vendor": ways.vendor_change},
    )


def takes_effect(terms: ProgrammeTerms, announced: datetime, *, emergency: bool = False) -> datetime:
    """When a contact who was announced may open cases (rule 20); `emergency`: the one replaced is absent."""
    rule = terms.programme.contacts
    lead = rule.emergency_lead_time if emergency and rule.emergency_lead_time is not None else rule.replace_lead_time
    return announced if lead is None else terms.after(announced, lead)


def _types(programme: Programme, package: str) -> frozenset[str] | None:
    """The kinds of request that the package knows; None: the programme names none, so any is taken."""
    if not programme.request_types:
        return None
    return frozenset(one.code for one in programme.request_types if one.packages is None or package in one.packages)


def _open_types(programme: Programme, package: Package) -> frozenset[str]:
    """What a package without cases takes all the same: the kinds of request that name it."""
    return frozenset(one.code for one in programme.request_types if one.packages and package.code in one.packages)


def _self_help(programme: Programme, package: str, region: str) -> tuple[str, ...]:
    rows = programme.rows(package, region)
    return tuple(code for code in _SELF_HELP if rows.get(code))


def _hours(programme: Programme, package: str, terms: ProgrammeTerms) -> dict[str, Calendar]:
    """The hours of the channels on which somebody answers live."""
    channels = programme.channels(package, terms.region)
    return {one.code: terms.calendar(one.hours) for one in channels if one.live and one.hours is not None}


def _products(
    programme: Programme, package: str, terms: ProgrammeTerms, at: datetime
) -> dict[str, frozenset[str] | None] | None:
    """The products the package covers in the region, with their supported releases; None: the programme names none."""
    if not programme.coverage.products:
        return None
    return {
        one.code: one.supported(at.date())
        for one in programme.coverage.products
        if (one.packages is None or package in one.packages) and (one.regions is None or terms.region in one.regions)
    }


def _languages(
    programme: Programme, package: str, terms: ProgrammeTerms, *, with_hours: bool
) -> dict[str, Spoken] | None:
    """The languages the package is served in; None: the programme says nothing."""
    if not programme.coverage.languages:
        return None
    known = [one for one in programme.coverage.languages if one.packages is None or package in one.packages]
    return {one.code: _spoken(one, terms, with_hours=with_hours) for one in known}


def _spoken(one: ServiceLanguage, terms: ProgrammeTerms, *, with_hours: bool) -> Spoken:
    hours = terms.calendar(one.hours) if one.hours is not None and with_hours else None
    levels = None if one.severities is None else frozenset(one.severities)
    # A star serves nobody by itself: it names the language that does.
    return Spoken(frozenset() if one.code == "*" else levels, hours, one.round_the_clock, one.otherwise)
