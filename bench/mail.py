"""Taking mail, end to end: what becomes of every shared message, by set; and how long a contact's mail takes from its
bytes to a case with its clock, beside one committed row of the same bytes.

End to end is the product's own path: stored and committed, read in the limited process, decided and committed.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from itertools import count
from typing import Any

from bench.desk import throwaway_desk
from bench.mail_text import SHARED, stored
from bench.measuring import System, Table, interleaved

#: Mails a round, and rounds; the 95th percentile is over all single mails.
MAILS, ROUNDS = 10, 6
HOST = "mx.bench.example"


def run() -> Table:
    """Outcomes first, then the time of one mail."""
    os.environ["GARANT_MAIL_HOST"] = HOST
    table = Table("Taking mail, end to end")
    with throwaway_desk():
        table.notes += outcomes()
        rows, p95, rate = timings()
        table.rows += rows
    table.notes.append(f"end to end: {rate:.1f} mails a second, one after the other; p95 {p95 * 1000:.0f} ms")
    table.notes.append("most of a mail's time is the start of the process that reads it; memory: `bench mail-text`")
    return table


def outcomes() -> list[str]:
    """A line for each set: how many messages came to which outcome."""
    from garant.cases.operations_mail import deliver

    if not SHARED.is_dir():
        return ["the shared mails do not lie beside the repository: no outcomes"]
    lines = ["outcomes of the shared mails, by set"]
    for path in sorted(SHARED.glob("*.zip")):
        found: Counter[str] = Counter()
        for _name, raw in stored(path.stem):
            done = deliver(raw=raw)
            found[f"{done.outcome}/{done.reason}" if done.reason else done.outcome] += 1
        told = ", ".join(f"{what} {number}" for what, number in found.most_common())
        lines.append(f"  {path.stem} ({found.total()}): {told}")
    return lines


def timings() -> tuple[list[Any], float, float]:
    """The rows, the 95th percentile of one mail in seconds, and mails a second."""
    from garant.cases import mail_deciding
    from garant.cases.models_mail import StoredMail
    from garant.cases.operations_mail import deliver
    from garant.journal.operations import database_now

    mail_deciding.MOST_AN_HOUR = 10**9  # one sender, many mails: the cap is not what is measured
    made, taken = messages(), list[float]()

    def garant() -> None:
        for _ in range(MAILS):
            raw = next(made)
            begin = time.perf_counter()
            done = deliver(raw=raw)
            taken.append(time.perf_counter() - begin)
            if done.outcome != "case_opened":
                raise AssertionError(f"a contact's mail was {done.outcome}: {done.reason}")

    def floor() -> None:
        for _ in range(MAILS):
            raw = next(made)
            StoredMail.objects.create(
                mailbox="floor", digest=str(hash(raw)), raw=raw, size=len(raw), received_at=database_now(),
                outcome="ignored",
            )  # fmt: skip

    systems = [
        System("Garant", "garant", garant, MAILS),
        System("one committed row", "floor", floor, MAILS),
    ]
    rows = interleaved("take a contact's mail", systems, ROUNDS)
    p95 = statistics.quantiles(taken, n=20)[-1]
    return rows, p95, 1 / statistics.mean(taken)


def messages() -> Iterator[bytes]:
    """Mails of the desk's contact, each another one."""
    for number in count():
        mail = EmailMessage()
        mail["Authentication-Results"] = f"{HOST}; dmarc=pass header.from=bench.example"
        mail["From"], mail["To"] = "contact@bench.example", "support@bench.example"
        mail["Subject"] = f"Import {number} drops rows"
        mail.set_content("Every night some rows are missing.\n\n-- \nContact\n" * 3)
        yield mail.as_bytes()
