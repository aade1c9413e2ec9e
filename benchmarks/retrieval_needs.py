"""Needs over whole corpora whose truth is known by program: a topic to look for, and constraints on it.

A document satisfies a need when it is on the topic and meets every constraint. Topics are a field or words of
the title (PEPs), human labels (Reuters), the disease an answer was written for (MedQuAD); none of these is
given to the store. A need without an answer has constraints that no document of the corpus meets together,
though each of them alone is met by some.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

Row = dict[str, Any]
Holds = Callable[[Row], bool]

WORDINGS: dict[str, tuple[str, ...]] = {
    "status": ("only {} ones", "the status must be {}", "proposals with the status {}", "they have to be {}"),
    "no status": ("nothing {}", "leave out {} ones", "please without {} ones", "any status except {}"),
    "author": ("only by {}", "I need what {} wrote", "authored by {}", "{} has to be an author"),
    "no author": ("nothing by {}", "not written by {}", "without those that {} wrote", "by anyone except {}"),
    "from year": ("created in {} or later", "not older than {}", "from {} onwards", "no earlier than {}"),
    "before year": ("created before {}", "nothing from {} or later", "predating {}", "earlier than {}"),
    "place": ("only {}", "only news from {}", "it should have to do with {}", "stories set in {}"),
    "no place": ("nothing on {}", "no news from {}", "skip whatever concerns {}", "but not {}"),
    "from day": ("only since {}", "published on {} or later", "from {} onwards", "no earlier than {}"),
    "before day": ("only from before {}", "nothing from {} or later", "predating {}", "earlier than {}"),
    "type": ("only {}", "{}, nothing else", "tell me about {}", "specifically {}"),
    "no type": ("nothing on {}", "leave out {}", "skip {}", "not {}"),
}
"""Ways to say each kind of constraint, of both polarities. The parser was mended where the first two of a
row failed; the last two were written after that."""

PEP_TOPICS: dict[str, tuple[str, frozenset[str]]] = {
    "type hints": ("Typing", frozenset({"typing", "typed", "typeddict", "annotations", "hints"})),
    "packaging of libraries": ("Packaging", frozenset({"packaging", "packages", "wheel", "pypi"})),
    "release schedule": ("Release", frozenset({"schedule"})),
    "governance of the language": ("Governance", frozenset({"governance", "council", "election"})),
    "C API": ("", frozenset({"api", "abi"})),
    "generators and coroutines": ("", frozenset({"generator", "generators", "coroutines", "asynchronous"})),
    "import system": ("", frozenset({"import", "imports", "importing", "imported"})),
    "strings and unicode": ("", frozenset({"string", "strings", "unicode", "utf", "interpolation"})),
    "exceptions": ("", frozenset({"exception", "exceptions"})),
    "functions and their arguments": ("", frozenset({"function", "functions", "argument", "arguments"})),
    "operators and expressions": ("", frozenset({"operator", "operators", "expressions"})),
    "modules of the standard library": ("", frozenset({"module", "library"})),
}
"""Query, and what makes a PEP be on it: the value of its topic field, or a word of its title."""
STORY_TOPICS = {
    "crude": "crude oil", "grain": "grain", "trade": "foreign trade", "wheat": "wheat", "sugar": "sugar",
    "coffee": "coffee", "ship": "shipping", "interest": "interest rates", "gold": "gold",
    "oilseed": "oilseeds", "gnp": "gross national product", "livestock": "livestock",
    "money-fx": "foreign exchange", "nat-gas": "natural gas", "copper": "copper", "cocoa": "cocoa",
}  # fmt: skip
PLACES = {
    "usa": "the United States", "uk": "the United Kingdom", "ussr": "the Soviet Union", "uae": "the Emirates",
}  # fmt: skip
"""What people call a place; the others by their own name, in capitals."""
DAYS = {
    "1987-03-03": "3 March 1987", "1987-03-10": "10 March 1987", "1987-03-20": "20 March 1987",
    "1987-04-01": "1 April 1987", "1987-04-10": "10 April 1987", "1987-06-01": "1 June 1987",
    "1987-10-19": "19 October 1987",
}  # fmt: skip
FEWEST, MOST = 3, 100
"""Documents that satisfy a need with an answer: a first page should be able to hold them all."""
RULED_OUT = 0.1
"""Share of the topic that each constraint must rule out, at least."""


@dataclass(frozen=True)
class Constraint:
    """A part of an instruction: how it is said, and on which documents it holds."""

    kind: str
    value: str
    holds: Holds
    field: str

    def said(self, number: int) -> str:
        ways = WORDINGS[self.kind]
        return ways[number % len(ways)].format(self.value)


@dataclass
class Exam:
    """Queries with instructions, and the documents that satisfy each; `none` have no such document, and
    say which fields rule everything out."""

    queries: dict[str, tuple[str, str]] = field(default_factory=dict)
    relevant: dict[str, list[str]] = field(default_factory=dict)
    none: dict[str, tuple[str, str, frozenset[str]]] = field(default_factory=dict)


def pep_exam(rows: Sequence[Row], needs: int) -> Exam:
    """Topic by status, author and year, one or two constraints a need."""
    topics = {query: _on_pep_topic(*about) for query, about in PEP_TOPICS.items()}
    return _drawn(rows, topics, list(_pep_constraints(rows)), needs)


def reuters_exam(rows: Sequence[Row], needs: int) -> Exam:
    """Topic by place and day."""
    topics = {f"news about {said}": _has("topics", name) for name, said in STORY_TOPICS.items()}
    return _drawn(rows, topics, list(_story_constraints(rows)), needs)


def medquad_exam(rows: Sequence[Row], needs: int) -> Exam:
    """A disease and the type of question; every need also has answers of another type to rule out."""
    rng, exam = random.Random(0), Exam()
    by_focus: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_focus[row["metadata"]["focus"]][row["metadata"]["qtype"]].append(str(row["_id"]))
    pairs = [
        (focus, one, other)
        for focus in sorted(by_focus)
        for one, other in combinations(sorted(set(by_focus[focus]) - {"information"}), 2)
    ]
    for number, (focus, one, other) in enumerate(rng.sample(pairs, min(needs, len(pairs)))):
        wanted, avoided = WORDINGS["type"], WORDINGS["no type"]
        said = [wanted[number % len(wanted)].format(one), avoided[number % len(avoided)].format(other)]
        name = f"m{number:03d}"
        exam.queries[name] = (focus, ", ".join(said[: 1 + number % 2]))
        exam.relevant[name] = by_focus[focus][one]
    return exam


# --- drawing -----------------------------------------------------------------------------------


def _drawn(rows: Sequence[Row], topics: dict[str, Holds], constraints: list[Constraint], needs: int) -> Exam:
    """Four fifths of the needs with an answer, one fifth without; each with one or two constraints."""
    rng, exam = random.Random(0), Exam()
    satisfied = {one: {str(row["_id"]) for row in rows if one.holds(row)} for one in constraints}
    on_topic = {query: {str(row["_id"]) for row in rows if holds(row)} for query, holds in topics.items()}
    pairs = [pair for pair in combinations(constraints, 2) if pair[0].field != pair[1].field]
    singles = [(one,) for one in constraints]
    asked = [(query, chosen) for query in topics for chosen in rng.sample([*singles, *pairs], 400)]
    empty = [pair for pair in pairs if not satisfied[pair[0]] & satisfied[pair[1]]]
    rng.shuffle(asked)
    for query, chosen in asked:
        right = on_topic[query] & set.intersection(*(satisfied[one] for one in chosen))
        share = min(len(on_topic[query] - satisfied[one]) for one in chosen) / len(on_topic[query])
        if FEWEST <= len(right) <= MOST and share >= RULED_OUT and len(exam.queries) < needs - needs // 5:
            number = len(exam.queries)
            exam.queries[f"n{number:03d}"] = (query, _said(chosen, number))
            exam.relevant[f"n{number:03d}"] = sorted(right)
    for number, chosen in enumerate(rng.sample(empty, min(needs // 5, len(empty)))):
        fields = frozenset(one.field for one in chosen)
        exam.none[f"none{number:03d}"] = (rng.choice(sorted(topics)), _said(chosen, number), fields)
    return exam


def _said(chosen: Sequence[Constraint], number: int) -> str:
    return ", ".join(one.said(number + place) for place, one in enumerate(chosen))


def _pep_constraints(rows: Sequence[Row]) -> Iterable[Constraint]:
    for status in ("Final", "Rejected", "Withdrawn", "Draft", "Deferred", "Accepted"):
        yield Constraint("status", status.lower(), _is("status", status), "status")
        yield Constraint("no status", status.lower(), _not(_is("status", status)), "status")
    for author in _frequent(rows, "authors", 10):
        yield Constraint("author", author, _has("authors", author), "authors")
        yield Constraint("no author", author, _not(_has("authors", author)), "authors")
    for year in (2002, 2005, 2010, 2015, 2018, 2021):
        yield Constraint("from year", str(year), _not(_before("created", str(year))), "created")
        yield Constraint("before year", str(year), _before("created", str(year)), "created")


def _story_constraints(rows: Sequence[Row]) -> Iterable[Constraint]:
    for place in _frequent(rows, "places", 6):
        said = PLACES.get(place, place.replace("-", " ").title())
        yield Constraint("place", said, _has("places", place), "places")
        yield Constraint("no place", said, _not(_has("places", place)), "places")
    for day, said in DAYS.items():
        yield Constraint("from day", said, _not(_before("date", day)), "date")
        yield Constraint("before day", said, _before("date", day), "date")


def _frequent(rows: Sequence[Row], name: str, fewest: int) -> list[str]:
    counts = Counter(value for row in rows for value in row["metadata"].get(name, ()))
    return sorted(value for value, count in counts.items() if count >= fewest)


def _on_pep_topic(topic: str, words: frozenset[str]) -> Holds:
    def holds(row: Row) -> bool:
        named = topic and topic in row["metadata"].get("topic", "")
        return bool(named) or bool(words & set(re.findall(r"[a-z]+", row["title"].lower())))

    return holds


def _is(name: str, value: str) -> Holds:
    return lambda row: row["metadata"].get(name) == value


def _has(name: str, value: str) -> Holds:
    return lambda row: value in row["metadata"].get(name, ())


def _before(name: str, day: str) -> Holds:
    return lambda row: row["metadata"][name] < day


def _not(holds: Holds) -> Holds:
    return lambda row: not holds(row)
