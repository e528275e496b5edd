"""A document as PostgreSQL indexes it: stems in places with weights, and the words as they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from garant.finding.analysis import LAST_PLACE, PAIR, Token, clean, count_places, fold, tokens
from garant.finding.compounds import parts_of
from garant.finding.stemming import learn, lexemes, of_token

#: Lexemes of one document: a tsvector holds a megabyte, and nobody looks for the ten-thousandth word of a log.
MOST_LEXEMES = 20_000


@dataclass(frozen=True, slots=True)
class Text:
    """What `operations.put` is given."""

    kind: str
    ref: str
    language: str
    title: str
    body: str
    audience: frozenset[str]
    at: datetime
    section: str = ""
    keywords: str = ""
    programme: str = ""
    products: tuple[str, ...] = ()
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Indexed:
    """A text's vectors as PostgreSQL reads them, the lengths of its fields, and its words for correction."""

    terms: str
    forms: str
    lengths: tuple[int, int, int]
    words: frozenset[str]


def indexed(texts: Sequence[Text]) -> list[Indexed]:
    """The vectors of texts of one language."""
    parts = [_parts(text) for text in texts]
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for language in {text.language for text in texts}:
        own = [each for each, text in zip(parts, texts, strict=True) if text.language == language]
        words = {token.text for each in own for _, field in each for token in field if token.stem}
        learn(words, language)
        folded = frozenset(fold(word) for word in words)
        found[language] = parts_of(folded, language, folded)
        learn({part for each in found[language].values() for part in each}, language)
    return [_indexed(text, own, found[text.language]) for text, own in zip(texts, parts, strict=True)]


def _parts(text: Text) -> list[tuple[str, list[Token]]]:
    """The fields' tokens with their weights; the places go on from field to field."""
    found, place = [], 1
    for weight, field in (("A", text.title), ("B", head_of(text.section, text.keywords)), ("D", text.body)):
        plain = clean(field)
        found.append((weight, tokens(plain, text.language, place)))
        place += count_places(plain, text.language)
    return found


def head_of(section: str, keywords: str) -> str:
    """Section and keywords as the one field they are indexed as."""
    return f"{section}\n{keywords}"


def _indexed(text: Text, parts: list[tuple[str, list[Token]]], made_of: Mapping[str, tuple[str, ...]]) -> Indexed:
    terms: dict[str, list[str]] = defaultdict(list)
    forms: dict[str, str] = {}
    for weight, own in parts:
        for token in own:
            if len(terms) >= MOST_LEXEMES:
                break
            place = f"{min(token.place, LAST_PLACE)}{weight}"
            for lexeme in _lexemes(token, text.language, made_of):
                terms[lexeme].append(place)
            if not token.text.startswith(PAIR):
                mark = "" if weight == "D" else place
                forms.setdefault(fold(token.text), mark)
    fields = (text.title, head_of(text.section, text.keywords), text.body)
    lengths = [count_places(clean(field), text.language) for field in fields]
    return Indexed(
        _vector((name, ",".join(places[:255])) for name, places in terms.items()),
        _vector(forms.items()),
        (lengths[0], lengths[1], lengths[2]),
        frozenset(word for word in forms if 3 <= len(word) <= 30 and not word.isdigit()),
    )


def _lexemes(token: Token, language: str, made_of: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """What a token is indexed as: itself, and the parts of a compound."""
    parts = made_of.get(fold(token.text), ()) if made_of else ()
    return dict.fromkeys((*of_token(token, language), *(name for part in parts for name in lexemes(part, language))))


def _vector(rows: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{quoted(name)}:{places}" if places else quoted(name) for name, places in rows)


def quoted(lexeme: str) -> str:
    """A lexeme in the text of a tsvector or tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
