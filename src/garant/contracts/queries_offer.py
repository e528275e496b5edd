"""What the vendor's programmes offer right now, all together: for choosing among cases of every programme."""

from __future__ import annotations

from dataclasses import dataclass

from garant.contracts.models import ProgrammeVersion
from garant.contracts.queries import programme_document, programmes_held
from garant.core.people import Viewer
from garant.core.programmes import said


@dataclass(frozen=True, slots=True)
class Offered:
    """Severities, most severe first, and packages by code with their names, of all programmes in force."""

    severities: tuple[str, ...]
    packages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OnOffer:
    """What a contract may be signed for: `packages` as (programme's name, ((programme/package, name), ...)), and the
    regions of all programmes by code, the default one first."""

    packages: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    regions: tuple[tuple[str, str], ...]


def on_offer(*, viewer: Viewer) -> OnOffer:
    """Packages by programme and regions of what is in force now, in the viewer's language. For staff only."""
    groups: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    regions: dict[str, str] = {}
    for code, name in programmes_held(viewer):
        document = programme_document(code)
        packages = ((f"{code}/{p.code}", said(p.name, viewer.language) or p.code) for p in document.packages)
        groups.append((name or code, tuple(packages)))
        for region, part in document.regions.items():
            regions.setdefault(region, said(part.name, viewer.language) or region)
    return OnOffer(tuple(groups), tuple(sorted(regions.items(), key=lambda each: (each[0] != "default", each[1]))))


def offered(*, viewer: Viewer) -> Offered:
    """Severities and packages of every programme's version in force, in the viewer's language. For staff only."""
    if not viewer.is_staff:
        return Offered((), ())
    severities: dict[str, None] = {}
    packages: dict[str, str] = {}
    for code in (
        ProgrammeVersion.objects.order_by("programme__code").values_list("programme__code", flat=True).distinct()
    ):
        document = programme_document(code)
        severities.update(dict.fromkeys(each.level for each in document.severities))
        for package in document.packages:
            packages.setdefault(package.code, said(package.name, viewer.language) or package.code)
    return Offered(tuple(severities), tuple(packages.items()))
