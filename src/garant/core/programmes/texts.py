"""Texts by language. A programme says every text in every one of its languages, or once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from garant.core.programmes.nodes import Node, printable
from garant.core.programmes.values import Text

if TYPE_CHECKING:
    from garant.core.programmes.programme import Programme


def read_text(node: Node | None, languages: Sequence[str]) -> Text:
    """A text in all languages. Plain text stands for all of them: a proper name needs no translation.

    Empty when `node` is None. A missing language is a mistake: somebody would read another one's words.
    """
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        text = node.string()
        return dict.fromkeys(languages, text)
    texts = {}
    for language, entry in node.entries():
        if language not in languages:
            entry.problem(
                f"language {printable(language)} is not one of the programme's", "add it to languages or remove it"
            )
        texts[language] = entry.string()
    missing = [language for language in languages if language not in texts]
    if missing:
        node.problem(f"the text is missing in {', '.join(missing)}", "write it in every language of the programme")
    return texts


def all_texts(programme: Programme) -> dict[str, Text]:
    """Every text of a programme by its path; see `Programme.text`."""
    texts: dict[str, Text] = {"name": programme.name, "vendor": programme.vendor}
    for kind, parts in (
        ("package", [(one.code, one.name) for one in programme.all_packages]),
        ("group", [(one.code, one.name) for one in programme.groups]),
        ("row", [(row.code, row.name) for one in programme.groups for row in one.rows]),
        ("severity", [(one.level, one.name) for one in programme.severities]),
        ("channel", [(one.code, one.name) for one in programme.channel_specs]),
        ("ledger", [(one.code, one.name) for one in programme.ledgers]),
        ("region", [(one.code, one.name) for one in programme.regions.values()]),
        ("request_type", [(one.code, one.name) for one in programme.request_types]),
        ("calendar", [(one.code, one.name) for one in programme.calendars.values()]),
        ("deliverable", [(one.code, one.name) for one in programme.deliverables]),
        ("add_on", [(one.code, one.name) for one in programme.add_ons]),
    ):
        texts.update({f"{kind}.{code}.name": text for code, text in parts})
    return {**texts, **_longer_texts(programme)}


def _longer_texts(programme: Programme) -> dict[str, Text]:
    """Definitions, notes and the like."""
    texts: dict[str, Text] = {"standing.reason": programme.standing.reason}
    for severity in programme.severities:
        texts[f"severity.{severity.level}.definition"] = severity.definition
    for row in (row for group in programme.groups for row in group.rows if row.note):
        texts[f"row.{row.code}.note"] = row.note or {}
    for region in programme.regions.values():
        if region.note:
            texts[f"region.{region.code}.note"] = region.note
        texts[f"region.{region.code}.standing.reason"] = (region.standing or programme.standing).reason
    texts.update({f"obligation.{one.code}.text": one.text for one in programme.obligations})
    texts.update({f"note.{one.code}.text": one.text for one in programme.notes})
    texts.update({f"clause.{one.code}.text": one.text for one in programme.clauses})
    for reading in programme.readings:
        texts[f"reading.{reading.code}.question"] = reading.question
        texts[f"reading.{reading.code}.chosen"] = reading.chosen
        if reading.other:
            texts[f"reading.{reading.code}.other"] = reading.other
    return texts
