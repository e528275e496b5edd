"""Who may read what is published."""

from __future__ import annotations

import pytest

from garant.core import audiences
from garant.core.audiences import may_read, of_document, of_reader, package_name

GOLD, SILVER = package_name("reference", "gold"), package_name("reference", "silver")
STAFF = of_reader(is_staff=True, packages=None)
GOLDEN = of_reader(is_staff=False, packages=[GOLD])
LAPSED = of_reader(is_staff=False, packages=[])


@pytest.mark.parametrize(
    ("document", "readers"),
    [
        (of_document("public"), {"visitor", "lapsed", "golden", "staff"}),
        (of_document("customers"), {"lapsed", "golden", "staff"}),
        (of_document("packages", [GOLD]), {"golden", "staff"}),
        (of_document("packages", [SILVER]), {"staff"}),
        (of_document("packages"), {"staff"}),
        (of_document("staff", [GOLD]), {"staff"}),
        (of_document("public", [SILVER]), {"visitor", "lapsed", "golden", "staff"}),
    ],
)
def test_a_document_is_read_by_its_audience_only(document: audiences.Audience, readers: set[str]) -> None:
    people = {"visitor": audiences.VISITOR, "lapsed": LAPSED, "golden": GOLDEN, "staff": STAFF}
    assert {name for name, reader in people.items() if may_read(document, reader)} == readers


def test_an_unknown_visibility_is_never_taken_for_public() -> None:
    with pytest.raises(ValueError, match="everybody"):
        of_document("everybody")
