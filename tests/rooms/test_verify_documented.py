"""The reference pages name what there is: a table, a column or a kind of entry without a word fails here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from garant.cases.events import CLOCK_KINDS, ESCALATION_KINDS, MISSED, MOVED

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
TABLES = (
    "cases.Case",
    "cases.Message",
    "cases.Period",
    "cases.Escalation",
    "cases.Draft",
    "cases.CannedReply",
    "cases.MailboxState",
    "community.Profile",
    "community.Thread",
    "community.Post",
    "community.PostVersion",
    "community.Vote",
    "community.Follow",
    "community.Flag",
    "community.Tag",
    "journal.Entry",
    "journal.Seal",
    "journal.Notice",
    "journal.OnceKey",
    "journal.Undelivered",
    "contracts.Contract",
    "contracts.ContactSlot",
    "contracts.PackageVersion",
    "contracts.ProgrammeVersion",
    "contracts.Programme",
    "contracts.CalendarVersion",
    "contracts.ProgrammeDraft",
    "directory.Person",
    "directory.Subscriber",
    "directory.RoleHeld",
    "knowledge.Section",
    "knowledge.Article",
    "knowledge.Translation",
    "knowledge.Version",
    "knowledge.Redirect",
    "knowledge.ArticleFile",
    "knowledge.Feedback",
)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_documented_under_its_table(name: str) -> None:
    model = apps.get_model(name)
    text = (REFERENCE / "database.md").read_text(encoding="utf-8")
    assert f"`{model._meta.db_table}`" in text
    _, _, after = text.partition(f"`{model._meta.db_table}`")
    own = re.split(r"\n## |`(?:cases|journal|contracts|directory|knowledge|community)_", after)[0]
    said = set(re.findall(r"`([a-z0-9_]+)`", own))
    assert {field.column for field in model._meta.fields} - said == set()


def test_every_kind_of_entry_of_a_case_is_documented() -> None:
    text = (REFERENCE / "journal.md").read_text(encoding="utf-8")
    said = set(re.findall(r"`([a-z_]+)`", text))
    assert {
        *CLOCK_KINDS,
        *CLOCK_KINDS.values(),
        MISSED,
        MOVED,
        *ESCALATION_KINDS,
        "note_added",
        "case_assigned",
    } - said == set()
