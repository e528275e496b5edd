"""Notices about somebody's own access, the desk's mailboxes, and plain mails. A link that opens an account stands in
the mail alone."""

from __future__ import annotations

from collections.abc import Mapping

from garant.wording.contacts import role
from garant.wording.letter import Letter, Voice, Writer


def _reset(voice: Voice) -> Letter:
    return Letter(
        voice.say("Choose a new password"),
        (
            voice.say("Somebody, hopefully you, asked for a new password for this address."),
            voice.say("The link works once and for a short time. If it wasn't you, do nothing: nothing changes."),
            *(() if voice.data.get("link") else (voice.say("The link stands in the mail itself."),)),
        ),
        "link",
        voice.say("Choose a new password"),
    )


def _welcome(voice: Voice) -> Letter:
    return Letter(
        voice.say("Your account at the support desk"),
        (
            voice.say("You were entered as one of the people who answer here: {roles}.", roles=_roles(voice)),
            voice.say(
                "Choose a password to sign in. The link works once and for a short time; "
                "the sign-in page sends another one."
            ),
            *(() if voice.data.get("link") else (voice.say("The link stands in the mail itself."),)),
        ),
        "link",
        voice.say("Choose a password"),
    )


def _roles(voice: Voice) -> str:
    return ", ".join(role(str(each), voice.language) for each in voice.data.get("roles", ()))


def security_change(voice: Voice) -> str:
    """What was changed about an account, as a sentence."""
    return {
        "password_changed": voice.say("Your password was changed."),
        "password_reset": voice.say("Your password was changed with a link from a mail."),
        "password_set": voice.say("A password was set for your account."),
        "totp_activated": voice.say("An authenticator app was set up for your account."),
        "totp_deactivated": voice.say("The authenticator app was taken off your account."),
        "recovery_codes_generated": voice.say("New recovery codes were made for your account."),
        "webauthn_added": voice.say("A passkey was added to your account."),
        "webauthn_removed": voice.say("A passkey was taken off your account."),
    }.get(voice.text("what"), voice.say("How you sign in was changed."))


def _security(voice: Voice) -> Letter:
    return Letter(
        voice.say("Your account was changed"),
        (
            security_change(voice),
            voice.say("It happened on {when}.", when=voice.when("at")) if voice.data.get("at") else "",
            voice.say("If it wasn't you, choose a new password at once and end all other sessions."),
        ),
        "account",
        voice.say("Open my account"),
    )


def _plain(voice: Voice) -> Letter:
    lines = [part.strip() for part in voice.text("body").split("\n\n")]
    return Letter(voice.text("subject"), tuple(line for line in lines if line))


def mailbox_remedy(voice: Voice) -> str:
    """What mends a mailbox that can't be read; empty when nobody knows."""
    return {
        "password": voice.say("The mail server refuses the sign-in. Correct the password in the file of mailboxes."),
        "folder": voice.say("Its folder can't be used. Correct the folder in the file of mailboxes."),
    }.get(voice.text("code"), "")


def server_said(voice: Voice) -> str:
    """What a mail server said; empty when it said nothing."""
    return voice.say("The mail server said: {problem}") if voice.text("problem") else ""


def _mailbox_failed(voice: Voice) -> Letter:
    told = (
        voice.say("Since {when} nothing is fetched from mailbox {mailbox}.", when=voice.when("since")),
        mailbox_remedy(voice),
        server_said(voice),
        voice.say("Mails wait there meanwhile, and count from their arrival once they are fetched."),
    )
    subject, action = voice.say("Mailbox {mailbox} can't be read"), voice.say("Look at the mailboxes")
    return Letter(subject, tuple(filter(None, told)), "mails", action)


def last_looked(voice: Voice) -> str:
    """When a mailbox was last looked through, or that it never was."""
    when = voice.when("since")
    if when:
        return voice.say("Mailbox {mailbox} was last looked through on {when}.", when=when)
    return voice.say("Mailbox {mailbox} could never be looked through.")


def last_problem(voice: Voice) -> str:
    """What went wrong last with a mailbox; empty when nothing did."""
    return voice.say("The last problem was: {problem}") if voice.text("problem") else ""


def _mailbox_silent(voice: Voice) -> Letter:
    told = (
        last_looked(voice),
        last_problem(voice),
        voice.say("Mails wait there meanwhile, and count from their arrival once they are fetched."),
        voice.say("Ask whoever runs Garant to look at the receiver and the mail server."),
    )
    subject, action = voice.say("Mailbox {mailbox} is silent"), voice.say("Look at the mailboxes")
    return Letter(subject, tuple(filter(None, told)), "mails", action)


def _test(voice: Voice) -> Letter:
    """What somebody sent to themselves to see how a letter reads: filled already, so nothing in it is read again."""
    said = voice.data.get("paragraphs", ())
    told = tuple(str(each) for each in said) if isinstance(said, list | tuple) else ()
    return Letter(
        voice.say("Test: {subject}", subject=voice.text("subject")),
        (*told, voice.say("You have sent this to yourself to see how it reads. What it tells of is made up.")),
    )


WRITERS: Mapping[str, Writer] = {
    "password_reset": _reset,
    "security_changed": _security,
    "staff_welcome": _welcome,
    "plain_mail": _plain,
    "mailbox_failed": _mailbox_failed,
    "mailbox_silent": _mailbox_silent,
    "letter_test": _test,
}
