"""The file of mailboxes: what it says, and every mistake as one line with file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.kit.mailboxes import Imap, Mailbox, MailboxesError, mailbox_for, mailboxes, parsed

GOOD = """\
- name: support
  address: Support@desk.example
  programme: reference
  region: japan
  imap:
    host: mail.desk.example
    user: support
    password_file: support.password
    processed: Done
- name: second
  address: second@desk.example
  imap: {host: 127.0.0.1, port: 1143, tls: no, user: second, password: "12 34"}
- name: by-lmtp
  address: third@desk.example
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mailboxes.yaml"
    monkeypatch.setenv("GARANT_MAILBOXES", str(path))
    password = tmp_path / "support.password"
    password.write_text("s3cret\n")
    password.chmod(0o600)
    path.write_text(GOOD)
    path.chmod(0o640)
    return path


def test_a_file_in_order(file: Path) -> None:
    first, second, third = mailboxes()
    assert first == Mailbox(
        "support", "support@desk.example", "reference", "japan",
        Imap("mail.desk.example", 993, "tls", "support", "s3cret", "INBOX", "Done"),
    )  # fmt: skip
    assert second.imap == Imap("127.0.0.1", 1143, "no", "second", "12 34")
    assert third == Mailbox("by-lmtp", "third@desk.example", "reference", "", None)
    assert "s3cret" not in repr(first)


def test_no_file_is_no_mailbox_unless_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GARANT_MAILBOXES", raising=False)
    monkeypatch.setenv("GARANT_HOME", str(tmp_path))
    assert mailboxes() == ()
    monkeypatch.setenv("GARANT_MAILBOXES", str(tmp_path / "none.yaml"))
    with pytest.raises(MailboxesError, match=r"none\.yaml can't be read: No such file"):
        mailboxes()


@pytest.mark.parametrize("name", ["mailboxes.yaml", "support.password"])
def test_what_everybody_may_read_is_refused(file: Path, name: str) -> None:
    (file.parent / name).chmod(0o644)
    with pytest.raises(MailboxesError, match=f"open to everybody on this machine: chmod 640 .*{name}"):
        mailboxes()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must hold a list of mailboxes"),
        ("name: support", "must hold a list of mailboxes"),
        ("- [", "line 1: this is no YAML"),
        ("- support", "line 1: fields with values"),
        ("- name: Support Desk\n  address: a@b.example", "line 1: name: must be small letters"),
        ("- name: a\n", "line 1: address: is missing"),
        ("- name: a\n  address: nobody", "line 2: address: must be a mail address"),
        ("- name: a\n  address: a@b.example\n  adress: x", "line 3: adress: is no field"),
        ("- name: a\n  address: a@b.example\n  imap: yes", "line 3: imap: fields with values"),
        ("- name: a\n  address: a@b.example\n  imap:\n    user: x", "line 3: imap.host: is missing"),
        ("- name: a\n  address: a@b.example\n  imap:\n    host: h\n    port: 0", "line 5: imap.port: must be a number"),
        ("- name: a\n  address: a@b.example\n  imap:\n    host: h\n    tls: maybe", "line 5: imap.tls: must be true"),
        ("- name: a\n  address: a@b.example\n  imap:\n    host: h\n    tls: no", "line 5: imap.tls: passwords don't"),
        ("- name: a\n  address: a@b.example\n  imap:\n    host: h\n    user: u", "name either password or password_"),
        ("- name: a\n  address: a@b.example\n  imap:\n    host: h\n    user: u\n    password_file: none",
         r"line 6: imap.password_file: .*none can't be read: No such file"),
        ("- name: a\n  address: a@b.example\n  name: b", "line 3: this is no YAML"),
        ("- name: a\n  address: a@b.example\n- name: a\n  address: c@b.example", "two mailboxes have the name a"),
        ("- name: a\n  address: a@b.example\n- name: b\n  address: A@b.example", "have the address a@b.example"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MailboxesError, match=said) as told:
        parsed(text, tmp_path / "mailboxes.yaml")
    assert str(told.value).startswith(str(tmp_path / "mailboxes.yaml"))
    assert "\n" not in str(told.value)


def test_an_address_finds_its_mailbox_with_an_extension_and_in_any_case() -> None:
    one, plus = Mailbox("one", "support@desk.example"), Mailbox("plus", "a+b@desk.example")
    for address in ("support@desk.example", "Support+case-1@DESK.example.", "support+a+b@desk.example"):
        assert mailbox_for(address, (one, plus)) == one
    assert mailbox_for("a+b@desk.example", (one, plus)) == plus
    for stranger in ("a@desk.example", "support@other.example", "support", "", "supporter@desk.example"):
        assert mailbox_for(stranger, (one, plus)) is None
