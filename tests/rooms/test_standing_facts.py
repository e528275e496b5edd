"""Facts from a file: every mistake named at its line, nothing half loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rooms_cast import Cast
from standing_cast import days_ago, fact, finance

from garant.contracts.models import ObligationFact
from garant.contracts.reading_facts import load_facts, preview_facts
from garant.core.refusals import Refusal
from garant.directory.models import Subscriber

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HEADING = "subscriber,kind,reference,on,amount,currency,note"


def csv_of(*lines: str, heading: str = HEADING) -> bytes:
    return "\n".join([heading, *lines]).encode()


def slug(cast: Cast, package: str = "gold") -> str:
    return Subscriber.objects.get(pk=cast.subscribers[package]).slug


def good_lines(cast: Cast) -> list[str]:
    gold, silver = slug(cast), slug(cast, "silver")
    return [
        f"{gold},invoice_due,INV-1,{days_ago(40)},1200.00,EUR,first",
        f"{silver},obligation_unmet,audit,{days_ago(3)},,,",
        f"{gold},invoice_paid,INV-1,{days_ago(2)},600,EUR,\"half, by bank\"",
    ]  # fmt: skip


def test_a_file_is_looked_at_and_then_loaded_once(cast: Cast) -> None:
    content = csv_of(*good_lines(cast))
    seen = preview_facts(by=finance(), content=content)
    assert (seen.new, seen.wrong, ObligationFact.objects.count()) == (3, 0, 0)
    assert load_facts(by=finance(), content=content).loaded == 3
    assert load_facts(by=finance(), content=content).loaded == 0
    assert [line.known for line in preview_facts(by=finance(), content=content).lines] == [True] * 3
    assert ObligationFact.objects.get(kind="invoice_paid").note == "half, by bank"


def test_each_mistake_is_named_at_its_line_and_nothing_is_loaded(cast: Cast) -> None:
    gold = slug(cast)
    fact(cast, "invoice_due", days_ago(9), reference="OLD")
    wrong = [
        ("nobody,invoice_due,INV-9,2026-01-02,,,", "subscriber_unknown"),
        (f"{gold},bounced,INV-9,2026-01-02,,,", "fact_unknown"),
        (f"{gold},invoice_due,,2026-01-02,,,", "fact_reference_missing"),
        (f"{gold},invoice_due,INV-9,02.01.2026,,,", "date_invalid"),
        (f"{gold},invoice_paid,INV-9,{days_ago(-9)},,,", "fact_ahead"),
        (f"{gold},invoice_due,INV-9,2026-01-02,ten,,", "amount_invalid"),
        (f"{gold},invoice_due,INV-9,2026-01-02,NaN,,", "amount_invalid"),
        (f"{gold},invoice_due,INV-9,2026-01-02,1,EURO,", "currency_unknown"),
        (f"{gold},invoice_due", "columns_wrong"),
        (f"{gold},invoice_due,OLD,{days_ago(9)},5,EUR,", "fact_recorded_differently"),
        (good_lines(cast)[0], "line_twice"),
    ]
    content = csv_of(*good_lines(cast), *(line for line, _ in wrong))
    seen = preview_facts(by=finance(), content=content)
    assert [(line.number, line.problem) for line in seen.lines if line.problem] == [
        (n, code) for n, (_, code) in enumerate(wrong, start=5)
    ]
    before = ObligationFact.objects.count()
    with pytest.raises(Refusal) as refused:
        load_facts(by=finance(), content=content)
    assert refused.value.code == "facts_file_wrong"
    assert ObligationFact.objects.count() == before


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"a,b,c\n1,2,3", csv_of('x,"never closed'), csv_of("a\x00b"), b"x" * 1_000_001,
     csv_of(*["a,b,c,d,e,f,g"] * 5001)],
    ids=["empty", "binary", "columns", "quote", "nul", "large", "long"],
)  # fmt: skip
def test_a_file_that_is_no_such_csv_is_refused_in_one_sentence(cast: Cast, content: bytes) -> None:
    for act in (preview_facts, load_facts):
        with pytest.raises(Refusal) as refused:
            act(by=finance(), content=content)
        assert refused.value.code == "facts_file_unreadable"


def test_semicolons_and_a_byte_order_mark_are_read(cast: Cast) -> None:
    content = b"\xef\xbb\xbf" + csv_of(*good_lines(cast)).replace(b",", b";").replace(b"half; by", b"half, by")
    assert preview_facts(by=finance(), content=content).new == 3


def test_only_finance_or_a_manager_looks_at_a_file_or_loads_it(cast: Cast) -> None:
    for act in (preview_facts, load_facts):
        with pytest.raises(Refusal) as refused:
            act(by=cast.actor("agent"), content=csv_of(*good_lines(cast)))
        assert refused.value.code == "not_allowed"


# -- the command --------------------------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """`garant standing WORDS` against the test's database."""
    from contextlib import nullcontext

    from typer.testing import CliRunner

    from garant.cli import standing

    monkeypatch.setattr(standing, "desk_database", lambda *_: nullcontext())
    result = CliRunner().invoke(standing.app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_command_records_suspends_shows_and_reinstates(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    gold, by = slug(cast), ("--by", "finance@people.example")
    finance()
    due = ("--kind", "invoice_due", "--reference", "INV-1", "--on", str(days_ago(75)), "--amount", "10.50")
    assert run(monkeypatch, "record", gold, *due, *by)[:1] == (0,)
    assert json.loads(run(monkeypatch, "record", gold, *due, *by, "--json")[1])["new"] is False
    code, _, told = run(monkeypatch, "suspend", gold, *by, "--reason", "Late")
    assert (code, told.count("\n")) == (1, 1)
    assert "No notice was given" in told
    run(monkeypatch, "record", gold, "--kind", "notice_given", "--reference", "INV-1", "--on", str(days_ago(35)), *by)
    said = json.loads(run(monkeypatch, "suspend", gold, *by, "--reason", "Late", "--json")[1])
    assert (said["decision"], said["cases"]) == ("suspended", [])
    shown = json.loads(run(monkeypatch, "show", gold, "--json")[1])
    assert (shown["standing"], shown["reason"], shown["late"][0]["outstanding"]) == ("suspended", "Late", "10.50")
    assert shown["rule"] is None, "what is in force already is not proposed"
    assert "standing: suspended" in run(monkeypatch, "show", gold)[1]
    assert run(monkeypatch, "reinstate", gold, *by, "--reason", "Paid")[0] == 0
    assert json.loads(run(monkeypatch, "show", gold, "--json")[1])["standing"] == "good"


def test_the_command_loads_a_file_or_names_its_lines(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    finance()
    file, by = tmp_path / "facts.csv", ("--by", "finance@people.example", "--json")
    file.write_bytes(csv_of(*good_lines(cast), "nobody,invoice_due,X,2026-01-02,,,"))
    code, out, err = run(monkeypatch, "record", "-", "--csv", str(file), *by)
    assert (code, json.loads(out)["recorded"]) == (1, 0)
    assert err.strip() == f"{file}:5: There is no such subscriber."
    file.write_bytes(csv_of(*good_lines(cast)))
    assert json.loads(run(monkeypatch, "record", "-", "--csv", str(file), *by, "--check")[1])["recorded"] == 0
    assert json.loads(run(monkeypatch, "record", "-", "--csv", str(file), *by)[1])["recorded"] == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nobody"), "no such subscriber"),
        (("suspend", "GOLD", "--reason", "x"), "--by EMAIL"),
        (("suspend", "GOLD", "--by", "ghost@people.example", "--reason", "x"), "nobody signs in"),
        (("suspend", "GOLD", "--by", "agent@people.example", "--reason", "x"), "You may not do this"),
        (("record", "GOLD", "--by", "finance@people.example", "--on", "tomorrow"), "no date"),
        (("record", "GOLD", "--by", "finance@people.example", "--on", "2026-01-01", "--amount", "ten"), "no number"),
        (("record", "-", "--by", "finance@people.example", "--csv", "/no/such/file"), "No such file"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_line(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    finance()
    code, _, told = run(monkeypatch, *(slug(cast) if word == "GOLD" else word for word in words))
    assert code != 0
    assert said in told
    assert told.count("\n") == 1
