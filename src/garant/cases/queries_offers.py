"""How many cases were answered before they were filed, and how often that was a false hope."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models import Exists, F, OuterRef

from garant.cases.models import Case
from garant.cases.models_offers import OfferedAnswers
from garant.cases.views_offers import AnswerFigure, Deflection, Offered
from garant.core.people import Viewer
from garant.core.rights import check
from garant.journal.operations import database_now

#: A case that the same person files so soon after an answer tells that it was none.
SOON = timedelta(days=7)
#: Answers that a list shows, and rows read for it: a desk with more of them in four weeks sees the newest.
MOST, READ = 15, 20_000


def deflection(*, viewer: Viewer, days: int = 28) -> Deflection:
    """What became of the drafts of the last days beside which answers were offered."""
    check(viewer, "read_overview")
    later = Case.objects.filter(
        opened_by_id=OuterRef("person_id"),
        subscriber_id=OuterRef("subscriber_id"),
        received_at__gt=OuterRef("ended_at"),
        received_at__lte=OuterRef("ended_at") + SOON,
    )
    rows = (
        OfferedAnswers.objects.filter(at__gte=database_now() - timedelta(days=days))
        .annotate(again=Exists(later))
        .order_by(F("at").desc())
        .values_list("shown", "opened", "state", "solved_by", "again")[:READ]
    )
    titles: dict[str, Offered] = {}
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    offered = opened = solved = false_hopes = filed = 0
    for shown, looked, state, by, again in rows:
        offered += 1
        opened += bool(looked)
        solved += state == "solved"
        filed += state == "filed"
        false_hopes += state == "solved" and again
        failed = state == "filed" or (state == "solved" and again)
        for one in shown:
            answer = Offered(one["kind"], one["ref"], one["title"])
            titles.setdefault(answer.name, answer)
            count = counts[answer.name]
            count[0] += 1
            count[1] += answer.name in looked
            count[2] += answer.name == by and not again
            count[3] += answer.name in looked and failed
    figures = [AnswerFigure(titles[name], *count) for name, count in counts.items()]
    figures.sort(key=lambda one: (-one.solved, -one.failed, -one.opened, -one.shown, one.answer.title))
    return Deflection(offered, opened, solved, false_hopes, filed, tuple(figures[:MOST]))
