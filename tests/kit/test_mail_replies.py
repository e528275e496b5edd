"""What somebody wrote, without the mails it repeats: in many languages, and never a line too much."""

from __future__ import annotations

import pytest
from mail_makers import MISSING, SHARED, plain, stored

from garant.kit import mail_replies
from garant.kit.mail_parsing import take_apart
from garant.kit.mail_replies import without_quotes

ANSWER = "It works now.\n\n    indented as it was\n\nThank you,\nand one more thing."

ATTRIBUTIONS = [
    "On Sat, Nov 28, 2026 at 9:00 AM Desk <desk@garant.example> wrote:",
    "On 28 Nov 2026, at 09:00, Desk <desk@garant.example>\nwrote:",
    "On Nov 28, 2026, at 9:00 AM, Desk\n<desk@garant.example>\nwrote:",
    "Am Sa., 28. Nov. 2026 um 09:00 Uhr schrieb Desk <desk@garant.example>:",
    "Desk <desk@garant.example> schrieb am Sa., 28. Nov. 2026,\n09:00:",
    "Am 28.11.2026 um 09:00 schrieb Garant:",
    "Le sam. 28 nov. 2026 à 09:00, Desk <desk@garant.example> a écrit :",
    "Le 28/11/2026 à 09:00, Desk\n<desk@garant.example> a écrit :",
    "El sáb, 28 nov 2026 a las 9:00, Desk (<desk@garant.example>)\nescribió:",
    "Il giorno sab 28 nov 2026 alle ore 09:00 Desk <desk@garant.example> ha scritto:",
    "Il 28/11/2026 09:00, Desk ha scritto:",
    "2026年11月28日(土) 9:00 Desk <desk@garant.example>:",
    "2026/11/28 9:00、Desk <desk@garant.example>のメール:",
    "On 2026/11/28 9:00, Desk wrote:",
    "2026年11月28日 9:00 Desk <desk@garant.example> さんは書きました:",
    "Op za 28 nov. 2026 om 09:00 schreef Desk <desk@garant.example>:",
    "Em sáb., 28 de nov. de 2026 às 09:00, Desk <desk@garant.example> escreveu:",
    "Den lör 28 nov. 2026 kl 09:00 skrev Desk <desk@garant.example>:",
    "sob., 28 lis 2026 o 09:00 Desk <desk@garant.example> napisał(a):",
    "сб, 28 нояб. 2026 г. в 09:00, Desk <desk@garant.example>:",
    "28 нояб. 2026 г., в 09:00, Desk <desk@garant.example> написал(а):",
    "在 2026年11月28日，09:00，Desk <desk@garant.example> 写道：",
    "2026년 11월 28일 (토) 오전 9:00, Desk <desk@garant.example>님이 작성:",
    "so 28. 11. 2026 v 9:00 odesílatel Desk <desk@garant.example> napsal:",
]
BLOCKS = [
    "From: Desk <desk@garant.example>\nSent: Saturday, November 28, 2026 9:00 AM\nTo: Jane\nSubject: RE: It stops",
    "*From:* Desk\n*Sent:* 2026-11-28\n*To:* Jane\n*Subject:* It stops",
    "Von: Desk <desk@garant.example>\nGesendet: Samstag, 28. November 2026 09:00\nAn: Jane\nBetreff: AW: It stops",
    "De : Desk <desk@garant.example>\nEnvoyé : samedi 28 novembre 2026 09:00\nÀ : Jane\nObjet : RE: It stops",
    "De: Desk <desk@garant.example>\nEnviado: sábado, 28 de noviembre de 2026 9:00\nPara: Jane\nAsunto: RE: It stops",
    "Da: Desk <desk@garant.example>\nInviato: sabato 28 novembre 2026 09:00\nA: Jane\nOggetto: R: It stops",
    "差出人: Desk <desk@garant.example>\n送信日時: 2026年11月28日 9:00\n宛先: Jane\n件名: RE: It stops",
    "From: Desk\n<desk@garant.example>\nSent: Saturday\nTo: Jane\nSubject: It stops",
    "Date: Sat, 28 Nov 2026 09:00:00 +0100\nSubject: It stops\nFrom: desk@garant.example\nTo: jane@kunde.example",
    "-----Original Message-----\nFrom: Desk\nSent: Saturday\nTo: Jane\nSubject: It stops",
    "-----Ursprüngliche Nachricht-----\nVon: Desk", "-------- Message d'origine --------\nDe : Desk",
    "-----Mensaje original-----\nDe: Desk", "-----Messaggio originale-----\nDa: Desk",
    "-----元のメッセージ-----\n差出人: Desk", "________________________________\nFrom: Desk\nDate: Saturday\nTo: Jane",
]  # fmt: skip


@pytest.mark.parametrize("heading", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ">", "＞ ", ""])
def test_what_stands_below_an_attribution_goes(heading: str, mark: str) -> None:
    quote = "\n".join(mark + line for line in ("Did you try", "", "turning it off?"))
    assert without_quotes(f"{ANSWER}\n\n{heading}\n\n{quote}\n") == ANSWER


@pytest.mark.parametrize("heading", BLOCKS)
def test_what_stands_below_a_block_of_headers_goes(heading: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{heading}\n\nDid you try turning it off?\n") == ANSWER


@pytest.mark.parametrize("heading", ATTRIBUTIONS)
def test_answers_between_quotes_stay(heading: str) -> None:
    text = f"Hello,\n\n{heading}\n> Which version?\n\n7.2\n\n> Which system?\n\nDebian\n"
    shown = without_quotes(text)
    assert [line for line in shown.split("\n") if line] == [
        "Hello,", "> Which version?", "7.2", "> Which system?", "Debian",
    ]  # fmt: skip


@pytest.mark.parametrize("heading", ATTRIBUTIONS)
def test_an_answer_below_the_quote_stays(heading: str) -> None:
    assert "7.2" in without_quotes(f"{heading}\n> Which version?\n\n7.2\n\n-- \nJane\n")
    assert "Jane" not in without_quotes(f"{heading}\n> Which version?\n\n7.2\n\n-- \nJane\n")


def test_an_answer_right_above_an_attribution_stays() -> None:
    assert without_quotes(f"On 3 machines it works.\n{ATTRIBUTIONS[0]}\n> Where?") == "On 3 machines it works."


def test_a_quoted_attribution_goes_with_its_quote() -> None:
    quote = "> On 28 Nov 2026, at 09:00, Desk <desk@garant.example> wrote:\n> \n> Did you?"
    assert without_quotes(f"{ANSWER}\n\n{quote}") == ANSWER


WHOLE = [
    "The log says:\n\n> error 12\n> error 13",
    "I wrote:\n\n> ls\n\nand it said:\n\nno such file",
    "On Monday we wrote:\nthe order of parts.",
    "Do: this\nData: 12\n\nThen it stops.",
    "To: nobody\nIt stops.",
    "A: yes\nDa: no\n\nboth are wrong",
    "The customer wrote:\nIt stops.",
    "We tried.\nOn 28 Nov 2026 the system wrote:\nerror 12",
    "The trip\nDate: Monday\nFrom: Bonn\nTo: Berlin\n\nis missing.",
    "The route\nFrom: Bonn\nTo: Berlin\n\nis missing.",
    "Yesterday at 10:00 he wrote:\nIt stops.",
    "Thanks,\n\nand now what?",
    "Best regards,\nJane\n\nPS: the log is attached.",
    "SELECT 1;\n--\n-- the second\nSELECT 2;",
    "Steps:\n- one\n- two\n\n-f is the flag",
    "| a | b |\n|---|---|\n| 1 | 2 |\nend",
    "if (a > b) {\n  return;\n}",
    "Sent from my desk, is much easier than my mobile phone.",
    "It is sent from the server to the phone.",
    "2026-11-28 09:00:00 ERROR:\nstack",
    "12:00 start:\n12:01 end:",
    "From: and To: are swapped.",
    "Hint: On 2026-11-28:\nnothing",
    "----\n\nstill here",
    "> only a quote",
    "-- \nonly a signature",
    "👍",
]


@pytest.mark.parametrize("text", WHOLE)
def test_nothing_goes_that_only_looks_like_a_quote(text: str) -> None:
    assert without_quotes(text) == text


@pytest.mark.parametrize(
    "end",
    [
        "-- \nJane Doe\nKunde Ltd.", "--\nJane", "Sent from my iPhone", "Sent from my Galaxy S5, please excuse typos.",
        "Get Outlook for iOS<https://aka.ms/x>", "Von meinem iPhone gesendet", "Gesendet von Outlook für Android",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Envoyé de mon iPhone",
        "Envoyé à partir de Outlook pour iOS", "Enviado desde mi iPhone", "Inviato da iPhone",
        "Inviato da Outlook per iOS",
        "iPhoneから送信", "Verzonden vanaf mijn iPhone", "____________\nlist@kunde.example", "***\n----",
    ],
)  # fmt: skip
def test_a_signature_goes(end: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{end}\n") == ANSWER


@pytest.mark.parametrize(
    "subject", ["Fwd: It stops", "FW: It stops", "WG: It stops", "TR : It stops", "転送: It stops"]
)
def test_what_is_handed_on_stays(subject: str) -> None:
    body = f"For you.\n\n{BLOCKS[0]}\n\nIt stops.\n"
    raw = f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{body}".encode()
    assert take_apart(raw)["shown"] == body.strip()


def test_a_mail_that_is_nothing_but_another_is_shown_whole() -> None:
    text = f"{BLOCKS[0]}\n\nIt stops."
    assert without_quotes(text) == text


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_nothing_stays_nothing(text: str) -> None:
    assert without_quotes(text).strip() == ""


def test_languages_that_only_the_library_knows_are_asked_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{ANSWER}\n\nDne 28. listopadu 2026 Desk napsal(a):\n> Zkusili jste to?\n"
    monkeypatch.setattr(mail_replies, "headings", lambda lines: iter(()))
    assert without_quotes(text) == ANSWER
    monkeypatch.setattr(mail_replies, "_asked", lambda lines: [])
    assert "Zkusili" in without_quotes(text)


@pytest.mark.parametrize(
    "text",
    [
        "On " * 60_000, "On a\n" * 40_000, "From: a\n" * 25_000, "From: a\nDate: b\nTo: c\n" * 9_000, "> a\n" * 50_000,
        " " * 190_000 + "x", "\n" * 190_000 + "x", "--\na\n" * 40_000, "Am 1 " + "schrieb " * 28 + ":\n",
        "2026年1月1日(月) 1:00 <" * 8_000, "a:\n" * 60_000, "On 2026 a <a@b.c> wrote:\n> x\n" * 6_000, "_-=" * 60_000,
    ],
)  # fmt: skip
def test_a_text_made_to_keep_us_busy_is_read_line_by_line(text: str) -> None:
    """An expression that takes time quadratic in these would not end while anybody waits."""
    assert without_quotes(text).strip()


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def is_within(few: list[str], many: list[str]) -> bool:
    rest = iter(many)
    return all(line in rest for line in few)


@pytest.mark.skipif(not SHARED.is_dir(), reason=MISSING)
def test_replies_are_trimmed_as_people_would() -> None:
    """Against the texts that Discourse expects: nothing of them missing, nearly all of them exact."""
    files = stored("reply-discourse")
    exact, missing, all_ = 0, [], 0
    for name in sorted(files):
        if name.startswith("trimmed/"):
            ours = lines_of(without_quotes(files[name.replace("trimmed/", "emails/")].decode()))
            expected = lines_of(files[name].decode())
            all_ += 1
            exact += ours == expected
            missing += [] if is_within(expected, ours) else [name]
    assert missing == []
    assert exact >= 0.85 * all_


def test_shown_is_what_the_child_hands_on() -> None:
    found = take_apart(plain(f"{ANSWER}\n\n{ATTRIBUTIONS[0]}\n> x\n".encode()))
    assert (found["shown"], ATTRIBUTIONS[0] in found["text"]) == (ANSWER, True)
