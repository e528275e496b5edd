"""What may answer a case before it is filed: the best articles and solved public threads for what was typed."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from garant.cases.operations_offers import answers_offered
from garant.cases.views_offers import Offered
from garant.contracts.queries_audience import audience_of
from garant.core.people import Viewer
from garant.finding.queries import search
from garant.portal.drafts import Draft

#: Answers shown beside a draft; shorter texts than this say too little to look for.
SHOWN, SHORTEST = 4, 8
#: What is read of a long description: its beginning names the matter.
READ = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """One offered answer: where it is opened from (a page that notes it), and the lines that match."""

    offered: Offered
    url: str
    snippet: tuple[tuple[str, bool], ...]
    language: str


def answers_to(viewer: Viewer, draft: Draft, language: str, subject: str, description: str) -> list[Answer]:
    """The answers for what was typed, best first, noted as shown; none for a text that says too little."""
    text = f"{subject} {description[:READ]}".strip()
    if len(text) < SHORTEST or not draft or draft.subscriber_id is None:
        return []
    found = search(text=text, language=language, audience=audience_of(viewer), kinds=("article", "thread"), limit=SHOWN)
    answers = [
        Answer(
            Offered(hit.kind, hit.ref, "".join(part for part, _ in hit.title)),
            reverse("new_case_answer", args=[hit.kind, hit.ref]),
            hit.snippet,
            hit.language,
        )
        for hit in found.hits
    ]
    answers_offered(
        by=viewer.actor, once=draft.text("once"), subscriber_id=draft.subscriber_id,
        answers=[one.offered for one in answers],
    )  # fmt: skip
    return answers
