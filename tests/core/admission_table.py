"""The decision table of intake: each finding in its order; docs/reference/admission.md shows it.

A row changes a request that is admitted: `sender`, `request` and `conditions` are the fields that differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from core_cast import denver, office

from garant.core.calendars import Calendar
from garant.core.intake import (
    Admission,
    AttachmentLimit,
    Conditions,
    ContractTerm,
    Request,
    Sender,
    Spoken,
    admit,
)

NOW = denver("18 10:00")
OPEN = office()
NIGHT = Calendar.from_plain("night", {"timezone": "America/Denver", "weekly": {"wed": [["20:00", "23:00"]]}})

SENDER = Sender(frozenset({"contact"}), trained=True)
REQUEST = Request(
    NOW, "phone", "2", "error", environment="production", product="server", release="9.1", language="fr", attachments=2,
    largest_attachment=4,
)  # fmt: skip
CONDITIONS = Conditions(
    ContractTerm("America/Denver", date(2026, 1, 1), date(2026, 12, 31)),
    "good",
    package_channels=("web", "mail", "phone"),
    region_channels=("phone", "mail", "web"),
    severities=("1", "2", "3"),
    request_types=frozenset({"error", "question"}),
    channel_hours={"phone": OPEN},
    environments=frozenset({"production", "staging"}),
    products={"server": frozenset({"9.1", "9.0"}), "desktop": None},
    languages={"fr": Spoken(), "en": Spoken()},
    attachments=AttachmentLimit(3, 5),
)


@dataclass(frozen=True)
class Row:
    """What differs, and what comes of it. `held` is the reason of the hold; None: refused."""

    code: str
    rule: str
    remedy: str
    conditions: dict[str, Any] = field(default_factory=dict)
    sender: dict[str, Any] = field(default_factory=dict)
    request: dict[str, Any] = field(default_factory=dict)
    held: str | None = None
    offered: tuple[str, ...] = ()
    values: dict[str, object] = field(default_factory=dict)

    def over(self, other: Row) -> Row:
        """Both rows' changes at once; where they change the same field, this row's holds."""
        return replace(
            self,
            conditions={**other.conditions, **self.conditions},
            sender={**other.sender, **self.sender},
            request={**other.request, **self.request},
        )

    def decided(self) -> Admission:
        """What intake says."""
        return admit(
            replace(SENDER, **self.sender), replace(REQUEST, **self.request), replace(CONDITIONS, **self.conditions)
        )


TABLE = (
    Row("no_contract", "support_needs_a_contract", "ask_sales", {"contract": None}),
    Row("contract_not_running", "support_needs_a_contract", "renew_contract",
        {"contract": ContractTerm("America/Denver", date(2025, 1, 1), date(2026, 11, 17))}),
    Row("cases_not_in_tier", "cases_of_the_package", "use_self_help",
        {"cases": False, "self_help": ("community",)}, offered=("community",)),
    Row("channel_not_in_region", "channels_of_the_region", "use_offered_channel",
        {"region_channels": ("mail", "web")}, offered=("mail", "web")),
    Row("channel_not_in_tier", "channels_of_the_package", "use_offered_channel",
        {"package_channels": ("web", "mail")}, offered=("mail", "web")),
    Row("outside_hours", "channels_have_hours", "use_offered_channel_or_wait",
        {"channel_hours": {"phone": NIGHT}}, offered=("mail", "web"), values={"next_open": denver("18 20:00")}),
    Row("request_type_not_in_tier", "request_types_of_the_package", "use_offered_type",
        {"request_types": frozenset({"question", "feature"})}, offered=("feature", "question")),
    Row("severity_not_in_tier", "severities_of_the_package", "use_offered_severity",
        {"severities": ("3", "4")}, offered=("3", "4")),
    Row("product_not_covered", "coverage_of_the_package", "use_covered_product",
        {"products": {"desktop": None, "phone": None}}, offered=("desktop", "phone")),
    Row("release_not_supported", "supported_releases", "move_to_supported_release",
        {"products": {"server": frozenset({"9.3", "9.2"})}}, offered=("9.2", "9.3")),
    Row("language_not_supported", "languages_of_the_package", "use_offered_language",
        {"languages": {"en": Spoken(), "de": Spoken()}}, offered=("en", "de")),
    Row("attachment_limit", "attachments_have_a_limit", "send_fewer_or_smaller",
        {"attachments": AttachmentLimit(1, 5)}, values={"limit": 1}),
    Row("not_authorized_contact", "only_authorized_contacts", "adoption_by_contact",
        sender={"roles": frozenset({"viewer"})}, held="unlisted"),
    Row("contact_not_effective_yet", "replacement_lead_time", "wait_or_ask_other_contact",
        sender={"effective_from": NOW + timedelta(microseconds=1)}),
    Row("contact_not_trained", "contacts_are_trained", "complete_training", sender={"trained": None}),
    Row("sender_not_verified", "senders_are_verified", "confirm_by_mail", sender={"verified": False}, held="sender"),
    Row("not_in_good_standing", "good_standing", "settle_or_ask_finance", {"standing": "suspended"}, held="standing"),
)  # fmt: skip

#: Other ways to the same findings.
VARIANTS = (
    Row("request_type_not_in_tier", "request_types_of_the_package", "use_offered_type",
        {"cases": False, "open_types": frozenset({"billing"})}, offered=("billing",)),
    Row("channel_not_in_tier", "channels_of_the_package", "use_offered_channel",
        {"channel_severities": {"phone": frozenset({"1"})}}, offered=("mail", "web")),
    Row("outside_hours", "channels_have_hours", "use_offered_channel_or_wait",
        {"channel_hours": {"phone": NIGHT, "mail": NIGHT}}, offered=("web",), values={"next_open": denver("18 20:00")}),
    Row("severity_not_in_tier", "severities_of_the_environment", "use_offered_severity",
        {"severity_environments": {"2": frozenset({"staging"}), "3": frozenset({"staging", "production"})}},
        offered=("1", "3")),
    Row("product_not_covered", "coverage_of_the_package", "use_covered_product",
        {"environments": frozenset({"staging", "qa"})}, offered=("qa", "staging")),
    Row("release_not_supported", "supported_releases", "move_to_supported_release",
        {"products": {"server": frozenset({"9.0"})}}, request={"product": None}, offered=("9.0",)),
    Row("language_not_supported", "languages_of_the_package", "use_offered_language",
        {"languages": {"fr": Spoken(frozenset({"1"})), "en": Spoken()}}, offered=("en",)),
    Row("language_not_supported", "languages_of_the_package", "use_offered_language",
        {"languages": {"fr": Spoken(hours=NIGHT), "en": Spoken()}}, offered=("en",)),
    Row("language_not_supported", "languages_of_the_package", "use_offered_language",
        {"languages": {"fr": Spoken(round_the_clock=False), "*": Spoken(frozenset())}},
        request={"round_the_clock": True}),
    Row("attachment_limit", "attachments_have_a_limit", "send_fewer_or_smaller",
        {"attachments": AttachmentLimit(None, 3.5)}, values={"limit": 3.5, "unit": "megabytes"}),
    Row("not_authorized_contact", "only_authorized_contacts", "adoption_by_contact",
        sender={"effective_until": NOW}, held="unlisted"),
    Row("not_authorized_contact", "only_authorized_contacts", "ask_authorized_contact",
        {"unlisted": "refuse"}, {"roles": frozenset()}),
    Row("not_authorized_contact", "only_authorized_contacts", "ask_authorized_contact",
        {}, {"roles": frozenset()}, {"signed_in": True}),
    Row("contact_not_trained", "contacts_are_trained", "complete_training", sender={"trained": False}),
    Row("contact_not_trained", "training_stays_current", "renew_training", sender={"trained_until": NOW}),
)  # fmt: skip

#: What stands just inside a limit, or is let in by the programme.
ADMITTED: tuple[tuple[Row, tuple[str, ...], str | None], ...] = (
    (Row("", "", ""), (), "fr"),
    (Row("", "", "", request={"severity": None, "request_type": None, "language": None}), (), None),
    (Row("", "", "", {"cases": False, "open_types": frozenset({"error"})}), (), "fr"),
    (Row("", "", "", {"request_types": None, "environments": None, "products": None}), (), "fr"),
    (Row("", "", "", {"languages": None}), (), None),
    (Row("", "", "", {"channel_severities": {"phone": frozenset({"2"})}}), (), "fr"),
    (Row("", "", "", {"channel_severities": {"phone": frozenset({"1"})}}, request={"severity": None}), (), "fr"),
    (Row("", "", "", {"channel_hours": {"mail": NIGHT}}), (), "fr"),
    (Row("", "", "", {"severity_environments": {"2": frozenset({"production"})}}), (), "fr"),
    (Row("", "", "", {"severity_environments": {"2": frozenset()}}, request={"environment": None}), (), "fr"),
    (Row("", "", "", {"products": {"server": None}}), (), "fr"),
    (Row("", "", "", {"products": {"server": frozenset({"9.0"})}}, request={"release": None}), (), "fr"),
    (Row("", "", "", request={"product": None, "release": "1"}), (), "fr"),
    (Row("", "", "", {"products": {"server": frozenset({"9.1"})}}, request={"product": None}), (), "fr"),
    (Row("", "", "", {"attachments": AttachmentLimit(2, 4)}), (), "fr"),
    (Row("", "", "", {"attachments": AttachmentLimit()}, request={"attachments": 900}), (), "fr"),
    (Row("", "", "", {"languages": {"fr": Spoken(hours=OPEN)}}), (), "fr"),
    (Row("", "", "", {"languages": {"fr": Spoken(hours=NIGHT, otherwise="en"), "en": Spoken()}}), (), "en"),
    (Row("", "", "", {"languages": {"*": Spoken(frozenset(), otherwise="en"), "en": Spoken()}}), (), "en"),
    (Row("", "", "", {"languages": {"fr": Spoken(round_the_clock=False)}}), (), "fr"),
    (Row("", "", "", {"languages": {"fr": Spoken(frozenset({"1"}))}}, request={"severity": None}), (), "fr"),
    (Row("", "", "", sender={"effective_from": NOW, "effective_until": NOW + timedelta(microseconds=1)}), (), "fr"),
    (Row("", "", "", sender={"trained_until": NOW + timedelta(microseconds=1)}), (), "fr"),
    (Row("", "", "", {"untrained": "warn"}), (), "fr"),
    (Row("", "", "", {"untrained": "warn"}, {"trained": None}), ("contact_not_trained",), "fr"),
    (Row("", "", "", {"untrained": "warn"}, {"trained_until": NOW}), ("training_lapsed",), "fr"),
    (Row("", "", "", {"untrained": "ignore"}, {"trained": False}), (), "fr"),
    (Row("", "", "", {"opening_roles": frozenset({"viewer"})}, {"roles": frozenset({"viewer"})}), (), "fr"),
    (Row("", "", "", {"standing": "suspended"}, request={"exception_by": "manager"}), (), "fr"),
)  # fmt: skip
