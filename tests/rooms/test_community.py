"""The community: who writes and reads, what is held, what is counted, and what stays of somebody who was erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from rooms_cast import Cast, person

from garant.community import operations, queries
from garant.community.acting import PACES
from garant.community.models import Post, PostVersion, Profile
from garant.community.texts import cleaned_link, mentioned, spam_score
from garant.core.people import NOBODY, SYSTEM, Actor
from garant.core.refusals import NotFound, Refusal
from garant.directory import operations as directory
from garant.directory.models import Person
from garant.journal.models import Notice
from garant.journal.operations import database_now
from garant.journal.queries import entries_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ASKER, HELPER, STAFF = "contact_gold", "contact_silver", "agent"


def asked(cast: Cast, who: str = ASKER, *, shown: bool = True, kind: str = "question", **more: object) -> int:
    thread = operations.ask(
        by=cast.actor(who), kind=kind, title=str(more.pop("title", "Why does the import stop?")),
        body="It stops at row 10 of every file.", language="en", tags=["imports"], **more,  # type: ignore[arg-type]
    )  # fmt: skip
    if shown:
        operations.approve(by=cast.actor(STAFF), post_id=opening(thread))
    return thread


def opening(thread: int) -> int:
    return Post.objects.get(thread_id=thread, kind="opening").pk


def trusted(cast: Cast, who: str) -> None:
    operations.vote(by=cast.actor(who), post_id=opening(asked(cast, "agent")))
    Profile.objects.filter(person_id=cast.people[who]).update(trusted_at=database_now())


def code(act: object, *args: object, **more: object) -> str:
    with pytest.raises(Refusal) as refused:
        act(*args, **more)  # type: ignore[operator]
    return refused.value.code


def titles(viewer: object = NOBODY, **more: object) -> list[str]:
    return [row.title for row in queries.threads(viewer=viewer, **more).rows]  # type: ignore[arg-type]


def test_first_posts_wait_for_staff_and_the_next_ones_dont(cast: Cast) -> None:
    first = asked(cast, shown=False)
    assert titles() == []
    assert titles(cast.viewer(HELPER)) == []
    assert titles(cast.viewer(ASKER)) == titles(cast.viewer(STAFF)) == ["Why does the import stop?"]
    assert [row.id for row in queries.held(viewer=cast.viewer(STAFF)).rows] == [opening(first)]
    assert not queries.held(viewer=cast.viewer(ASKER)).rows
    operations.approve(by=cast.actor(STAFF), post_id=opening(first))
    asked(cast, shown=False, title="And the export?")
    assert titles() == ["And the export?", "Why does the import stop?"]
    with pytest.raises(NotFound):
        queries.thread(viewer=NOBODY, thread_id=10**12)


def test_who_belongs_to_nobody_writes_nothing(cast: Cast) -> None:
    thread = asked(cast)
    assert code(operations.answer, by=cast.actor("nobody"), thread_id=thread, body="x") == "not_allowed"
    assert code(operations.answer, by=SYSTEM, thread_id=thread, body="x") == "automatic_act"
    assert queries.thread(viewer=cast.viewer("nobody"), thread_id=thread).can == frozenset()
    for act in (operations.lock, operations.restore_thread):
        assert code(act, by=cast.actor(ASKER), thread_id=thread) == "not_allowed"
    assert code(operations.hide, by=cast.actor(ASKER), post_id=opening(thread), reason="x") == "not_allowed"


def test_an_answer_is_accepted_once_by_the_asker_or_staff(cast: Cast) -> None:
    thread = asked(cast)
    one = operations.answer(by=cast.actor(STAFF), thread_id=thread, body="Save it as UTF-8.")
    two = operations.answer(by=cast.actor(STAFF), thread_id=thread, body="Or cut the file.")
    assert code(operations.accept, by=cast.actor(HELPER), post_id=one) == "not_the_asker"
    operations.accept(by=cast.actor(ASKER), post_id=one)
    operations.accept(by=cast.actor(STAFF), post_id=two)
    view = queries.thread(viewer=NOBODY, thread_id=thread)
    assert [(post.id, post.accepted) for post in view.answers] == [(two, True), (one, False)]
    assert view.row.state == "answered"
    assert view.answers[0].author.badge == "staff"
    operations.accept(by=cast.actor(ASKER), post_id=two, accepted=False)
    assert queries.thread(viewer=NOBODY, thread_id=thread).row.state == "open"
    assert code(operations.accept, by=cast.actor(ASKER), post_id=opening(thread)) == "answers_only"


def test_votes_count_once_and_never_for_oneself(cast: Cast) -> None:
    thread = asked(cast)
    for _ in range(2):
        operations.vote(by=cast.actor(HELPER), post_id=opening(thread))
    assert code(operations.vote, by=cast.actor(ASKER), post_id=opening(thread)) == "own_vote"
    view = queries.thread(viewer=cast.viewer(HELPER), thread_id=thread)
    assert (view.row.votes, view.opening.votes, view.opening.voted) == (1, 1, True)
    for _ in range(2):
        operations.unvote(by=cast.actor(HELPER), post_id=opening(thread))
    assert queries.thread(viewer=NOBODY, thread_id=thread).row.votes == 0


def test_every_version_stays_and_nobody_edits_for_others(cast: Cast) -> None:
    thread = asked(cast)
    post = opening(thread)
    operations.edit(by=cast.actor(ASKER), post_id=post, body="Row 11.", revision=1, title="Which row?", tags=["csv"])
    assert [(one.title, one.body) for one in queries.versions(viewer=NOBODY, post_id=post)] == [
        ("Why does the import stop?", "It stops at row 10 of every file."),
        ("Which row?", "Row 11."),
    ]
    assert queries.thread(viewer=NOBODY, thread_id=thread).row.tags == ("csv",)
    assert code(operations.edit, by=cast.actor(STAFF), post_id=post, body="x", revision=2) == "not_yours"
    assert code(operations.edit, by=cast.actor(ASKER), post_id=post, body="x", revision=1) == "changed_meanwhile"
    with pytest.raises(DatabaseError), transaction.atomic():
        PostVersion.objects.filter(post_id=post).update(body="never said")
    with pytest.raises(DatabaseError), transaction.atomic():
        PostVersion.objects.filter(post_id=post).delete()


def test_followers_and_the_mentioned_hear_once_and_the_writer_never(cast: Cast) -> None:
    thread = asked(cast)
    operations.follow(by=cast.actor(HELPER), thread_id=thread)
    handle = Profile.objects.get(person_id=cast.people[HELPER]).handle
    body = f"Ask @{handle}, or write to me@{handle}."
    post = operations.answer(by=cast.actor(STAFF), thread_id=thread, body=body)
    rows = Notice.objects.filter(subject_kind="thread").order_by("kind")
    assert [(row.kind, row.person_id) for row in rows] == [
        ("thread_followed", cast.people[ASKER]), ("thread_mentioned", cast.people[HELPER]),
    ]  # fmt: skip
    assert rows[0].data == {"thread": thread, "post": post, "subject": "Why does the import stop?", "name": "agent"}
    operations.unfollow(by=cast.actor(ASKER), thread_id=thread)
    operations.comment(by=cast.actor(STAFF), post_id=post, body="Or both.")
    assert Notice.objects.filter(subject_kind="thread", person_id=cast.people[ASKER]).count() == 1


def test_what_is_held_is_told_when_it_is_shown(cast: Cast) -> None:
    thread = asked(cast)
    post = operations.answer(by=cast.actor(HELPER), thread_id=thread, body="I have this too.")
    assert not Notice.objects.filter(subject_kind="thread").exists()
    assert queries.thread(viewer=NOBODY, thread_id=thread).row.answers == 0
    operations.approve(by=cast.actor(STAFF), post_id=post)
    assert Notice.objects.get(subject_kind="thread").person_id == cast.people[ASKER]
    assert queries.thread(viewer=NOBODY, thread_id=thread).row.answers == 1


def test_what_is_hidden_is_gone_for_all_but_staff_and_comes_back(cast: Cast) -> None:
    thread = asked(cast)
    post = operations.answer(by=cast.actor(STAFF), thread_id=thread, body="Buy cheap watches.")
    operations.comment(by=cast.actor(STAFF), post_id=post, body="Really.")
    operations.flag(by=cast.actor(HELPER), post_id=post, reason="Advertising")
    assert queries.flagged(viewer=cast.viewer(STAFF)).rows[0].flags[0][1] == "Advertising"
    operations.hide(by=cast.actor(STAFF), post_id=post, reason="Advertising")
    assert not queries.flagged(viewer=cast.viewer(STAFF)).rows
    for viewer in (NOBODY, cast.viewer(ASKER)):
        assert queries.thread(viewer=viewer, thread_id=thread).answers == ()
        with pytest.raises(NotFound):
            queries.versions(viewer=viewer, post_id=post)
    shown = queries.thread(viewer=cast.viewer(STAFF), thread_id=thread).answers[0]
    assert (shown.hidden, shown.hidden_reason) == (True, "Advertising")
    operations.restore(by=cast.actor(STAFF), post_id=post)
    assert len(queries.thread(viewer=NOBODY, thread_id=thread).answers) == 1
    operations.hide(by=cast.actor(STAFF), post_id=opening(thread), reason="Double")
    with pytest.raises(NotFound):
        queries.thread(viewer=cast.viewer(ASKER), thread_id=thread)
    with pytest.raises(NotFound):
        operations.answer(by=cast.actor(ASKER), thread_id=thread, body="x")
    operations.restore_thread(by=cast.actor(STAFF), thread_id=thread)
    assert titles() == ["Why does the import stop?"]


def test_a_locked_thread_is_read_and_only_staff_write(cast: Cast) -> None:
    thread = asked(cast)
    operations.lock(by=cast.actor(STAFF), thread_id=thread)
    assert code(operations.answer, by=cast.actor(ASKER), thread_id=thread, body="x") == "thread_locked"
    operations.answer(by=cast.actor(STAFF), thread_id=thread, body="Closed, see the article.")
    operations.lock(by=cast.actor(STAFF), thread_id=thread, locked=False)
    operations.answer(by=cast.actor(ASKER), thread_id=thread, body="Thank you.")


def test_a_merged_thread_leads_to_the_other_with_its_answers_and_followers(cast: Cast) -> None:
    one, two = asked(cast), asked(cast, title="Import stops")
    post = operations.answer(by=cast.actor(STAFF), thread_id=two, body="Save it as UTF-8.")
    operations.comment(by=cast.actor(STAFF), post_id=post, body="With a mark.")
    operations.follow(by=cast.actor(HELPER), thread_id=two)
    operations.merge(by=cast.actor(STAFF), thread_id=two, into=one)
    view = queries.thread(viewer=cast.viewer(HELPER), thread_id=two)
    assert (view.row.id, [each.id for each in view.answers], view.follows) == (one, [post], True)
    assert [each.body for each in view.answers[0].comments] == ["With a mark."]
    assert titles() == ["Why does the import stop?"]
    assert code(operations.answer, by=cast.actor(ASKER), thread_id=two, body="x") == "thread_merged"
    assert code(operations.merge, by=cast.actor(STAFF), thread_id=one, into=one) == "thread_merges_itself"


def test_ideas_have_a_state_and_threads_move(cast: Cast) -> None:
    thread = asked(cast)
    assert code(operations.set_idea_state, by=cast.actor(STAFF), thread_id=thread, state="planned") \
        == "idea_state_unknown"  # fmt: skip
    operations.move(by=cast.actor(STAFF), thread_id=thread, kind="idea", tags=["Imports", "csv files"])
    operations.set_idea_state(by=cast.actor(STAFF), thread_id=thread, state="planned")
    row = queries.threads(viewer=NOBODY, kind="idea", state="planned", tag="csv-files").rows[0]
    assert (row.idea_state, row.tags) == ("planned", ("csv-files", "imports"))
    assert [tag for tag, _ in queries.tags(viewer=NOBODY)] == ["csv-files", "imports"]


def test_nobody_floods_and_a_second_sending_writes_nothing(cast: Cast) -> None:
    thread = asked(cast)
    first = operations.answer(by=cast.actor(HELPER), thread_id=thread, body="Same here", once="k" * 20)
    assert operations.answer(by=cast.actor(HELPER), thread_id=thread, body="Same here", once="k" * 20) == first
    most = PACES["post"][1]
    for turn in range(most - 1):
        operations.answer(by=cast.actor(HELPER), thread_id=thread, body=f"Number {turn}")
    with pytest.raises(Refusal) as refused:
        operations.comment(by=cast.actor(HELPER), post_id=opening(thread), body="One more")
    assert (refused.value.code, refused.value.remedy) == ("too_fast", "wait_a_while")


def test_what_looks_like_spam_waits_even_of_somebody_known(cast: Cast) -> None:
    trusted(cast, HELPER)
    thread = asked(cast)
    text = "Look: https://a.example https://b.example https://c.example https://d.example"
    post = operations.answer(by=cast.actor(HELPER), thread_id=thread, body=text)
    assert [row.id for row in queries.held(viewer=cast.viewer(STAFF)).rows] == [post]
    kind = operations.answer(by=cast.actor(HELPER), thread_id=thread, body="Try the second importer, it worked here.")
    assert not Post.objects.get(pk=kind).held
    assert spam_score("One link https://a.example is fine in a sentence of words.", earlier=[], recent=0) == 0


def test_questions_without_an_answer_are_listed_by_age(cast: Cast) -> None:
    old = asked(cast, "agent", title="Old one", at=database_now() - timedelta(days=9), shown=False)
    asked(cast)
    rows = queries.unanswered(viewer=cast.viewer(STAFF), days=5).rows
    assert [row.id for row in rows] == [old]
    assert not queries.unanswered(viewer=cast.viewer(ASKER), days=0).rows


def test_gdpr_01_an_erased_person_leaves_threads_that_read_well(cast: Cast) -> None:
    thread = asked(cast)
    operations.save_profile(
        by=cast.actor(ASKER), name="Maren", handle="maren", about="I run imports.", link="https://maren.example",
        shows_organisation=True,
    )  # fmt: skip
    shown = queries.profile(viewer=NOBODY, handle="maren")
    assert (shown.who.name, shown.who.organisation) == ("Maren", "gold customer")
    assert operations.erase_person(by=cast.actor("manager"), person_id=cast.people[ASKER])
    view = queries.thread(viewer=NOBODY, thread_id=thread)
    assert (view.row.author.gone, view.row.author.name, view.opening.body[:8]) == (True, "", "It stops")
    with pytest.raises(NotFound):
        queries.profile(viewer=NOBODY, handle="maren")
    left = Profile.objects.get(pk=view.row.author.id)
    assert [left.person_id, left.name, left.about, left.link] == [None, "", "", ""]
    assert not operations.erase_person(by=cast.actor("manager"), person_id=cast.people[ASKER])
    assert entries_of(("profile", left.pk))[-1].kind == "profile_erased"


@pytest.mark.parametrize("link", [
    "javascript:x//http://y", "JavaScript:alert(1)", " data:text/html,x", "http:", "https://", "//x.example",
    "https://a.example/\"onmouseover=x", "ftp://a.example", "http://a b.example", "jav\tascript:http://x",
])  # fmt: skip
def test_xss_04_a_profile_links_to_web_addresses_only(link: str) -> None:
    with pytest.raises(Refusal) as refused:
        cleaned_link(link)
    assert refused.value.code == "link_not_web"
    assert cleaned_link(" https://maren.example/about?x=1#y ") == "https://maren.example/about?x=1#y"


def test_enum_08_names_are_display_names_never_addresses(cast: Cast) -> None:
    nameless = person("nameless")
    Person.objects.filter(pk=nameless).update(name="maren@people.example")
    directory.give_role(by=SYSTEM, person_id=nameless, role="viewer", subscriber_id=cast.subscribers["gold"])
    by = Actor("person", nameless)
    operations.ask(by=by, kind="discussion", title="Hello", body="Hello all", language="en")
    mine = Profile.objects.get(person_id=nameless)
    assert "@" not in mine.name + mine.handle
    refused = code(operations.save_profile, by=by, name="x@y.example", handle="xy", about="", link="",
                   shows_organisation=False)  # fmt: skip
    assert refused == "name_is_address"
    assert mentioned("mail a@b.example, ask @Ines-C and (@yuki)") == {"ines-c", "yuki"}


def test_com_04_a_profile_lists_only_what_the_reader_may_read(cast: Cast) -> None:
    thread, gone = asked(cast), asked(cast, title="Not for others")
    asker = queries.my_profile(viewer=cast.viewer(ASKER))
    assert asker is not None
    operations.hide_thread(by=cast.actor(STAFF), thread_id=gone, reason="Names a customer")
    rows = queries.posts_of(viewer=cast.viewer(HELPER), profile_id=asker.who.id).rows
    assert [row.thread.id for row in rows] == [thread]
    assert len(queries.posts_of(viewer=cast.viewer(STAFF), profile_id=asker.who.id).rows) == 2


def test_a_case_is_linked_by_the_asker_and_seen_by_them_and_staff(cast: Cast) -> None:
    thread = asked(cast)
    assert code(operations.link_case, by=cast.actor(HELPER), thread_id=thread, case_number=7) == "not_the_asker"
    operations.link_case(by=cast.actor(ASKER), thread_id=thread, case_number=7)
    seen = {
        who: queries.thread(viewer=cast.viewer(who), thread_id=thread).case_number for who in (ASKER, HELPER, STAFF)
    }
    assert seen == {ASKER: 7, HELPER: None, STAFF: 7}
    assert queries.thread(viewer=NOBODY, thread_id=thread).case_number is None


def test_the_feed_has_only_what_everybody_reads_and_pages_go_on(cast: Cast) -> None:
    asked(cast, shown=False, title="Held")
    for turn in range(3):
        asked(cast, "agent", title=f"Shown {turn}", shown=False)
    assert [row.thread.title for row in queries.feed(tag="imports")] == ["Shown 2", "Shown 1", "Shown 0"]
    first = queries.threads(viewer=NOBODY, limit=2)
    assert [row.title for row in queries.threads(viewer=NOBODY, limit=2, after=first.next).rows] == ["Shown 0"]
