"""What the vendor's programmes offer right now, all together: for choosing among cases of every programme."""

from __future__ import annotations

from dataclasses import dataclass

from garant.contracts.models import ProgrammeVersion
from garant.contracts.queries import programme_document
from garant.core.people import Viewer
from garant.core.programmes import said


@dataclass(frozen=True, slots=True)
class Offered:
    """Severities, most severe first, and packages by code with their names, of all programmes in force."""

    severities: tuple[str, ...]
    packages: tuple[tuple[str, str], ...]


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
