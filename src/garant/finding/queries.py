"""Finding: hits for what somebody asked, and what a beginning may become. Always within what they may read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from garant.core.audiences import Audience
from garant.finding.analysis import PAIR, clean, count_places, fold, tokens
from garant.finding.asking import LONGEST_QUESTION, Group, asked, groups_of, weighed
from garant.finding.candidates import MOST_RANKED, candidates
from garant.finding.correcting import corrected
from garant.finding.indexing import head_of, quoted
from garant.finding.languages import INDEXED
from garant.finding.models import Document, Miss
from garant.finding.ranking import Ranked, ranked
from garant.finding.scope import Scope
from garant.finding.snippets import Pieces, pieces, snippet
from garant.kit.pages import cursor, marks

__all__ = ["Found", "Hit", "MissView", "Suggestion", "misses", "order", "search", "suggest", "synonyms"]

#: Hits of a page at most, and suggestions.
LARGEST_PAGE, MOST_SUGGESTED = 50, 10
#: With fewer hits in the reader's language, other languages are looked at too.
FEW = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found. `title` and `snippet` are pieces of plain text, each with whether it was asked for.

    `language` is that of the text shown; `elsewhere` says that it, or what was found in it, is of another language
    than asked for.
    """

    kind: str
    ref: str
    language: str
    title: Pieces
    section: str
    snippet: Pieces
    score: float
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, best first. `counted`: how many there are, `is_capped` when there may be more; `next` the cursor.

    `did_you_mean` is the question with words that readable documents have in place of unknown ones, None for no idea.
    """

    hits: tuple[Hit, ...] = ()
    counted: int = 0
    is_capped: bool = False
    did_you_mean: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that begins with what was typed, somewhere."""

    kind: str
    ref: str
    language: str
    title: Pieces


@dataclass(frozen=True, slots=True)
class MissView:
    """What was looked for in vain, and how often in a span of days."""

    text: str
    language: str
    times: int
    last: date


def search(
    *,
    text: str,
    language: str,
    audience: Audience,
    kinds: Iterable[str] = (),
    products: Iterable[str] = (),
    section: str = "",
    programme: str = "",
    limit: int = 20,
    after: str | None = None,
) -> Found:
    """What answers `text` among what shares a name with `audience`; never raises for what somebody typed.

    Filters: empty means any; a document about no product is about each. `programme`: its documents and those of none,
    and its synonyms. At most `MOST_RANKED` hits in all, `LARGEST_PAGE` a page.
    """
    limit = max(1, min(limit, LARGEST_PAGE))
    scope = Scope(language[:10], audience, tuple(kinds), tuple(products), section, programme)
    text = _bounded(text)
    meant, rows = _answers(text, scope)
    place = f"search:{language}:{text}"
    begin = _begin(place, after)
    shown = rows[begin : begin + limit]
    hits = _hits(shown, scope)
    if len(rows) < FEW and not begin:
        hits += _elsewhere(text, scope, [(hit.kind, hit.ref) for hit in hits], limit - len(hits))
    more = cursor(place, begin + limit) if len(rows) > begin + limit else None
    counted = max(len(rows), len(hits))
    return Found(tuple(hits), counted, counted >= MOST_RANKED, meant, more)


def suggest(
    *,
    text: str,
    language: str,
    audience: Audience,
    kinds: Iterable[str] = (),
    programme: str = "",
    limit: int = 6,
) -> list[Suggestion]:
    """Titles with all words of `text`, the last one perhaps only begun; the shortest titles first."""
    scope = Scope(language[:10], audience, tuple(kinds), (), "", programme)
    words = _typed(text, scope.language)
    if not words:
        return []
    where, values = scope.where()
    query = "&".join(f"{quoted(word)}:*A" for word in words)
    rows = Document.objects.raw(
        f"SELECT id, kind, ref, language, title FROM finding_document WHERE {where} AND forms @@ %s::tsquery"
        " ORDER BY title_words, title, id LIMIT %s",
        [*values, query, max(1, min(limit, MOST_SUGGESTED))],
    )
    return [Suggestion(r.kind, r.ref, r.language, _begun(r.title, r.language, words)) for r in rows]


def synonyms(*, language: str, programme: str = "") -> list[tuple[str, ...]]:
    """The groups of words that mean the same, as `operations.set_synonyms` took them."""
    from garant.finding.models import Synonyms

    rows = Synonyms.objects.filter(language=language, programme=programme).order_by("pk")
    return [tuple(row.words) for row in rows]


def misses(*, since: date, limit: int = 100) -> list[MissView]:
    """What was looked for in vain since a day, the most frequent first: for the reports of staff."""
    from django.db.models import Max, Sum

    rows = (
        Miss.objects.filter(day__gte=since)
        .values("text", "language")
        .annotate(sum=Sum("times"), last=Max("day"))
        .order_by("-sum", "text", "language")[: max(1, min(limit, 1000))]
    )
    return [MissView(row["text"], row["language"], row["sum"], row["last"]) for row in rows]


def order(
    *, text: str, language: str, audience: Audience, kinds: Iterable[str] = (), limit: int = 20
) -> list[tuple[str, str]]:
    """Kind and ref of the best hits of `search` in the asked language, without their texts."""
    scope = Scope(language[:10], audience, tuple(kinds))
    rows = _answers(_bounded(text), scope)[1][: max(1, min(limit, LARGEST_PAGE))]
    names = {
        row.pk: (row.kind, row.ref) for row in _readable(scope).filter(pk__in=[r.id for r in rows]).only("kind", "ref")
    }
    return [names[row.id] for row in rows if row.id in names]


def _bounded(text: str) -> str:
    return " ".join(clean(text[: 4 * LONGEST_QUESTION]).split())[:LONGEST_QUESTION]


def _answers(text: str, scope: Scope) -> tuple[str | None, list[Ranked]]:
    """What was meant, and the documents that answer, best first."""
    groups = asked(text, scope, scope.programme)
    meant, groups = _corrected(text, groups, scope)
    return meant, ranked(groups, candidates(groups, scope))


def _begin(place: str, after: str | None) -> int:
    mark = marks(place, after, 1)
    value = mark[0] if mark else 0
    return max(0, min(value, MOST_RANKED)) if isinstance(value, int) else 0


def _corrected(text: str, groups: list[Group], scope: Scope) -> tuple[str | None, list[Group]]:
    """The question with known words in place of unknown ones, and groups that look for them."""
    changed: dict[str, str] = {}
    for group in groups:
        if not group.documents and group.is_word and not group.parts:
            other = corrected(fold(group.word), scope)
            if other:
                changed[group.word] = other
    if not changed:
        return None, groups
    looked = [_instead(group, changed.get(group.word), scope.language) for group in groups]
    return _replaced(text, scope.language, changed), weighed(looked, scope)


def _instead(group: Group, other: str | None, language: str) -> Group:
    found = groups_of(other, language) if other else []
    return replace(group, lexemes={**group.lexemes, **found[0].lexemes}) if found else group


def _replaced(text: str, language: str, changed: dict[str, str]) -> str:
    parts, at = [], 0
    for token in tokens(text, language):
        if token.text in changed and token.start >= at:
            parts += [text[at : token.start], changed[token.text]]
            at = token.end
    return "".join([*parts, text[at:]])


def _hits(rows: Sequence[Ranked], scope: Scope, elsewhere: bool = False) -> list[Hit]:
    # Asked of the documents again, within the scope: what changed since it was ranked is not shown.
    texts = {row.pk: row for row in _readable(scope).filter(pk__in=[row.id for row in rows]).defer("terms", "forms")}
    return [_hit(texts[row.id], row, elsewhere) for row in rows if row.id in texts]


def _readable(scope: Scope):  # type: ignore[no-untyped-def]
    return Document.objects.filter(language=scope.language, audience__overlap=sorted(scope.audience))


def _hit(document: Document, row: Ranked, elsewhere: bool) -> Hit:
    places = row.candidate.places
    first = 1 + document.title_words + count_places(head_of(document.section, document.keywords), document.language)
    return Hit(
        document.kind,
        document.ref,
        document.language,
        pieces(document.title, document.language, 1, places),
        document.section,
        snippet(document.body, document.language, first, places),
        row.score,
        elsewhere,
    )


def _elsewhere(text: str, scope: Scope, known: list[tuple[str, str]], limit: int) -> list[Hit]:
    """Hits of the other languages, the best first; a document that the reader's language has too is shown in that."""
    found: list[Hit] = []
    for language in INDEXED:
        other = replace(scope, language=language)
        if language != scope.language:
            groups = asked(text, other, scope.programme)
            rows = ranked(groups, candidates(groups, other))
            found += _hits(rows[:limit], other, elsewhere=True)
    found.sort(key=lambda hit: (-hit.score, hit.kind, hit.ref))
    seen, chosen = set(known), []
    for hit in found:
        if (hit.kind, hit.ref) not in seen:
            seen.add((hit.kind, hit.ref))
            chosen.append(hit)
    return _translated(chosen[: max(0, limit)], scope)


def _translated(hits: list[Hit], scope: Scope) -> list[Hit]:
    own = {
        (row.kind, row.ref): row
        for row in _readable(scope).filter(ref__in=[hit.ref for hit in hits]).defer("terms", "forms")
    }
    return [_as_in(hit, own.get((hit.kind, hit.ref))) for hit in hits]


def _as_in(hit: Hit, own: Document | None) -> Hit:
    if own is None:
        return hit
    return replace(
        hit,
        language=own.language,
        title=((own.title, False),),
        section=own.section,
        snippet=snippet(own.body, own.language, 1, {}),
    )


def _typed(text: str, language: str) -> list[str]:
    """What was typed as words without accents; at most eight of them."""
    plain = clean(text[:200])
    words = [fold(t.text) for t in tokens(plain, language) if not t.text.startswith(PAIR)]
    return list(dict.fromkeys(words))[:8]


def _begun(title: str, language: str, words: Sequence[str]) -> Pieces:
    """The title with the beginnings that were typed marked."""
    cut: list[tuple[str, bool]] = []
    at = 0
    for token in tokens(title, language):
        length = max((len(word) for word in words if fold(token.text).startswith(word)), default=0)
        if length and token.start >= at and not token.text.startswith(PAIR):
            end = min(token.start + length, token.end)
            cut += [(title[at : token.start], False), (title[token.start : end], True)]
            at = end
    return tuple(piece for piece in (*cut, (title[at:], False)) if piece[0])
