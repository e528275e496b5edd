"""The console's pages with and without a script: what they show, what they keep, what they refuse."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from desk_cast import Cast, file_case
from django.urls import reverse
from django.utils.html import strip_tags

from garant.cases import operations, queries
from garant.cases.sweeping import sweep_all
from garant.cases.views import CaseView
from garant.core.people import Actor
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TOKEN = "a-token-made-with-the-page"


def url(number: int, name: str = "case") -> str:
    return reverse(f"console:{name}", kwargs={"number": number})


def seen(cast: Cast, number: int) -> CaseView:
    return queries.case(viewer=viewer_of(cast.people["agent"].pk), number=number)


def text(response: object) -> str:
    return _words(response.content.decode())  # type: ignore[attr-defined]


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# -- the queue ----------------------------------------------------------------------------------------------------


def test_the_queue_shows_the_missed_case_first_and_counts_it(cast: Cast) -> None:
    page = cast.client("agent").get(reverse("console:queue")).content.decode()
    assert page.index("Missed <span>") < page.index(cast.secret_a) < page.index(cast.secret_b)
    assert "<b>1 missed</b>" in page
    assert "Nobody works on 1 of the missed ones yet." in page


@pytest.mark.parametrize(
    ("shown", "a", "b"),
    [
        ("open", True, True),
        ("mine", False, False),
        ("unassigned", True, True),
        ("urgent", True, False),
        ("waiting", False, False),
        ("held", False, False),
        ("no-such-tab", True, True),
    ],
)
def test_each_tab_lists_its_cases(cast: Cast, shown: str, a: bool, b: bool) -> None:
    page = cast.client("agent").get(reverse("console:queue"), {"shown": shown}).content.decode()
    assert (cast.secret_a in page, cast.secret_b in page) == (a, b)


def test_a_tab_with_nothing_in_it_says_what_it_is(cast: Cast) -> None:
    page = text(cast.client("agent").get(reverse("console:queue"), {"shown": "held"}))
    assert "No case is held" in page
    assert "Show all open" in page


def test_the_counts_of_the_tabs_are_those_of_the_lists(cast: Cast) -> None:
    client = cast.client("agent")
    operations.assign(by=cast.actor("agent"), number=cast.case_b, assignee_id=cast.people["agent"].pk)
    page = client.get(reverse("console:queue")).content.decode()
    counts = {name.strip(): int(n) for name, n in re.findall(r'">([^<]+) <span>(\d+)</span></a>', page)}
    assert counts == {"All open": 2, "Mine": 1, "Nobody yet": 1, "Near or missed": 1, "Waiting": 0, "Held": 0}


def test_the_queue_has_pages_and_no_case_stands_on_two(cast: Cast) -> None:
    made = {file_case(cast.people["contact"], cast.subscriber_a, f"Case number {i}") for i in range(55)}
    client, address, found = cast.client("agent"), reverse("console:queue"), []
    while address:
        page = client.get(address).content.decode()
        found += [int(n) for n in re.findall(r'<span class="id">(\d+)</span>', page)]
        following = re.search(r'href="(\?after=[^"]+)"', page)
        address = reverse("console:queue") + following.group(1) if following else ""
    assert len(found) == len(set(found)) == len(made) + 2
    assert made < set(found)


def test_the_number_of_statements_does_not_grow_with_the_queue(cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counted = cast.client("agent"), []
    for _ in range(2):
        client.get(reverse("console:queue"))
        with CaptureQueriesContext(connection) as seen_queries:
            client.get(reverse("console:queue"))
        counted.append(len(seen_queries))
        for i in range(10):
            file_case(cast.people["contact"], cast.subscriber_a, f"More {i}")
    assert counted[0] == counted[1], counted


def test_searching_a_number_opens_the_case(cast: Cast) -> None:
    response = cast.client("agent").get(reverse("console:queue"), {"q": f" #{cast.case_b} "})
    assert response.headers["Location"] == url(cast.case_b)


def test_searching_words_finds_subjects(cast: Cast) -> None:
    client = cast.client("agent")
    page = client.get(reverse("console:queue"), {"q": "exports arrive"}).content.decode()
    assert cast.secret_b in page
    assert cast.secret_a not in page
    assert "No case matches" in text(client.get(reverse("console:queue"), {"q": "zzz"}))


def test_the_refresh_brings_the_clocks_alone(cast: Cast) -> None:
    page = cast.client("agent").get(reverse("console:clocks")).content.decode()
    assert page.count("hx-swap-oob") == 2
    assert f'id="clock-{cast.case_a}"' in page
    assert "<a " not in page, "a link that is swapped would lose the focus"


def test_a_case_without_a_promise_says_so(cast: Cast) -> None:
    from desk_cast import organisation, person

    someone = person("Ana Ruiz", "ana@plain.example")
    file_case(someone, organisation("Plain Co-op", "standard", someone), "No promise here", severity="3")
    page = text(cast.client("agent").get(reverse("console:queue")))
    assert "No response target" in page
    assert "no target" in page


# -- the case -----------------------------------------------------------------------------------------------------


def test_the_case_explains_its_due_time_and_the_proof_sums_to_the_target(cast: Cast) -> None:
    page = cast.client("agent").get(url(cast.case_b)).content.decode()
    view = seen(cast, cast.case_b)
    assert view.current is not None
    target = timedelta(seconds=view.current.target_seconds or 0)
    table = page[page.index('<table class="proof') : page.index("</table>", page.index('<table class="proof'))]
    hours = re.findall(r'<td class="r">([\d:–]+)</td><td class="r">', table)
    counted = sum((_span(text) for text in hours if text != "–"), timedelta(0))
    assert counted == target
    assert f"<span>{_figures(target)}</span>" in table
    assert "07:00-18:00 Denver" in page
    assert 'class="ribbon"' in page


def _span(text: str) -> timedelta:
    parts = [int(part) for part in text.split(":")]
    hours, minutes, seconds = (*parts, 0) if len(parts) == 2 else parts
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _figures(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def test_the_error_report_and_the_note_stand_apart(cast: Cast) -> None:
    page = cast.client("agent").get(url(cast.case_a)).content.decode()
    for part in ("All rows arrive.", "Some rows are missing.", "Production, 8.4.2", "1. Upload the file."):
        assert part in page
    note = page[page.index('class="msg msg-note"') :]
    assert "the subscriber never sees this" in note
    assert note.index(cast.secret_note) < note.index("</article>")


def test_the_button_names_the_promise_it_answers(cast: Cast) -> None:
    from garant.kit.moments import clock_time

    view = seen(cast, cast.case_b)
    assert view.next_due is not None
    page = text(cast.client("agent").get(url(cast.case_b)))
    assert f"Send, answers the {clock_time(view.next_due, 'America/Denver')} promise" in page


def test_a_reply_meets_the_promise_and_is_shown(cast: Cast) -> None:
    client = cast.client("agent")
    data = {"kind": "reply", "body": "The cause is found.", "wait": "on", "once": TOKEN}
    response = client.post(url(cast.case_b, "send"), data, follow=True)
    assert response.redirect_chain == [(url(cast.case_b), 302)]
    page = text(response)
    assert "Reply sent." in page
    assert "Initial response met" in page
    assert "Waiting on customer" in page
    assert (seen(cast, cast.case_b).state, seen(cast, cast.case_b).next_due) == ("waiting", None)


def test_sending_twice_writes_once(cast: Cast) -> None:
    client = cast.client("agent")
    for kind in ("reply", "note", "call"):
        for _ in range(2):
            client.post(url(cast.case_b, "send"), {"kind": kind, "body": f"A {kind}.", "once": f"{TOKEN}-{kind}"})
    said = [message.body for message in seen(cast, cast.case_b).messages]
    assert sorted(said) == ["A call.", "A note.", "A reply."]


def test_the_same_token_with_another_text_is_refused_and_nothing_is_lost(cast: Cast) -> None:
    client = cast.client("agent")
    client.post(url(cast.case_b, "send"), {"kind": "reply", "body": "First text.", "once": TOKEN})
    response = client.post(url(cast.case_b, "send"), {"kind": "reply", "body": "Other text.", "once": TOKEN})
    assert response.status_code == 422
    assert ">Other text.</textarea>" in response.content.decode()
    assert [m.body for m in seen(cast, cast.case_b).messages] == ["First text."]


def test_an_empty_reply_comes_back_with_the_remedy_at_the_form(cast: Cast) -> None:
    response = cast.client("agent").post(url(cast.case_b, "send"), {"kind": "reply", "body": "  ", "once": TOKEN})
    page = response.content.decode()
    assert response.status_code == 422
    form = page[page.index('data-kind="reply"') :]
    assert form.index("Write something first.") < form.index("<textarea")


def test_a_refusal_keeps_what_was_typed(cast: Cast) -> None:
    """The case is closed by somebody else while the agent writes."""
    client, by = cast.client("agent"), cast.actor("manager")
    operations.resolve(by=by, number=cast.case_b, body="Done.")
    operations.close(by=by, number=cast.case_b)
    response = client.post(
        url(cast.case_b, "send"), {"kind": "reply", "body": "An hour of careful words.", "once": TOKEN}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "An hour of careful words." in page
    assert "This can&#x27;t be done now" in page or "This can't be done now" in page
    assert len(seen(cast, cast.case_b).messages) == 1


def test_resolve_close_reopen(cast: Cast) -> None:
    client = cast.client("agent")
    client.post(url(cast.case_b, "send"), {"kind": "reply", "body": "Mended.", "resolve": "on", "once": TOKEN})
    assert seen(cast, cast.case_b).state == "resolved"
    client.post(url(cast.case_b, "close"))
    assert seen(cast, cast.case_b).state == "closed"
    refused = client.post(url(cast.case_b, "reopen"), {"reason": ""})
    assert refused.status_code == 422
    assert "Give a reason" in text(refused)
    client.post(url(cast.case_b, "reopen"), {"reason": "It came back."})
    view = seen(cast, cast.case_b)
    assert view.state == "open"
    assert view.current is not None
    assert view.current.metric == "follow_up"
    assert "It came back." in text(client.get(url(cast.case_b)))


def test_assign_to_me_to_somebody_to_nobody(cast: Cast) -> None:
    client = cast.client("agent")
    for person in ("agent", "manager"):
        client.post(url(cast.case_a, "assign"), {"assignee": cast.people[person].pk})
        found = seen(cast, cast.case_a).assignee
        assert found is not None
        assert found.id == cast.people[person].pk
    client.post(url(cast.case_a, "assign"), {"assignee": ""})
    assert seen(cast, cast.case_a).assignee is None


def test_a_case_is_not_given_to_a_customer(cast: Cast) -> None:
    response = cast.client("agent").post(url(cast.case_a, "assign"), {"assignee": cast.people["contact"].pk})
    assert response.status_code == 422
    assert seen(cast, cast.case_a).assignee is None


def test_waiting_without_a_question_is_refused_with_the_way_out(cast: Cast) -> None:
    response = cast.client("agent").post(url(cast.case_b, "wait"))
    assert response.status_code == 422
    assert seen(cast, cast.case_b).state == "open"


def test_a_draft_is_kept_as_typed_and_goes_when_sent(cast: Cast) -> None:
    client = cast.client("agent")
    body = "Dear Per,\n\n  indented, and unfinished "
    saved = client.post(url(cast.case_b, "draft"), {"kind": "reply", "body": body, "once": TOKEN})
    assert "Draft saved" in text(saved)
    draft = queries.draft(viewer=viewer_of(cast.people["agent"].pk), place=f"reply:{cast.case_b}")
    assert draft is not None
    assert draft.data["body"] == body
    assert "indented, and unfinished" in client.get(url(cast.case_b)).content.decode()
    client.post(url(cast.case_b, "send"), {"kind": "reply", "body": body, "once": TOKEN})
    assert queries.draft(viewer=viewer_of(cast.people["agent"].pk), place=f"reply:{cast.case_b}") is None


def test_each_kind_of_message_has_its_own_draft(cast: Cast) -> None:
    client = cast.client("agent")
    for kind in ("reply", "note", "call"):
        client.post(url(cast.case_b, "draft"), {"kind": kind, "body": f"draft of a {kind}"})
    page = client.get(url(cast.case_b)).content.decode()
    for kind in ("reply", "note", "call"):
        form = page[page.index(f'data-kind="{kind}"') :]
        assert f">draft of a {kind}</textarea>" in form[: form.index("</form>")]
    client.post(url(cast.case_b, "draft"), {"kind": "note", "body": "   "})
    assert queries.draft(viewer=viewer_of(cast.people["agent"].pk), place=f"note:{cast.case_b}") is None


def test_every_entry_of_the_history_is_a_sentence(cast: Cast) -> None:
    client = cast.client("agent")
    client.post(url(cast.case_a, "assign"), {"assignee": cast.people["agent"].pk})
    client.post(url(cast.case_a, "send"), {"kind": "reply", "body": "Found.", "once": TOKEN})
    page = client.get(url(cast.case_a)).content.decode()
    journal = page[page.index('<ol class="journal">') :]
    assert journal.count("<li>", 0, journal.index("</ol>")) == len(seen(cast, cast.case_a).history)
    for sentence in (
        "Maren Lindqvist opened the case with severity 2.",
        "Ines Carvalho kept an internal note.",
        "Ines Carvalho gave the case to Ines Carvalho.",
        "Ines Carvalho answered.",
        "the due time passed without an answer.",
    ):
        assert sentence in journal
    assert "_" not in strip_tags(journal[: journal.index("</ol>")])


def test_an_unknown_case_is_a_404_page(cast: Cast) -> None:
    assert cast.client("agent").get(url(123)).status_code == 404


# -- escalations and notices --------------------------------------------------------------------------------------


def test_a_miss_is_escalated_with_its_true_due_time_and_told(cast: Cast) -> None:
    view = seen(cast, cast.case_a)
    row = next(each for each in view.escalations if each.trigger != "near")
    assert row.at == view.periods[0].due
    page = text(cast.client("manager").get(reverse("console:escalations")))
    assert cast.secret_a in page
    assert "At due Helena S." in page
    assert "Open and answer" in page


def test_an_answer_settles_the_escalation(cast: Cast) -> None:
    client = cast.client("agent")
    client.post(url(cast.case_a, "send"), {"kind": "reply", "body": "Here.", "once": TOKEN})
    page = client.get(reverse("console:escalations")).content.decode()
    assert "Settled <span>" not in page
    assert "Missed <span>" not in page
    page = client.get(reverse("console:escalations"), {"shown": "over"}).content.decode()
    assert "Settled <span>" in page


def test_the_notice_can_be_read_in_its_readers_language(cast: Cast) -> None:
    manager = cast.people["manager"]
    manager.language = "fr"
    manager.save()
    file_case(cast.people["contact"], cast.subscriber_a, "Second one", at=datetime.now(tz=UTC) - timedelta(days=9))
    sweep_all()
    agent = cast.client("agent")
    listed = agent.get(reverse("console:notices")).content.decode()
    numbers = [int(n) for n in re.findall(r"/console/notices/(\d+)/", listed)]
    pages = [agent.get(reverse("console:notice", kwargs={"notice_id": n})).content.decode() for n in numbers]
    letters = [_words(page[page.index("<article") : page.index("</article>")]) for page in pages]
    french = [letter for letter in letters if "première réponse manquée" in letter]
    english = [letter for letter in letters if "initial response missed" in letter]
    assert len(french) == 1
    assert len(english) == 1
    assert "Second one" in french[0]


def test_an_empty_outbox_and_no_escalations_say_so(db: None) -> None:
    from desk_cast import BACKEND, person
    from django.test import Client

    from garant.core.people import SYSTEM
    from garant.directory import operations as directory

    someone = person("Ines Carvalho", "ines@vendor.example")
    directory.give_role(by=SYSTEM, person_id=someone.pk, role="agent")
    client = Client()
    client.force_login(someone, backend=BACKEND)
    for name, title in (
        ("queue", "No open cases"),
        ("escalations", "Nothing is escalated"),
        ("notices", "Nothing here"),
    ):
        assert title in text(client.get(reverse(f"console:{name}")))


def test_the_console_speaks_french(cast: Cast) -> None:
    agent = cast.people["agent"]
    agent.language = "fr"
    agent.save()
    client = cast.client("agent")
    for address, words in (
        (reverse("console:queue"), ("File", "Manquées", "Sans responsable", "Personne ne s’occupe encore de 1")),
        (url(cast.case_a), ("Réponse publique", "Note interne", "Consigner un appel", "Historique", "Périodes")),
        (reverse("console:escalations"), ("Escalades", "À l’échéance", "Ouvrir et répondre")),
        (reverse("console:notices"), ("Boîte d’envoi", "En attente", "GARANT_SMTP_URL")),
        (reverse("console:keys"), ("Touches", "écrire une note interne")),
    ):
        page = text(client.get(address))
        for word in words:
            assert word in page, (address, word)


def test_an_actor_is_the_person_who_asks(cast: Cast) -> None:
    cast.client("manager").post(url(cast.case_b, "send"), {"kind": "note", "body": "By Helena.", "once": TOKEN})
    entry = seen(cast, cast.case_b).history[-1]
    assert entry.by == Actor("person", cast.people["manager"].pk)
