"""What followers of a thread get by mail, and what they don't get any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mail_cast import mail_server, send
from rooms_cast import Cast

from garant.community import operations
from garant.community.models import Post
from garant.config.mailing import make_digests
from garant.directory.models import NoticePreference
from garant.journal.models import Notice
from garant.journal.operations import database_now

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def answered(cast: Cast) -> int:
    """A contact's question that staff have shown and answered; returns the thread."""
    thread = operations.ask(
        by=cast.actor("contact_gold"), kind="question", title="Which row?", body="Which one?", language="en"
    )
    operations.approve(by=cast.actor("agent"), post_id=Post.objects.get(thread_id=thread).pk)
    operations.answer(by=cast.actor("agent"), thread_id=thread, body="Secret words of an answer.")
    return thread


def test_a_follower_is_told_who_wrote_where_and_how_to_end_it(cast: Cast) -> None:
    thread = answered(cast)
    with mail_server() as (box, where):
        assert send(where) == 1
    (mail,) = box.mails
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "New in “Which row?”"
    assert f"http://127.0.0.1:8000/community/{thread}/" in text
    assert "Secret words" not in text
    assert "@people.example" not in text
    assert "/notices/off/" in str(mail["List-Unsubscribe"])


def test_a_thread_that_its_follower_may_not_read_any_more_is_not_mailed(cast: Cast) -> None:
    thread = answered(cast)
    operations.hide_thread(by=cast.actor("agent"), thread_id=thread, reason="Names a customer")
    with mail_server() as (box, where):
        assert send(where) == 0
    assert box.mails == []
    assert Notice.objects.get(subject_kind="thread").problem == "not_theirs_any_more"


def test_the_digest_of_a_customer_tells_of_threads(cast: Cast) -> None:
    NoticePreference.objects.create(person_id=cast.people["contact_gold"], kind="thread_followed", how="digest")
    answered(cast)
    with mail_server() as (box, where):
        assert send(where) == 0
        make_digests(database_now() + timedelta(days=2))
        assert send(where) == 1
    assert "Which row?" in box.mails[0].get_body(("plain",)).get_content()
