"""The acknowledgement of a case that came by mail offers what may answer it, within what its reader may read."""

from __future__ import annotations

from typing import Any

import pytest
from mail_cast import SENDER
from rooms_cast import Cast

from garant.cases import operations as cases
from garant.cases.models import Case
from garant.config.mail_writing import Reader, mail
from garant.core.people import SYSTEM
from garant.journal import queries as journal
from garant.journal.models import Notice
from garant.knowledge import operations as knowledge

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def written(cast: Cast, channel: str) -> Any:
    """The mail that acknowledges a case about imports which came by a channel."""
    made = cases.file_case(
        by=cast.actor("contact_gold"), person_id=cast.people["contact_gold"], subscriber_id=cast.subscribers["gold"],
        subject="Import drops rows", description="Since Saturday.", severity="3", request_type="question",
    )  # fmt: skip
    Case.objects.filter(number=made.number).update(channel=channel)
    row = Notice.objects.get(kind="case_received", data__number=made.number)
    view = journal.notice(viewer=cast.viewer("manager"), id=row.pk)
    reader = Reader("x@people.example", "UTC", cast.viewer("contact_gold"), known=True)
    return mail(view, reader, SENDER, "desk.example")


def article(title: str, visibility: str) -> int:
    knowledge.save_section(by=SYSTEM, code="data", names={"en": "Data"})
    made = knowledge.create_article(
        by=SYSTEM, section="data", language="en", title=title, body="Rows that an import drops.", visibility=visibility
    )
    knowledge.publish(by=SYSTEM, article_id=made, language="en")
    return made


def test_what_may_answer_stands_in_the_acknowledgement_of_a_mail(cast: Cast) -> None:
    shown, hidden = article("Imports that drop rows", "customers"), article("Import rows: for staff", "staff")
    told = written(cast, "email")
    html = next(part.content for part in told.alternatives)
    for text in (told.body, html):
        assert f"/kb/articles/{shown}/" in text
        assert "Imports that drop rows" in text
        assert f"/kb/articles/{hidden}/" not in text
        assert "for staff" not in text


def test_whoever_wrote_at_a_page_has_seen_it_there(cast: Cast) -> None:
    made = article("Imports that drop rows", "public")
    assert f"/kb/articles/{made}/" not in written(cast, "web").body
