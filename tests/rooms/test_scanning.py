"""Files are looked at by clamd where one is named: what it finds is not taken, and nothing while it is silent."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from rooms_cast import Cast

from garant.cases.models_files import Attachment
from garant.cases.operations_files import hold_file
from garant.core.refusals import Refusal

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def clamd(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Something that speaks clamd's INSTREAM and finds the word EVIL; yields what it was shown."""
    shown: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    talk, _ = listener.accept()
                except OSError:
                    return
                with talk, talk.makefile("rb") as stream:
                    assert stream.read(10) == b"zINSTREAM\0"
                    content = b""
                    while (size := struct.unpack("!L", stream.read(4))[0]) > 0:
                        content += stream.read(size)
                    shown.append(content)
                    talk.sendall(b"stream: Test.Evil FOUND\0" if b"EVIL" in content else b"stream: OK\0")

        threading.Thread(target=serve, daemon=True).start()
        monkeypatch.setenv("GARANT_CLAMD", f"127.0.0.1:{listener.getsockname()[1]}")
        yield shown


def held(cast: Cast, content: bytes) -> None:
    hold_file(by=cast.actor("contact_gold"), place="new-case", name="../a.log", content=content)


def test_what_clamd_finds_is_refused_by_name_and_the_rest_is_taken(cast: Cast, clamd: list[bytes]) -> None:
    whole = b"line\n" * 40_000
    held(cast, whole)
    with pytest.raises(Refusal, match="file_infected") as caught:
        held(cast, b"EVIL")
    assert caught.value.values == {"name": "a.log", "found": "Test.Evil"}
    assert clamd == [whole, b"EVIL"]
    assert [bytes(row.content) for row in Attachment.objects.all()] == [whole]


@pytest.mark.parametrize("where", ["127.0.0.1:1", "/nowhere/clamd.ctl", "nonsense"])
def test_while_clamd_is_silent_no_file_is_taken(cast: Cast, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setenv("GARANT_CLAMD", where)
    with pytest.raises(Refusal, match="file_not_scanned"):
        held(cast, b"line")
    assert not Attachment.objects.exists()
