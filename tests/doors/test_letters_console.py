"""The words of messages in the console: the list, writing them, the preview, the test and the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_cast import Cast
from django.urls import reverse

from garant.core.letters import FIXED, SHAPES, Words
from garant.directory.queries import viewer_of
from garant.journal.models import Notice, OwnLetter
from garant.journal.operations_letters import write_letter
from garant.journal.queries_letters import own_words

pytestmark = [pytest.mark.database, pytest.mark.django_db]

BODY = "Guten Tag,\r\n\r\n„{subject}“ ist bei uns. Wir antworten bis {due}."
SCRIPT = "<script>alert(1)</script>"


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def url(name: str = "letter", kind: str = "case_received", language: str = "de") -> str:
    return reverse(f"console:{name}", args=[kind, language])


def typed(**more: str) -> dict[str, str]:
    return {"subject": "Fall {number} ist da", "body": BODY, "revision": "0", "once": "o" * 22, **more}


def written(cast: Cast, **more: Any) -> int:
    words = Words("Fall {number} ist da", BODY.replace("\r", ""))
    told = {"kind": "case_received", "language": "de", "words": words, "revision": 0, **more}
    return write_letter(viewer=viewer_of(cast.people["manager"].pk), **told)


def test_the_list_names_every_kind_and_the_languages_with_own_words(cast: Cast) -> None:
    manager = cast.client("manager")
    page = manager.get(reverse("console:letters"))
    assert page.content.decode().count("<li data-row>") == len(SHAPES)
    assert "Case {number}: we have it" in text(page)
    assert url(language="de") not in page.content.decode()
    written(cast)
    page = manager.get(reverse("console:letters"))
    assert url(language="de") in page.content.decode()
    for kind in FIXED:
        assert manager.get(url(kind=kind)).status_code == 404, kind
    assert manager.get(url(kind="comet_seen")).status_code == 404
    assert manager.get(url(language="tlh")).status_code == 404


def test_a_manager_writes_words_reads_versions_and_goes_back(cast: Cast) -> None:
    manager = cast.client("manager")
    page = manager.get(url())
    assert 'value="Fall {number}' in page.content.decode()
    assert "They stand here to begin with" in text(page)
    assert "{promised}" in text(page)
    kept = manager.post(url(), typed(), follow=True)
    assert "These words are said from now on." in text(kept)
    assert own_words("de")["case_received"].body == BODY.replace("\r\n", "\n")
    assert "your own words" in text(kept)
    assert "Helena Strand" in text(kept)
    stale = manager.post(url(), typed(subject="Später {number}"))
    assert stale.status_code == 422
    assert 'value="Später {number}"' in stale.content.decode(), "what was typed is kept"
    assert "Somebody else has changed this" in text(stale)
    old = manager.post(url("letter-back"), {"revision": "0"})
    assert (old.status_code, "Somebody else has changed this" in text(old)) == (422, True)
    back = manager.post(url("letter-back"), {"revision": "1"}, follow=True)
    assert "The desk’s own words are said again." in text(back)
    assert own_words("de") == {}
    assert 'name="revision" value="2"' in back.content.decode()


@pytest.mark.parametrize(
    ("wrong", "told", "field"),
    [
        ({"body": BODY + " {case.pk}"}, "Nothing fills {case.pk}. There are: number, subject", "body"),
        ({"subject": "{my_name} {number}"}, "Nothing fills {my_name}", "subject"),
        ({"body": "Wir antworten."}, "Write {due} / {promised} somewhere", "body"),
        ({"subject": "Da"}, "Write {number} somewhere", "body"),
        ({"subject": "Fall {number}\r\nBcc: x@example.com"}, "A subject is one line.", "subject"),
        ({"subject": " "}, "Write a subject.", "subject"),
        ({"body": ""}, "Write the text.", "body"),
        ({"subject": "{number}" + "x" * 200}, "at most 200 characters", "subject"),
    ],
)
def test_tpl_01_tpl_04_a_mistake_is_named_where_it_was_typed(
    cast: Cast, wrong: dict[str, str], told: str, field: str
) -> None:
    manager = cast.client("manager")
    for name in ("letter", "letter-preview", "letter-test"):
        response = manager.post(url(name), typed(**wrong))
        assert response.status_code == 422
        assert told in text(response)
        assert f'href="#id_{field}"' in response.content.decode()
    live = manager.post(url("letter-preview"), typed(**wrong), headers={"HX-Request": "true"})
    assert (live.status_code, told in text(live)) == (200, True)
    assert not OwnLetter.objects.exists()
    assert not Notice.objects.filter(kind="letter_test").exists()


def test_the_preview_is_in_the_letters_language_and_keeps_nothing(cast: Cast) -> None:
    manager = cast.client("manager")
    shown = manager.post(url("letter-preview"), typed())
    assert shown.status_code == 200
    assert "Fall 100234 ist da" in text(shown)
    assert "„Der nächtliche Import verliert Zeilen“ ist bei uns." in text(shown)
    assert "{subject}“ ist bei uns. Wir antworten bis {due}.</textarea>" in shown.content.decode()
    live = manager.post(url("letter-preview"), typed(), headers={"HX-Request": "true"})
    assert "Fall 100234 ist da" in text(live)
    assert "<form" not in live.content.decode()
    assert not OwnLetter.objects.exists()


@pytest.mark.parametrize("configured", [True, False])
def test_a_test_goes_to_the_writer_alone_and_the_page_says_where_it_is(
    cast: Cast, settings: Any, configured: bool
) -> None:
    settings.MAIL_CONFIGURED = configured
    manager = cast.client("manager")
    for _ in range(2):  # the same page sent twice is one test
        sent = manager.post(url("letter-test"), typed())
    assert sent.status_code == 200
    row = Notice.objects.get(kind="letter_test")
    assert (row.person_id, row.address, row.language, row.state) == (cast.people["manager"].pk, "", "de", "waiting")
    assert row.data["subject"] == "Fall 100234 ist da"
    assert ("is on its way to helena@vendor.example" in text(sent)) is configured
    assert ("helena@vendor.example stands in the outbox" in text(sent)) is not configured
    assert "Wir antworten bis {due}.</textarea>" in sent.content.decode(), "what was typed stays"
    assert 'value="' + "o" * 22 not in sent.content.decode()
    assert "Probe: Fall 100234 ist da" in text(manager.get(reverse("console:notice", args=[row.pk])))
    assert not OwnLetter.objects.exists()


def test_tpl_02_tpl_03_a_stored_script_is_text_and_nothing_in_braces_is_run(cast: Cast) -> None:
    hostile = f"{SCRIPT} {{{{ 7 }}}} {{% debug %}} {{0}} %(number)s"
    words = Words(f"{{number}} {SCRIPT}", f"{hostile}\n\n{{due}} {{subject}}")
    written(cast, words=words, language="en")
    row = Notice.objects.get(kind="case_received", data__number=cast.case_b)
    Notice.objects.filter(pk=row.pk).update(data={**row.data, "subject": f"{SCRIPT} {{number}} {{due}}"})
    manager = cast.client("manager")
    for page in (url(language="en"), reverse("console:notice", args=[row.pk]), reverse("console:notices")):
        shown = manager.get(page).content.decode()
        assert "alert(1)" in shown
        assert SCRIPT not in shown
    shown = text(manager.get(reverse("console:notice", args=[row.pk])))
    assert "{{ 7 }} {% debug %} {0} %(number)s" in shown
    assert "alert(1)&lt;/script&gt; {number} {due}" in shown, "what a customer wrote is not read again"


def test_the_outbox_shows_what_the_reader_gets(cast: Cast) -> None:
    row = Notice.objects.get(kind="case_received", data__number=cast.case_b)
    written(cast, language="en", words=Words("Here it is: {number}", "By {due}.\n\nYours, the desk"))
    manager = cast.client("manager")
    shown = text(manager.get(reverse("console:notice", args=[row.pk])))
    assert f"Here it is: {cast.case_b}" in shown
    assert "Yours, the desk" in shown
    assert f"Here it is: {cast.case_b}" in text(manager.get(reverse("console:notices")))


@pytest.mark.parametrize("who", ["agent", "contact"])
def test_nobody_else_sees_or_changes_words(cast: Cast, who: str) -> None:
    client = cast.client(who)
    assert client.get(reverse("console:letters")).status_code == 403
    assert client.get(url()).status_code == 403
    for name in ("letter", "letter-preview", "letter-test", "letter-back"):
        assert client.post(url(name), typed()).status_code == 403
    assert not OwnLetter.objects.exists()
    if who == "agent":
        assert reverse("console:letters") not in client.get(reverse("console:queue")).content.decode()


def test_the_forms_refuse_fields_they_do_not_know(cast: Cast) -> None:
    manager = cast.client("manager")
    for name in ("letter", "letter-preview", "letter-test"):
        assert manager.post(url(name), typed(written_by="1")).status_code == 400
    assert manager.post(url("letter-back"), {"revision": "0", "kind": "x"}).status_code == 400
