"""The law of incoming mail: machines, trust, and what a line asks for."""

from __future__ import annotations

import pytest

from garant.core.mails import aligned, automatic, severity_line

SENDER = "ann@a.example"


def registered(domain: str) -> str:
    """The last two labels, as under a top level without public suffixes below it."""
    labels = domain.split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 else ""


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ([("Content-Type", "multipart/report; report-type=delivery-status")], "bounce"),
        ([("Content-Type", "multipart/report; report-type=feedback-report")], "complaint"),
        ([("Content-Type", "message/disposition-notification")], "bounce"),
        ([("Return-Path", "<>")], "bounce"),
        ([("X-Failed-Recipients", "b@b.example")], "bounce"),
        ([("Auto-Submitted", "auto-replied")], "automatic_reply"),
        ([("auto-submitted", "Auto-Generated; x=y")], "automatic_reply"),
        ([("X-Autoreply", "yes")], "automatic_reply"),
        ([("Precedence", "auto_reply")], "automatic_reply"),
        ([("Precedence", "bulk")], "bulk"),
        ([("List-Id", "<news.a.example>")], "bulk"),
        ([("Auto-Submitted", "no")], None),
        ([("Return-Path", "<ann@a.example>")], None),
        ([("Content-Type", "text/plain")], None),
    ],
)
def test_headers_tell_what_no_person_wrote(headers: list[tuple[str, str]], why: str | None) -> None:
    assert automatic(headers, SENDER, "Export fails") == why


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office: back on Monday", "Automatic reply: Case 4711", "Automatische Antwort: Fall",
       "Abwesenheitsnotiz",
        "Abwesenheit: Re: Case", "Réponse automatique : Dossier", "Absence du bureau", "Respuesta automática: Caso",
        "Fuera de la oficina", "Risposta automatica: Caso", "Assenza", "自動返信: お問い合わせ", "不在のお知らせ",
        "Undeliverable: Case 4711", "Returned mail: see transcript", "Failure notice",
        "Delivery Status Notification (Failure)",
        "Re: Automatic reply: Case 4711",
    ],
)  # fmt: skip
def test_loop_03_subjects_of_automatic_replies_are_known_in_six_languages(subject: str) -> None:
    assert automatic([], SENDER, subject) == "automatic_reply"


@pytest.mark.parametrize(
    "subject",
    [
        "Vacation days are counted twice", "Assenza di segnale sul canale 2", "Abwesenheiten fehlen im Kalender",
        "Delivery failed in the web shop", "Office is out of licences", "Undelivered parcels in report",
        "不在者投票の集計",
        "Ausencia de datos en el informe", "Auto-numbering is wrong", "Warning: message broker down in production",
        "Mail delivery failed for all our users", "Automatic response from the API is wrong", "Returned mail handling",
        "Auto response times are too slow", "Out of office assistant does not work", "Delivery delay: queue is stuck",
        "Abwesenheitsnotiz-Funktion im Portal geht nicht", "自動返信が送信されない", "Respuesta automática no funciona",
    ],
)  # fmt: skip
def test_a_person_may_begin_a_request_with_such_a_word(subject: str) -> None:
    assert automatic([], SENDER, subject) is None


@pytest.mark.parametrize(
    "text",
    [
        "I am currently out of the office until Monday.", "Hello,\n\nI'm on annual leave.",
        "Ich bin vom 3. bis zum 7. Mai nicht im Büro.", "Ich bin derzeit im Urlaub", "Je suis actuellement en congés.",
        "Estoy fuera de la oficina hasta el lunes", "Sono attualmente in ferie", "ただいま休暇をいただいております。",
        "This is an automatically generated reply.",
    ],
)  # fmt: skip
def test_loop_03_the_first_lines_of_an_answer_tell_too_but_never_those_of_a_request(text: str) -> None:
    answers = [("In-Reply-To", "<1@desk.example>")]
    assert automatic(answers, SENDER, "Re: Case", text=text) == "looks_automatic"
    assert automatic([], SENDER, "Production is down", text=text) is None
    assert automatic(answers, SENDER, "Re: Case", text="The export works. " * 30 + text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Ich bin jetzt im VPN, aber der Server ist weiterhin nicht erreichbar.", "Die Antwort kam automatisch, danke.",
        "Je suis d’accord, voici les logs demandés", "I am out of ideas",
        "The office is closed, the import still fails.",
    ],
)  # fmt: skip
def test_a_person_may_answer_with_such_words(text: str) -> None:
    assert automatic([("In-Reply-To", "<1@desk.example>")], SENDER, "Re: Case", text=text) is None


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@b.example", "postmaster@b.example", "no-reply@b.example"])
def test_robots_are_known_by_their_address(sender: str) -> None:
    assert automatic([], sender, "Hello") == "bounce"


def test_loop_06_what_comes_from_the_desk_or_bears_its_mark_has_come_back() -> None:
    assert automatic([], "Support@Desk.example", "Hello", ["support@desk.example"]) == "loop"
    assert automatic([], SENDER, "Hello", ["support@desk.example"]) is None
    assert automatic([], SENDER, "Hello", mark=True) == "loop"


def test_domains_belong_together_when_the_same_owner_registered_them() -> None:
    assert aligned("Mail.A.example.", "a.example", registered)
    assert not aligned("a.example", "b.example", registered)
    assert not aligned("example", "a.example", registered)
    assert not aligned("", "", registered)


LEVELS = {"1": "1", "2": "2", "critical": "1", "kritisch": "1", "重大": "1"}


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("Severity: 1\nNobody can sign in", "1", "Nobody can sign in"),
        ("Nobody can sign in\n\nseverity 2", "2", "Nobody can sign in"),
        ("Schweregrad: kritisch\nHilfe", "1", "Hilfe"),
        ("重大度：重大\n助けてください", "1", "助けてください"),
        ("Gravité : 2.\nAide", "2", "Aide"),
        ("The severity: 1 is what we ask", None, "The severity: 1 is what we ask"),
        ("Severity: 9\nHelp", None, "Severity: 9\nHelp"),
        ("severe 1", None, "severe 1"),
        ("> Severity: 1\n\nNo, keep it.", None, "> Severity: 1\n\nNo, keep it."),
        ("sev" + " " * 2000 + "!" * 2000 + "a", None, "sev" + " " * 2000 + "!" * 2000 + "a"),
    ],
)
def test_a_line_of_its_own_asks_for_a_severity(text: str, code: str | None, rest: str) -> None:
    found, line, left = severity_line(text, LEVELS)
    assert (found, left) == (code, rest)
    assert (bool(line), not line or line in text) == (code is not None, True)


def test_a_line_in_the_middle_of_a_long_text_asks_for_nothing() -> None:
    text = "\n".join([*["before"] * 10, "Severity: 1", *["after"] * 10])
    assert severity_line(text, LEVELS)[0] is None
