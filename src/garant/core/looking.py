"""What people type to find cases: words, and operators such as `sev:1 due:today org:"okavango rail" -is:waiting`.

Reading never fails: what can't be understood is listed with what could be meant, and nothing is searched for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

#: Longest text that is read; a longer one is cut.
LONGEST = 300
#: More criteria than this are no search.
MOST = 20

STATES = ("open", "waiting", "held", "resolved", "closed", "merged")
#: Values of `is:` beside the states.
CONDITIONS = ("near", "missed", "mine", "unassigned", "all")
#: Named values of `due:`.
DUE = ("today", "tomorrow", "week", "late", "near", "none")
ME, NOBODY = "me", "nobody"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One operator: any of `values` has to hold, or none of them when `negated`."""

    name: str
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        """As it is typed."""
        values = ",".join(f'"{value}"' if re.search(r'[\s,"]', value) else value for value in self.values)
        return f"{'-' if self.negated else ''}{self.name}:{values}"


@dataclass(frozen=True, slots=True)
class Misread:
    """A part that could not be understood, and what its place takes."""

    part: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A search as understood. `text` is what was typed; `words` have all to be in the subject."""

    text: str = ""
    words: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    misread: tuple[Misread, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.words or self.criteria or self.misread)

    @property
    def states_named(self) -> bool:
        """Whether the text says which states it wants; otherwise a search by words looks at cases in every state, and
        one by operators alone at those that are not over."""
        return any(each.name == "is" and set(each.values) & {*STATES, "all"} for each in self.criteria)


def _one_of(*known: str) -> Callable[[str], bool]:
    return lambda value: value in known


def _day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _due(value: str) -> bool:
    return value in DUE or (value[:1] in "<>" and _day(value[1:]))


#: Operator -> whether a value is understood. Values are compared without regard to case.
OPERATORS: Mapping[str, Callable[[str], bool]] = {
    "sev": lambda value: bool(re.fullmatch(r"[\w.-]{1,20}", value)),
    "is": _one_of(*STATES, *CONDITIONS),
    "due": _due,
    "org": bool,
    "pkg": lambda value: bool(re.fullmatch(r"[\w.-]{1,60}", value)),
    "who": bool,
    "by": bool,
    "type": lambda value: bool(re.fullmatch(r"[\w-]{1,40}", value)),
    "lang": lambda value: bool(re.fullmatch(r"[a-z]{2}", value)),
    "since": _day,
    "until": _day,
}
#: What to offer when a value is not understood.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "sev": ("1", "2", "3"),
    "is": (*STATES, *CONDITIONS),
    "due": (*DUE, "<2026-12-31"),
    "org": ('"okavango rail"',),
    "pkg": ("gold",),
    "who": (ME, NOBODY),
    "by": ("name",),
    "type": ("error", "question"),
    "lang": ("en", "fr"),
    "since": ("2026-12-31",),
    "until": ("2026-12-31",),
}
_PART = re.compile(r'(?P<minus>-)?(?:(?P<name>[A-Za-z]+):)?(?P<value>(?:"[^"]*"?|[^\s"])+)')


def read(text: str) -> Look:
    """Understand what was typed. Quotes keep blanks, a comma means or, a leading minus means not."""
    clean = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    words: list[str] = []
    criteria: list[Criterion] = []
    misread: list[Misread] = []
    for found in list(_PART.finditer(clean))[:MOST]:
        name, value = (found["name"] or "").lower(), found["value"]
        if not name or found["value"].startswith("//"):
            # "http://…" is a word, and so is a lone minus or a dash before a word.
            word = found[0].replace('"', "").strip()
            words += [word] if word.strip("-") else []
        elif name not in OPERATORS:
            misread.append(Misread(found[0], tuple(f"{known}:" for known in OPERATORS)))
        else:
            values = _values(value)
            if values and all(OPERATORS[name](each) for each in values):
                criteria.append(Criterion(name, values, bool(found["minus"])))
            else:
                misread.append(Misread(found[0], tuple(f"{name}:{example}" for example in EXAMPLES[name])))
    return Look(clean, tuple(words), tuple(criteria), tuple(misread))


def _values(text: str) -> tuple[str, ...]:
    """The values of an operator: separated by commas outside quotes."""
    parts = re.findall(r'"([^"]*)"?|([^",]+)', text)
    return tuple(value.strip().lower() for quoted, bare in parts if (value := quoted or bare).strip())


def written(look: Look) -> str:
    """The shortest text that means the same: words first, then operators in the order typed."""
    return " ".join([*look.words, *(str(each) for each in look.criteria)])
