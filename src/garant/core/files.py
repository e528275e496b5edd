"""What a file sent along may be: its name made harmless, its size and number limited, no programs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from garant.core.identity import clean_name
from garant.core.refusals import Refusal

#: Bytes of one file, of all files of one message, and of everything that one person holds for messages not yet sent.
LARGEST, LARGEST_TOGETHER, LARGEST_HELD = 10 * 2**20, 25 * 2**20, 50 * 2**20
#: Files of one message.
MOST = 10
LONGEST_NAME = 120
#: How programs begin: nobody needs them to understand a report, and nobody should start one from a case.
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
#: Names that some systems give to devices.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.I)


def file_name(name: str) -> str:
    """A name to show and to offer when the file is saved: no folders, nothing invisible, no sign that systems reserve.

    What is left of an unusable one is `file`. The ending is kept when a long name is cut.
    """
    bare = clean_name(re.split(r"[\\/]", name)[-1])
    bare = re.sub(r'[<>:"|?*%;]', "_", bare).strip(" .")
    if not bare or _DEVICES.match(bare):
        return f"file_{bare}" if bare else "file"
    if len(bare) <= LONGEST_NAME:
        return bare
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[: LONGEST_NAME - 11]}{dot}{ending}" if dot and len(ending) <= 10 else bare[:LONGEST_NAME]


def check_file(name: str, content: bytes, beside: Sequence[int], held: int) -> None:
    """Refuse a file that may not be sent along. `beside`: the sizes of the files of the same message; `held`: the bytes
    of everything that the person holds for messages not yet sent, these included."""
    values = {"name": name, "limit_mb": LARGEST // 2**20}
    if not content:
        raise Refusal("file_empty", "files_hold_something", "choose_another_file", values)
    if len(content) > LARGEST:
        raise too_large(name)
    if content.startswith(_PROGRAMS):
        raise Refusal("file_is_a_program", "programs_are_not_taken", "describe_program", values)
    if len(beside) >= MOST:
        raise Refusal("too_many_files", "messages_hold_few_files", "send_in_parts", {**values, "most": MOST})
    if sum(beside) + len(content) > LARGEST_TOGETHER or held + len(content) > LARGEST_HELD:
        together = {**values, "limit_mb": LARGEST_TOGETHER // 2**20}
        raise Refusal("files_too_large_together", "files_have_a_size", "send_in_parts", together)


def too_large(name: str) -> Refusal:
    """The refusal of one file that is too large; for doors that see it before they read it."""
    values = {"name": file_name(name), "limit_mb": LARGEST // 2**20}
    return Refusal("file_too_large", "files_have_a_size", "make_file_smaller", values)
