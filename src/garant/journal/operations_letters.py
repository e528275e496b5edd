"""A vendor's own words for notices: written, given back to the desk's, and sent to oneself to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction

from garant.core.identity import is_visible, plain_text
from garant.core.letters import FIXED, LONGEST_BODY, LONGEST_SUBJECT, SHAPES, Words, missing, odd
from garant.core.people import Viewer
from garant.core.refusals import NotFound, Refusal
from garant.core.rights import check
from garant.journal.models_letters import OwnLetter
from garant.journal.operations import append, database_now, put_notice
from garant.wording.letter import Letter

__all__ = ["send_test", "to_desk_words", "write_letter"]


def write_letter(*, viewer: Viewer, kind: str, language: str, words: Words, revision: int) -> int:
    """Put the vendor's own words in place of the desk's; returns their revision.

    `revision`: the one that was read before (0: there was none). Refusals: `changed_meanwhile` when somebody has
    written since, `placeholder_unknown`, `placeholder_missing`, `subject_of_one_line`, `text_missing`, `text_too_long`,
    `language_unknown`, `letter_is_fixed`. Raises NotFound for a kind that nobody knows.
    """
    check(viewer, "edit_letters")
    _check_place(kind, language)
    clean = checked(kind, words)
    return _add(viewer, kind, language, clean, revision, "own_letter_written")


def to_desk_words(*, viewer: Viewer, kind: str, language: str, revision: int) -> int:
    """Say the desk's words again; the own ones stay on record. Nothing happens when it is so already."""
    check(viewer, "edit_letters")
    _check_place(kind, language)
    last = OwnLetter.objects.filter(kind=kind, language=language).order_by("-revision").first()
    if last is None or not last.subject:
        return last.revision if last else 0
    return _add(viewer, kind, language, Words("", ""), revision, "own_letter_archived")


def send_test(*, viewer: Viewer, language: str, told: Letter, once: str) -> bool:
    """Put a letter that was filled with made-up values into the outbox, to whoever asks and nobody else.

    `once`: the key of the form; sent again, it does nothing (False).
    """
    check(viewer, "edit_letters")
    if viewer.person_id is None:
        raise Refusal("automatic_act", "acts_are_by_people", "sign_in", {"actor": "system"})
    return put_notice(
        once=f"letter_test:{viewer.person_id}:{once}", kind="letter_test", person_id=viewer.person_id,
        language=language, subject=("person", viewer.person_id), subscriber_id=None,
        data={"subject": told.subject, "paragraphs": list(told.paragraphs)},
    )  # fmt: skip


def checked(kind: str, words: Words) -> Words:
    """The words without what nobody sees, as they may be kept. Raises a Refusal as `write_letter` does."""
    subject, body = plain_text(words.subject).strip(), plain_text(words.body).strip()
    for field, text, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if not is_visible(text):
            raise Refusal("text_missing", "a_text_is_needed", "write_text", {"field": field})
        if len(text) > longest:
            values = {"field": field, "longest": longest, "length": len(text)}
            raise Refusal("text_too_long", "texts_have_a_limit", "shorten_text", values)
    if len(subject.splitlines()) > 1:
        raise Refusal("subject_of_one_line", "subjects_are_one_line", "write_one_line", {"field": "subject"})
    wrong = [*odd(kind, subject), *odd(kind, body)]
    if wrong:
        raise Refusal("placeholder_unknown", "letters_name_their_values", "use_known_placeholder",
                      {"unknown": wrong, "known": list(SHAPES[kind].names)})  # fmt: skip
    lacking = missing(kind, Words(subject, body))
    if lacking:
        raise Refusal("placeholder_missing", "letters_hide_no_promise", "write_placeholder",
                      {"names": ", ".join(in_braces(group) for group in lacking)})  # fmt: skip
    return Words(subject, body)


def in_braces(group: Iterable[str]) -> str:
    """A group of names as people write them: {due} / {promised}."""
    return " / ".join(f"{{{name}}}" for name in group)


def _check_place(kind: str, language: str) -> None:
    if kind in FIXED:
        raise Refusal("letter_is_fixed", "letters_that_guard_stay", "leave_letter", {"kind": kind})
    if kind not in SHAPES:
        raise NotFound("letter")
    if language not in dict(settings.LANGUAGES):
        raise Refusal("language_unknown", "desk_has_languages", "choose_language", {"language": language})


def _add(viewer: Viewer, kind: str, language: str, words: Words, revision: int, entry: str) -> int:
    """Add the next version, unless somebody has added it meanwhile, and say so in the journal."""
    if viewer.person_id is None:
        raise Refusal("automatic_act", "acts_are_by_people", "sign_in", {"actor": "system"})
    rows, now = OwnLetter.objects.filter(kind=kind, language=language), database_now()
    latest = rows.order_by("-revision").values_list("revision", flat=True).first() or 0
    if revision != latest:
        raise _changed(latest)
    try:
        with transaction.atomic():
            row = OwnLetter.objects.create(
                kind=kind, language=language, revision=latest + 1, subject=words.subject, body=words.body,
                written_at=now, written_by=viewer.person_id,
            )  # fmt: skip
            first = rows.order_by("revision").values_list("pk", flat=True)[0]
            digest = hashlib.sha256(f"{words.subject}\x00{words.body}".encode("utf-8", "surrogatepass")).hexdigest()
            data = {"kind": kind, "language": language, "revision": row.revision}
            append(
                subject=("own_letter", first), kind=entry, by=viewer.actor, at=now, subscriber_id=None,
                data={**data, "sha256": digest} if words.subject else data,
            )  # fmt: skip
    except IntegrityError as clash:
        if "own_letter_revision_once" not in str(clash):
            raise
        raise _changed(latest) from None
    return latest + 1


def _changed(latest: int) -> Refusal:
    return Refusal("changed_meanwhile", "nobody_overwrites_unread", "read_and_change", {"revision": latest})
