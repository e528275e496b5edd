"""The public packages page: the matrix, the calculator of a promise and the chooser. Reads only, needs no account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from garant.cases.queries import promise_for
from garant.core.programmes import Programme, said
from garant.core.refusals import NotFound
from garant.kit import moments
from garant.kit.languages import known
from garant.kit.manners import Manners, manners
from garant.kit.problems import problem
from garant.kit.typesetting import GlyphsMissing
from garant.kit.zone_choices import every_zone
from garant.portal.access import for_subscribers, viewer_of
from garant.portal.choosing import Need, needs, smallest
from garant.portal.offers import DEFAULT, PackagesPage, packages_page, services
from garant.portal.package import OurPackage, our_packages
from garant.portal.packages_pdf import packages_pdf
from garant.portal.programme import programme
from garant.portal.promises import Answer, answer

#: Clocks to choose from beside the region's own; any other IANA zone may stand in the address.
ZONES = (
    "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Sao_Paulo", "UTC",
    "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Rome", "Europe/Helsinki",
    "Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip
#: Missing characters that are named; the rest are like them.
SIGNS_NAMED = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """The calculator's question. `problem` says in words why it can't be answered, empty when it can."""

    packages: tuple[tuple[str, str], ...]
    package: str
    severity: str
    day: str
    time: str
    zone: str
    zones: tuple[tuple[str, str], ...]
    at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The chooser: what can be ticked, what was, and the package found."""

    needs: tuple[Need, ...]
    wanted: tuple[str, ...]
    contacts: int
    asked: bool
    package: str


@require_safe
def packages(request: HttpRequest) -> HttpResponse:
    """The packages of a region (?region=) in the reader's language."""
    language = get_language() or "en"
    document = programme()
    region = request.GET.get("region", DEFAULT)
    if region not in document.regions:
        raise Http404(gettext("unknown region"))
    page = packages_page(document, region, language)
    asked = _asked(request, document, page, language)
    ours = _ours(request, document, region)
    return render(request, "portal/packages.html", {
        "section": "packages",
        "page": page,
        "tables": part_of("tables", document, region, language, frozenset(one.contract.package for one in ours)),
        "ours": ours,
        "rest": part_of("rest", document, region, language),
        "asked": asked,
        "answer": _answer(asked, document, region, language),
        "choice": _choice(request, document, region, language),
        **_head(request, page),
    })  # fmt: skip


def _head(request: HttpRequest, page: PackagesPage) -> dict[str, Manners]:
    """The page for those who list it: its packages as services with what they hold."""
    words = page.region_note or gettext(
        "This is what we owe our subscribers, and by when. A dash means that nothing is promised."
    )
    title = page.own_name or gettext("Every package, every promise in writing")
    return manners(request, title=title, description=words, data=services(page), keep=("region",))


def _asked(request: HttpRequest, document: Programme, page: PackagesPage, language: str) -> Asked:
    query = request.GET
    sold = [*([document.region_parts[page.region.code].offer] if page.own else []), *document.packages]
    names = tuple((one.code, said(one.name, language)) for one in sold if one is not None)
    zone = query.get("zone", page.zone)
    zone = zone if zone in every_zone() else page.zone
    now = moments.local(datetime.now(UTC), zone)
    day, time = query.get("day") or f"{now:%Y-%m-%d}", query.get("time") or f"{now:%H:%M}"
    at, problem = _instant(day, time, zone)
    levels = [level.level for level in page.severities]
    default = sold[0].code if page.own and sold[0] else names[-2 if len(names) > 1 else 0][0]
    return Asked(
        packages=names,
        package=_known(query.get("package"), [code for code, _ in names], default),
        severity=_known(query.get("severity"), levels, levels[min(1, len(levels) - 1)]),
        day=day,
        time=time,
        zone=zone,
        zones=_zones(language, zone, page.zone),
        at=at,
        problem=problem,
    )


def _known(value: str | None, allowed: list[str], default: str) -> str:
    return value if value in allowed else default


@lru_cache(maxsize=256)
def _zones(language: str, *more: str) -> tuple[tuple[str, str], ...]:
    """The clocks to choose from, by city in the active language."""
    codes = dict.fromkeys((*more, *ZONES))
    return tuple(sorted(((code, moments.place(code)) for code in codes), key=lambda pair: pair[1]))


@lru_cache(maxsize=64)
def part_of(
    name: str, document: Programme, region: str, language: str, mine: frozenset[str] = frozenset()
) -> SafeString:
    """The tables or the rest of the page: long, and the same until the programme has another version.

    `mine`: codes of the packages to mark as the reader's.
    """
    page = packages_page(document, region, language)
    return render_to_string(
        f"portal/packages_{name}.html", {"page": page, "columns": len(page.packages.names) + 1, "mine": mine}
    )


def _ours(request: HttpRequest, document: Programme, region: str) -> list[OurPackage]:
    """The contracts of a reader's organisations under the page's programme in its region; none for anybody else."""
    if not request.user.is_authenticated or not viewer_of(request).subscribers():
        return []
    held = our_packages(viewer_of(request))
    return [one for one in held if one.programme == document.code and one.contract.region == region]


def _instant(day: str, time: str, zone: str) -> tuple[datetime | None, str]:
    """The instant at which the zone's clock reads so; of a repeated hour the first pass."""
    try:
        naive = datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        return None, gettext("Write the day as 2026-11-24 and the time as 16:30")
    if naive.tzinfo is not None or not 2000 <= naive.year <= 2100:
        return None, gettext("Choose a day between 2000 and 2100")
    return naive.replace(tzinfo=moments.zone(zone)).astimezone(UTC), ""


def _answer(asked: Asked, document: Programme, region: str, language: str) -> Answer | None:
    if asked.at is None:
        return None
    promise = promise_for(package=asked.package, region=region, severity=asked.severity, at=asked.at)
    return answer(promise, document, asked.package, region, language, asked.zone)


def _choice(request: HttpRequest, document: Programme, region: str, language: str) -> Choice:
    offered = needs(document, region, language)
    codes = {need.code for need in offered}
    wanted = tuple(code for code in request.GET.getlist("need") if code in codes)
    text = request.GET.get("contacts", "")
    contacts = min(999, max(1, int(text))) if text.isdecimal() and len(text) < 6 else 1
    asked = "choose" in request.GET
    found = smallest(document, region, wanted, contacts) if asked else None
    return Choice(offered, wanted, contacts, asked, said(found.name, language) if found else "")


def sample_answer(language: str) -> Answer | None:
    """What the start page shows a visitor: the second level of a package with a promise, sent now; None without one."""
    try:
        document = programme()
    except NotFound:
        return None
    level = document.severities[min(1, len(document.severities) - 1)].level
    for package in reversed(document.packages[:-1] or document.packages):
        target = document.target(package.code, DEFAULT, level, "initial_response")
        if target is not None and target.amount is not None:
            promise = promise_for(package=package.code, region=DEFAULT, severity=level, at=datetime.now(UTC))
            return answer(promise, document, package.code, DEFAULT, language, "")
    return None


@for_subscribers
@require_safe
def ours(request: HttpRequest) -> HttpResponse:
    """What the reader's organisations bought: every right, what is used and left, and what a larger package adds."""
    return render(
        request, "portal/our_package.html", {"section": "package", "packages": our_packages(viewer_of(request))}
    )


@require_safe
def pdf(request: HttpRequest, language: str) -> HttpResponse:
    """The packages of a region (?region=) on paper, in a language; says which font is missing when one is."""
    document, region = programme(), request.GET.get("region", DEFAULT)
    if region not in document.regions or not known(language):
        raise Http404(gettext("unknown region or language"))
    try:
        content = packages_pdf(document, region, language)
    except GlyphsMissing as missing:
        return _no_font(request, missing)
    response = HttpResponse(content, content_type="application/pdf")
    name = f"packages-{region}-{language}.pdf" if region != DEFAULT else f"packages-{language}.pdf"
    # As a file: a browser's own reader would have to break the page's content policy to show it.
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Language"] = language
    return response


def _no_font(request: HttpRequest, missing: GlyphsMissing) -> HttpResponse:
    signs = " ".join(missing.characters[:SIGNS_NAMED])
    remedy = gettext(
        "This server has no font for these characters: %(signs)s. Whoever runs it puts one into the folder that "
        "GARANT_FONTS names, or installs one with the system."
    ) % {"signs": signs}
    if missing.package:
        remedy += " " + gettext("On Debian: %(package)s.") % {"package": missing.package}
    return problem(request, status=503, heading=gettext("This PDF can't be made here yet"), remedy=remedy)
