"""What a file sent along may be."""

from __future__ import annotations

import pytest

from garant.core.files import LARGEST, LARGEST_HELD, LARGEST_TOGETHER, LONGEST_NAME, MOST, check_file, file_name
from garant.core.refusals import Refusal


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("report.csv", "report.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\log file.txt", "log file.txt"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\x00b\n.txt", "ab .txt"),
        ('<b>"x"|?*.txt', "_b__x____.txt"),
        ("con.txt", "file_con.txt"),
        ("..", "file"),
        ("", "file"),
        ("日本語の報告.pdf", "日本語の報告.pdf"),
        ("50%;drop.txt", "50__drop.txt"),
    ],
)
def test_a_name_is_made_harmless(sent: str, kept: str) -> None:
    assert file_name(sent) == kept


def test_a_long_name_keeps_its_ending() -> None:
    kept = file_name("x" * 500 + ".json")
    assert len(kept) <= LONGEST_NAME
    assert kept.endswith(".json")
    assert file_name("x" * 500) == "x" * LONGEST_NAME


def code(content: bytes, beside: list[int] | None = None, held: int = 0) -> str:
    with pytest.raises(Refusal) as why:
        check_file("a.bin", content, beside or [], held)
    return why.value.code


def test_what_is_refused() -> None:
    assert code(b"") == "file_empty"
    assert code(b"x" * (LARGEST + 1)) == "file_too_large"
    assert code(b"MZ\x90\x00") == "file_is_a_program"
    assert code(b"\x7fELF\x02") == "file_is_a_program"
    assert code(b"x", [1] * MOST) == "too_many_files"
    assert code(b"x", [LARGEST_TOGETHER]) == "files_too_large_together"
    assert code(b"x", [], LARGEST_HELD) == "files_too_large_together"


def test_what_is_taken_up_to_the_last_byte() -> None:
    check_file("a.bin", b"x" * LARGEST, [], 0)
    check_file("a.bin", b"x", [1] * (MOST - 1), MOST - 1)
    check_file("a.bin", b"xx", [LARGEST_TOGETHER - 2], LARGEST_TOGETHER - 2)
