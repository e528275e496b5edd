"""Subscribers, people and contracts from a CSV file: looked at line by line, then loaded whole or not at all.

A line that is on record already changes nothing, so a file can be loaded again: subscribers are known by their short
name, people by their address, contracts by their reference. The look is a load that is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import transaction

from garant.contracts import operations
from garant.contracts.models import ContactSlot, Contract
from garant.contracts.operations_contacts import fill_slot
from garant.contracts.packages import MOST_CONTACTS
from garant.contracts.reading_imports import Cells, read_sheet
from garant.contracts.views_imports import ImportLine, ImportView
from garant.core.people import Actor, Viewer
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.membership import put_role
from garant.directory.operations import require
from garant.directory.queries import person_by_email, subscriber, viewer_of
from garant.directory.views import SubscriberRow

__all__ = ["import_file", "preview_import"]

_DESK = Viewer(staff_roles=frozenset({"manager"}))
#: How a cell says that contacts have no limit.
UNLIMITED = "unlimited"

Enter = Callable[[Actor, Mapping[str, str]], bool]


def preview_import(*, by: Actor, content: bytes) -> ImportView:
    """What a file would enter, line by line, with what is wrong; nothing stays written.

    Raises Refusal `import_unreadable` for a file that can't be read at all.
    """
    require(by, "import_customers")
    with transaction.atomic():
        view = _entered(by, content)
        transaction.set_rollback(True)
    return view


def import_file(*, by: Actor, content: bytes) -> ImportView:
    """Enter every line of a file that is not on record yet. Raises Refusal `import_wrong` when one line has a mistake:
    then nothing at all is entered."""
    require(by, "import_customers")
    with transaction.atomic():
        view = _entered(by, content)
        if view.wrong:
            numbers = [line.number for line in view.lines if line.problem]
            values = {"lines": ", ".join(map(str, numbers[:20])), "count": len(numbers)}
            raise Refusal("import_wrong", "imports_load_whole", "correct_lines", values)
        return view


def _entered(by: Actor, content: bytes) -> ImportView:
    sheet = read_sheet(content)
    enter, seen = _ENTER[sheet.kind], dict[tuple[str, ...], int]()
    return ImportView(sheet.kind, tuple(_line(by, enter, line, seen, sheet.kind) for line in sheet.lines))


def _line(by: Actor, enter: Enter, line: Cells, seen: dict[tuple[str, ...], int], kind: str) -> ImportLine:
    """Enter one line; its mistake takes back this line alone, so that the others are still looked at."""
    try:
        if not line.values:
            raise Refusal("columns_wrong", "imports_come_as_csv", "correct_lines")
        key = tuple(line.values.get(name, "").casefold() for name in _KEYS[kind])
        if key in seen:
            raise Refusal("line_twice", "imports_load_whole", "correct_lines", {"line": seen[key]})
        seen[key] = line.number
        with transaction.atomic():
            new = enter(by, line.values)
    except NotFound as missing:
        code = {"subscriber": "subscriber_unknown", "contract": "contract_unknown"}.get(str(missing), "not_found")
        return ImportLine(line.number, line.raw, code, {}, known=False)
    except Refusal as refusal:
        return ImportLine(line.number, line.raw, refusal.code, refusal.values, known=False)
    return ImportLine(line.number, line.raw, "", {}, known=not new)


def _subscriber(by: Actor, cells: Mapping[str, str]) -> bool:
    """One subscriber; False when it is on record. Refuses one that is on record otherwise."""
    slug, zone, language = cells["slug"], cells.get("zone") or "UTC", cells.get("language") or "en"
    try:
        known = subscriber(_DESK, slug)
    except NotFound:
        made = directory.create_subscriber(by=by, name=cells["name"], zone=zone, language=language, slug=slug)
        if made.slug != slug:
            raise Refusal("slug_malformed", "one_subscriber_per_slug", "choose_another_slug", {"slug": slug}) from None
        return True
    given = {"name": cells["name"], "zone": cells.get("zone"), "language": cells.get("language")}
    _same(known, {name: value for name, value in given.items() if value})
    return False


def _same(known: object, given: Mapping[str, object]) -> None:
    different = sorted(name for name, value in given.items() if getattr(known, name) != value)
    if different:
        values = {"fields": ", ".join(different)}
        raise Refusal("recorded_differently", "imports_never_change", "change_by_hand", values)


def _person(by: Actor, cells: Mapping[str, str]) -> bool:
    """One person, who reads for a subscriber, or is an authorized contact of a contract; False when all is so.

    People who are on record keep their name, language and zone: those are theirs to change.
    """
    known = person_by_email(cells["email"])
    row = known or directory.create_person(
        by=by, email=cells["email"], name=cells["name"], language=cells.get("language") or "en",
        zone=cells.get("zone") or "UTC",
    )  # fmt: skip
    slug, reference = cells.get("subscriber", ""), cells.get("contract", "")
    if reference:
        return _contact(by, row.id, slug, reference, cells) or known is None
    if cells.get("trained_on") or cells.get("trained_until"):
        raise Refusal("training_without_contract", "training_of_contacts", "correct_lines")
    joined = bool(slug) and _reader(by, row.id, _owner(slug))
    return joined or known is None


def _reader(by: Actor, person_id: int, owner: SubscriberRow) -> bool:
    if viewer_of(person_id).subscriber_roles.get(owner.id):
        return False
    return put_role(by=by, person_id=person_id, role="viewer", subscriber_id=owner.id)


def _contact(by: Actor, person_id: int, slug: str, reference: str, cells: Mapping[str, str]) -> bool:
    """Name a person in the first free slot of a contract; False when they are its contact already."""
    found = Contract.objects.filter(reference=reference).values_list("pk", "subscriber__slug").first()
    if found is None:
        raise NotFound("contract")
    if slug and slug != found[1]:
        raise Refusal("contract_of_another", "contracts_have_a_subscriber", "correct_lines", {"subscriber": found[1]})
    on, until = _day(cells.get("trained_on", "")), _day(cells.get("trained_until", ""))
    known = ContactSlot.objects.filter(contract_id=found[0], person_id=person_id).first()
    if known is not None:
        given = {"trained_on": on, "trained_until": until}
        _same(known, {name: value for name, value in given.items() if value})
        return False
    fill_slot(by=by, contract_id=found[0], person_id=person_id, trained_on=on, trained_until=until)
    return True


def _contract(by: Actor, cells: Mapping[str, str]) -> bool:
    """One contract; False when it is on record. Refuses one that is on record otherwise."""
    owner, starts, ends = _owner(cells["subscriber"]), _day(cells["starts_on"]), _day(cells["ends_on"])
    if starts is None or ends is None:
        raise Refusal("date_invalid", "a_term_has_days", "check_dates")
    region = cells.get("region") or "default"
    version = "package_version__programme_version__programme"
    known = Contract.objects.filter(reference=cells["reference"]).select_related(version).first()
    if known is not None:
        _same_contract(known, cells, {"subscriber_id": owner.id, "region": region, "starts_on": starts,
                                      "ends_on": ends, "zone": cells["zone"]})  # fmt: skip
        return False
    operations.sign_contract(
        by=by, subscriber_id=owner.id, package=cells["package"], programme=cells["programme"], region=region,
        starts_on=starts, ends_on=ends, zone=cells["zone"], reference=cells["reference"],
        contact_limit=_limit(cells.get("contacts", "")), measures=_bought(cells.get("bought", "")),
    )  # fmt: skip
    return True


def _same_contract(known: Contract, cells: Mapping[str, str], given: Mapping[str, object]) -> None:
    _same(known, given)
    version = known.package_version
    if (version.code, version.programme_version.programme.code) != (cells["package"], cells["programme"]):
        raise Refusal("recorded_differently", "imports_never_change", "change_by_hand", {"fields": "package"})


def _owner(slug: str) -> SubscriberRow:
    return subscriber(_DESK, slug)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal("date_invalid", "dates_are_iso", "check_dates", {"date": text}) from None


def _limit(text: str) -> int | None:
    """The contacts of a contract as written: empty for what the package includes."""
    if not text:
        return operations.INCLUDED
    if text.lower() == UNLIMITED:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Refusal("number_invalid", "contacts_are_counted", "correct_lines", {"number": text})
    return int(text)


def _bought(text: str) -> dict[str, Decimal] | None:
    """What was bought, as `packs=3; products=2`."""
    if not text:
        return None
    found = {}
    for part in text.replace(",", ";").split(";"):
        name, _, amount = part.partition("=")
        try:
            number = Decimal(amount.strip())
        except InvalidOperation:
            raise Refusal("number_invalid", "contacts_are_counted", "correct_lines", {"number": part}) from None
        if not number.is_finite() or not 0 <= number <= MOST_CONTACTS:
            raise Refusal("number_invalid", "contacts_are_counted", "correct_lines", {"number": part})
        found[name.strip()] = number
    return found


_ENTER: dict[str, Enter] = {"subscribers": _subscriber, "people": _person, "contracts": _contract}
#: What makes a line one of a kind.
_KEYS = {"subscribers": ("slug",), "people": ("email", "subscriber", "contract"), "contracts": ("reference",)}
