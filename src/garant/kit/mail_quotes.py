"""Where a mail begins to repeat another: attributions, rules and header blocks, in the languages people write to us in.

Every rule asks for more than one sign. A quote that stays in does no harm; a line that goes by mistake does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

#: Characters of a line that are looked at, lines of an attribution that a client broke, lines of a header block.
LONGEST_LINE, MOST_BROKEN, LONGEST_BLOCK = 250, 4, 9

_QUOTED = re.compile(r"\s{0,3}[>＞]")
_MARKS = re.compile(r"[\s>＞*]*")
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
#: A name with its address in brackets: nobody writes of a person like that.
_NAMED = re.compile(r"\W{0,3}\w[^:<>]{0,80}<[^\s<>@]+@[^\s<>@]+>")
#: A day with its year, or a day and month in digits.
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_VERB = re.compile(
    r"\b(?:wrote|writes|schrieb(?:en)?|schreibt|geschrieben|a écrit|ecrit|écrivait|écrit|escribió|escribio|ha escrito"
    r"|escreveu|ha scritto|scrive|scrisse|schreef|geschreven|skrev|kirjoitti|napisała?|napsala?|nadesłał|írta|yazdı"
    r"|написал[аи]?|пише|пишет|написав|писал[аи]?|quoting|zitat von|citando)\b"
    r"|さんは書きました|書きました|さんの書き込み|からのメール|のメール|写道|寫道|님이 작성|님이 쓴",
    re.IGNORECASE,
)
#: How an attribution begins: a word for "on", a weekday or a number, where no name with an address comes first.
_OPENING = re.compile(
    r"(?:on|at|am|le|el|il|in data|il giorno|em|op|den|dnia|w dniu|dne|в|在|于|quoting|zitat von|citando|\W*\d"
    r"|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|gio|dom"
    r"|man|tir|ons|tor|fre|lør|søn|pon|wt|śr|czw|pt|sob|nie"
    r"|po|út|st|čt|pá|ne|пн|вт|ср|чт|пт|сб|вс|нд)[\w.]*(?=\W)",
    re.IGNORECASE,
)
#: 2026年11月28日(土) 10:00 山田 <y@kunde.example>: and its like have no verb.
_ADDRESS_LAST = re.compile(r"[^\s<>@]+@[^\s<>@]+[>\])]*\s?[^\s\w]{0,2}[：:]\Z")
_RULE = re.compile(
    r"[\s>*]*[-_=*]{2,}\s*(?:original(?: |-)?(?:message|appointment|nachricht)|(?:urspr(?:ü|ue)ngliche) nachricht"
    r"|originalnachricht|message d['’]origine|message original|mensaje original|messaggio originale"
    r"|mensagem original|oorspronkelijk bericht|oprindelig meddelelse|ursprungligt meddelande"
    r"|(?:oryginalna wiadomość|wiadomość oryginalna)|původní zpráva|исходное сообщение|元のメッセージ"
    r"|オリジナル ?メッセージ|原始邮件|原邮件|원본 메시지)\s*[-_=*]{2,}[\s*]*",
    re.IGNORECASE,
)
_ZOHO = re.compile(r"[\s>]*-{3,4} ?on .{6,200} wrote ?-{3,4}\s*", re.IGNORECASE)
_LABELS = {
    "from": "from|von|de|da|van|från|fra|od|от|від|差出人|送信者|发件人|發件人|보낸 ?사람",
    "date": "sent|date|gesendet|datum|envoyé(?: le)?|enviado(?: el)?|fecha|inviato|data|verzonden|skickat|sendt|wysłano"
    "|odesláno|отправлено|дата|送信日時|日時|日付|发送时间|寄件日期|보낸 ?날짜",
    "to": "to|an|à|para|a|aan|till|til|do|komu|кому|宛先|收件人|받는 ?사람",
    "subject": "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|temat|předmět|тема|件名|主题"
    "|主旨|제목",
}
_LABEL = re.compile(
    r"[\s>*]{0,8}(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items()) + r")[\s*]{0,3}[:：]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above repeated words. `begin`: its first line; `end`: the line after it."""

    begin: int
    end: int
    kind: Literal["attribution", "rule", "block"]
    is_quoted: bool


def is_quoted(line: str) -> bool:
    """Whether a line is marked as somebody else's."""
    return _QUOTED.match(line) is not None


def names_address(words: str) -> bool:
    """Whether an address stands in a line."""
    return _ADDRESS.search(words) is not None


def headings(lines: Sequence[str]) -> Iterator[Heading]:
    """Every place where repeated words may begin, in order; of those within each other, the outer one."""
    place = 0
    while place < len(lines):
        found = _heading(lines, place)
        if found is not None:
            yield found
        place = max(place + 1, found.end if found else 0)


def _heading(lines: Sequence[str], place: int) -> Heading | None:
    line = lines[place]
    if len(line) > LONGEST_LINE or not line.strip():
        return None
    quoted = is_quoted(line)
    if _RULE.fullmatch(line):
        return Heading(place, place + 1, "rule", quoted)
    if _ZOHO.fullmatch(line):
        return Heading(place, place + 1, "attribution", quoted)
    if end := _block(lines, place):
        return Heading(place, end, "block", quoted)
    if end := _attribution(lines, place):
        return Heading(place, end, "attribution", quoted)
    return None


def _block(lines: Sequence[str], place: int) -> int:
    """The line after a block of From, Sent, To, Subject; 0 where none begins here. One that begins with another (as
    Hotmail writes it) must have all four."""
    first = _LABEL.match(lines[place])
    if first is None or first.lastgroup not in ("from", "date", "subject"):
        return 0
    known, end = {str(first.lastgroup)}, place + 1
    for number in range(place + 1, min(place + LONGEST_BLOCK, len(lines))):
        found = _LABEL.match(lines[number][:LONGEST_LINE])
        if found is not None:
            known.add(str(found.lastgroup))
            end = number + 1
        elif not _bare(lines[number]):
            break
    return end if len(known) >= (3 if first.lastgroup == "from" else 4) else 0


def _attribution(lines: Sequence[str], place: int) -> int:
    """The line after an attribution that begins here, broken over a few lines at most; 0 where there is none."""
    words = ""
    for number in range(place, min(place + MOST_BROKEN, len(lines))):
        piece = _bare(lines[number])
        words = f"{words} {piece}" if words else piece
        if not piece or len(words) > LONGEST_LINE * 2:
            return 0
        if piece.endswith((":", "：")):
            return number + 1 if _last_beginning(lines, place, number) == place else 0
    return 0


def _last_beginning(lines: Sequence[str], first: int, last: int) -> int | None:
    """Where the attribution begins that ends on a line: as late as it can, since what stands above may be an answer;
    earlier where that is the middle of one (a name and its address below `On Dec 16, 2011, at 12:47 PM,`)."""
    words, latest = "", None
    for number in range(last, first - 1, -1):
        words = f"{_bare(lines[number])} {words}".strip()
        alone = number == 0 or not _bare(lines[number - 1]) or _is_followed_by_quote(lines, last + 1)
        opens = _OPENING.match(words) is not None
        if _says_who(words, alone=alone) and (latest is None or (opens and re.search(r"\d", words[:40]))):
            latest = number
            if opens:
                break
    return latest


def _says_who(words: str, *, alone: bool) -> bool:
    """Whether a line says who wrote what follows. `alone`: whether it has a paragraph of its own, or quoted lines
    below: without either, it must name an address."""
    opens = _OPENING.match(words) is not None
    if opens and _ADDRESS_LAST.search(words):
        return True
    if not _VERB.search(words):
        return False
    if names_address(words):
        return opens or _NAMED.match(words) is not None
    return alone and opens and bool(_DAY.search(words) or re.search(r"\d", words[:20]))


def _is_followed_by_quote(lines: Sequence[str], place: int) -> bool:
    following = next((line for line in lines[place : place + 3] if line.strip()), "")
    return is_quoted(following)


def _bare(line: str) -> str:
    """A line without marks of quoting and emphasis."""
    return line[_MARKS.match(line).end() :].rstrip(" *\t\r") if line else ""  # type: ignore[union-attr]
