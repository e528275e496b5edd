"""Files through the doors: sent with a case and a message, with and without mistakes; handed over safely."""

from __future__ import annotations

import re
from typing import Any

import pytest
from desk_cast import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from garant.cases import queries
from garant.cases.models import Attachment
from garant.directory.queries import viewer_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ONCE = "a-token-of-this-form-0"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
EVIL = b"<script>alert(document.cookie)</script>"


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def upload(name: str = "app.log", content: bytes = b"line 1", kind: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=kind)


def say(cast: Cast, *files: SimpleUploadedFile, body: str = "See the log.", once: str = ONCE) -> Any:
    address = reverse("case_reply", args=[cast.case_a])
    return cast.client("contact").post(address, {"body": body, "once": once, "files": list(files)})


def note(cast: Cast, *files: SimpleUploadedFile) -> Any:
    told = {"kind": "note", "body": "For us.", "once": ONCE, "seen": "0", "files": list(files)}
    return cast.client("agent").post(reverse("console:send", args=[cast.case_a]), told)


def keys(cast: Cast) -> list[str]:
    case = queries.case(viewer=viewer_of(cast.people["agent"].pk), number=cast.case_a)
    return [file.key for file in case.files]


def test_a_contact_sends_files_and_both_sides_find_them(cast: Cast) -> None:
    assert say(cast, upload("Größe ä.log"), upload("shot.png", PNG)).status_code == 302
    own = cast.client("contact").get(reverse("case", args=[cast.case_a]))
    assert "Größe ä.log" in text(own)
    assert "6\xa0bytes" in text(own) or "6 bytes" in text(own)
    staff = cast.client("agent").get(reverse("console:case", args=[cast.case_a]))
    assert "shot.png" in text(staff)
    assert staff.content.decode().count("?shown") == 1, "a picture is shown, a log is not"


def test_ATT_a_file_is_a_download_that_can_do_nothing(cast: Cast) -> None:
    say(cast, upload('e"v\r\nil.html', EVIL))
    answer = cast.client("agent").get(reverse("console:file", args=[cast.case_a, keys(cast)[0]]))
    assert answer.content == EVIL
    assert answer["Content-Type"] == "text/plain", "by its content, whatever the browser said"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "\r" not in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private, no-store")
    shown = cast.client("agent").get(reverse("console:file", args=[cast.case_a, keys(cast)[0]]), {"shown": ""})
    assert shown["Content-Disposition"].startswith("attachment;"), "only pictures are ever shown"


def test_ATT_a_picture_is_shown_where_the_page_asks_for_it(cast: Cast) -> None:
    say(cast, upload("shot.html", PNG))
    address = reverse("case_file", args=[cast.case_a, keys(cast)[0]])
    shown = cast.client("contact").get(address, {"shown": ""})
    assert (shown["Content-Type"], shown["Content-Disposition"].partition(";")[0]) == ("image/png", "inline")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert cast.client("contact").get(address)["Content-Disposition"].startswith("attachment;")


def test_ATT_nobody_else_gets_a_file_with_its_address(cast: Cast) -> None:
    from django.test import Client

    say(cast, upload())
    note(cast, upload("secret.txt"))
    said, kept = keys(cast)
    public, internal = (reverse("case_file", args=[cast.case_a, key]) for key in (said, kept))
    assert cast.client("contact").get(public).status_code == 200
    assert cast.client("viewer").get(public).status_code == 200, "who reads the case reads its files"
    for who in ("stranger", "agent"):
        assert cast.client(who).get(public).status_code == 404, who
    for who in ("contact", "viewer", "stranger"):
        assert cast.client(who).get(internal).status_code == 404, who
        assert cast.client(who).get(reverse("console:file", args=[cast.case_a, said])).status_code == 403, who
    assert Client().get(public).status_code == 302
    foreign = reverse("case_file", args=[cast.case_b, said])
    assert cast.client("stranger").get(foreign).status_code == 404, "a key opens its own case's file only"
    assert "secret.txt" not in cast.client("contact").get(reverse("case", args=[cast.case_a])).content.decode()


def test_a_bad_file_is_told_at_the_field_and_nothing_typed_is_lost(cast: Cast) -> None:
    answer = say(cast, upload("empty.txt", b""), upload("run.exe", b"MZ\x90"), upload("good.txt"))
    assert answer.status_code == 422
    shown = text(answer)
    assert "empty.txt is empty." in shown
    assert "run.exe is a program." in shown
    assert "See the log." in shown, "the message is still there"
    assert "good.txt" in shown, "and so is the good file"
    assert keys(cast) == []
    assert say(cast, once=ONCE + "1").status_code == 302
    assert len(keys(cast)) == 1, "it goes along with what is sent in the end"


def test_too_much_is_refused_before_it_is_read(cast: Cast) -> None:
    answer = say(cast, upload("huge.bin", b"x" * (10 * 2**20 + 1)))
    assert (answer.status_code, "huge.bin is larger than 10 MB." in text(answer)) == (422, True)
    assert not Attachment.objects.exists()


def test_a_file_is_taken_back_and_the_text_beside_it_is_kept(cast: Cast) -> None:
    say(cast, upload("bad.txt", b""), upload("good.txt"))
    (held,) = Attachment.objects.all()
    client = cast.client("contact")
    done = client.post(reverse("file_drop", args=[held.key]), {"body": "Half a sen", "once": ONCE}, follow=True)
    assert "good.txt does not go along." in text(done)
    assert "Half a sen" in text(done)
    assert not Attachment.objects.exists()
    assert cast.client("viewer").post(reverse("file_drop", args=[held.key])).status_code == 404


def test_a_new_case_takes_files_along_and_shows_them_before_it_is_sent(cast: Cast) -> None:
    client = cast.client("contact")
    client.post(reverse("new_case_kind"), {"request_type": "error"})
    typed = {
        "subject": "Export fails", "description": "", "steps": "1", "expected": "A file", "actual": "None",
        "environment": "Prod", "product": "", "version": "",
    }  # fmt: skip
    bad = client.post(reverse("new_case_what"), {**typed, "files": [upload("empty.txt", b""), upload("trace.log")]})
    assert (bad.status_code, "empty.txt is empty." in text(bad), "trace.log" in text(bad)) == (422, True, True)
    assert client.post(reverse("new_case_what"), typed).status_code == 302
    client.post(reverse("new_case_severity"), {"severity": "2"})
    check = client.get(reverse("new_case_check"))
    assert "trace.log" in text(check)
    once = re.search(r'name="once" value="([^"]+)"', check.content.decode())
    assert once is not None
    sent = client.post(reverse("new_case_check"), {"once": once[1]}, follow=True)
    assert "trace.log" in text(sent)
    assert Attachment.objects.get().message_id is None


def test_staff_hold_take_back_and_send_files_in_each_panel(cast: Cast) -> None:
    agent = cast.client("agent")
    bad = note(cast, upload("empty.txt", b""), upload("good.txt"))
    assert (bad.status_code, "A file was not taken" in text(bad), "For us." in text(bad)) == (422, True, True)
    held = Attachment.objects.get()
    done = agent.post(reverse("console:file-drop", args=[held.key]), {"body": "For us all.", "kind": "note"})
    assert done["Location"].endswith("?compose=note#composer")
    assert "For us all." in text(agent.get(reverse("console:case", args=[cast.case_a])))
    assert note(cast, upload("note.txt")).status_code == 302
    assert len(keys(cast)) == 1
    assert agent.post(reverse("console:file-drop", args=[keys(cast)[0]]), {}).status_code == 404, "sent is sent"


def test_a_browser_that_chose_no_file_sends_an_empty_field(cast: Cast) -> None:
    """Browsers send the field without a name or content; the test client can't, so the body is written out."""
    fields = {"body": "Nothing to add.", "once": ONCE}
    lines = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()
    ]
    lines.append(
        '--edge\r\nContent-Disposition: form-data; name="files"; filename=""\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    sent = "\r\n".join([*lines, "--edge--", ""]).encode()
    address = reverse("case_reply", args=[cast.case_a])
    answer = cast.client("contact").post(address, sent, content_type="multipart/form-data; boundary=edge")
    assert answer.status_code == 302
    assert "Nothing to add." in text(cast.client("contact").get(reverse("case", args=[cast.case_a])))
    named = sent.replace(b"\r\n\r\n\r\n--edge--", b"\r\n\r\nx\r\n--edge--")
    refused = cast.client("contact").post(address, named, content_type="multipart/form-data; boundary=edge")
    assert refused.status_code == 400, "a text in place of a file is still a field nobody knows"
