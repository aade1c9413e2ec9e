"""The oracle: a store in memory that computes every answer exactly and says what the others must say."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np

from adhere.encode.protocol import Array, Candidate
from adhere.errors import InputError
from adhere.form import form_features
from adhere.need import Document
from adhere.ranking import fuse, rank
from adhere.schema import FieldType, Schema
from adhere.store.bm25 import Bm25, words_of
from adhere.store.check import check_clauses, check_entry, check_filter, check_formula, ids_of
from adhere.store.infer import Columns
from adhere.store.protocol import (
    FORM,
    TIME,
    And,
    Clause,
    Constant,
    Decay,
    Divide,
    Entry,
    Everything,
    Exp,
    Filter,
    Formula,
    Ids,
    Known,
    Ln,
    Match,
    Meaning,
    Negation,
    Or,
    Product,
    Range,
    Sum,
    Words,
)
from adhere.store.record import to_json
from adhere.store.versions import superseded
from adhere.values import as_utc, flatten, kept
from adhere.words import occurrences, terms


class MemoryStore:
    """Keeps documents in a dictionary and scans all of them for every question."""

    def __init__(
        self, dimension: int, *, types: Mapping[str, FieldType] | None = None, time_field: str | None = None
    ) -> None:
        self.dimension = dimension
        self._types = dict(types or {})
        self._time_field = time_field
        self._columns = Columns()
        self._entries: dict[str, Entry] = {}
        self._cached: _Index | None = None

    @property
    def schema(self) -> Schema:
        return self._index.schema

    def write(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            check_entry(entry, self.dimension)
            to_json(entry.document)
        self.delete([entry.document.id for entry in entries])
        for entry in {entry.document.id: entry for entry in entries}.values():
            self._entries[entry.document.id] = entry
            self._columns.add(entry.document)
        self._cached = None

    def delete(self, ids: Collection[str]) -> int:
        gone = [self._entries.pop(i) for i in set(ids_of(ids)) if i in self._entries]
        for entry in gone:
            self._columns.remove(entry.document)
        self._cached = None
        return len(gone)

    def fingerprints(self) -> Mapping[str, str]:
        return {i: entry.fingerprint for i, entry in self._entries.items()}

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        return {i: self._entries[i].document for i in ids_of(ids) if i in self._entries}

    def candidates(self, ids: Sequence[str]) -> dict[str, Candidate]:
        held = {i: self._entries[i] for i in ids_of(ids) if i in self._entries}
        return {i: Candidate(entry.document, entry.passages) for i, entry in held.items()}

    def count(self, where: Filter) -> int:
        return len(self.matching(where))

    def matching(self, where: Filter) -> set[str]:
        check_filter(where, self.schema)
        return {i for i, entry in self._entries.items() if self._passes(entry.document, where)}

    def mentioning(self, phrase: str) -> set[str]:
        return {
            i
            for i, entry in self._entries.items()
            if any(occurrences(phrase, entry.document.title)) or any(occurrences(phrase, entry.document.text))
        }

    def superseded(self, instant: datetime) -> set[str]:
        return superseded(
            ((i, entry.document.group, entry.document.time) for i, entry in self._entries.items()), instant
        )

    def find(
        self,
        clauses: Sequence[Clause],
        where: Filter,
        limit: int,
        *,
        exact: bool | None = None,  # noqa: ARG002 (it always is)
    ) -> dict[str, float]:
        check_clauses(clauses, self.dimension)
        allowed = self.matching(where)
        rankings = []
        for clause in clauses:
            for scores in (self._index.nearest(clause.vector), self._index.bm25(clause.text)):
                rankings.append(rank({i: s for i, s in scores.items() if i in allowed})[:limit])
        fused = fuse(rankings)
        return {i: fused[i] for i in rank(fused)[:limit]}

    def score(self, ids: Sequence[str], clauses: Sequence[Clause], formula: Formula) -> dict[str, float]:
        check_clauses(clauses, self.dimension)
        check_formula(formula, clauses, self.schema)
        words = [self._index.words.scores(clause.text) for clause in clauses]
        scores: dict[str, float] = {}
        for i in ids_of(ids):
            for number in self._index.numbers.get(i, ()):
                value = self._value(formula, number, clauses, words)
                scores[i] = max(scores.get(i, -math.inf), value)
        return scores

    def close(self) -> None:
        """Nothing to release."""

    @property
    def _index(self) -> _Index:
        if self._cached is None:
            schema = self._columns.schema(types=self._types, time_field=self._time_field)
            self._cached = _Index(list(self._entries.values()), schema)
        return self._cached

    def _passes(self, document: Document, where: Filter) -> bool:
        match where:
            case Everything():
                return True
            case And(parts):
                return all(self._passes(document, part) for part in parts)
            case Or(parts):
                return any(self._passes(document, part) for part in parts)
            case Negation(part):
                return not self._passes(document, part)
            case Ids(documents):
                return document.id in documents
            case Match(name, wanted):
                return any(value in wanted for value in self._values(document, name))
            case Range(name):
                return any(_within(value, where) for value in self._values(document, name))
            case Known(name):
                return bool(self._values(document, name))

    def _values(self, document: Document, name: str) -> list[Any]:
        if name == TIME:
            return [document.time] if document.time else []
        if name.startswith(FORM):
            return [self._index.forms[document.id][name.removeprefix(FORM)]]
        info = self.schema[name]
        return [
            v
            for raw in flatten(document.fields).get(name, ())
            for v in kept(raw, info.type, split=info.split)
        ]

    def _value(
        self, formula: Formula, number: int, clauses: Sequence[Clause], words: Sequence[Mapping[int, float]]
    ) -> float:
        def value(part: Formula) -> float:
            match part:
                case Meaning(clause):
                    return self._index.maxsim(number, clauses[clause].vector)
                case Words(clause):
                    return words[clause].get(number, 0.0)
                case Constant(constant):
                    return constant
                case Sum(parts):
                    return sum(value(part) for part in parts)
                case Product(parts):
                    return math.prod(value(part) for part in parts)
                case Divide(left, right):
                    return _defined(lambda: value(left) / value(right))
                case Exp(part):
                    return _defined(lambda: math.exp(value(part)))
                case Ln(part):
                    return _defined(lambda: math.log(value(part)))
                case Decay():
                    return self._decay(part, self._index.documents[number])

        return value(formula)

    def _decay(self, decay: Decay, document: Document) -> float:
        dates = self._values(document, decay.field)
        if not dates:
            return 0.0
        age_days = max(0.0, (as_utc(decay.origin) - max(dates)).total_seconds() / 86_400)
        return float(0.5 ** (age_days / decay.half_life_days))


@dataclass(frozen=True)
class _Index:
    """What is derived from the entries as they stand; thrown away at every write."""

    entries: list[Entry]
    schema: Schema

    @cached_property
    def documents(self) -> list[Document]:
        """The document of each passage number."""
        return [entry.document for entry in self.entries for _ in entry.passages]

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = {}
        for number, document in enumerate(self.documents):
            numbers.setdefault(document.id, []).append(number)
        return numbers

    @cached_property
    def forms(self) -> dict[str, dict[str, bool | int | str]]:
        return {entry.document.id: form_features(entry.document) for entry in self.entries}

    @cached_property
    def words(self) -> Bm25:
        passages = (
            words for e in self.entries for words in words_of(e.document, [p.passage for p in e.passages])
        )
        return Bm25([terms(words) for words in passages])

    @cached_property
    def sentences(self) -> list[Array]:
        return [half(sentences_of(p.sentences, p.vector)) for e in self.entries for p in e.passages]

    def maxsim(self, number: int, vector: Array) -> float:
        return float((self.sentences[number] @ half(vector)).max())

    def nearest(self, vector: Array) -> dict[str, float]:
        """Cosine of the best passage of every document."""
        if not self.entries:
            return {}
        cosines = np.stack([p.vector for e in self.entries for p in e.passages]) @ vector
        return self._best(dict(enumerate(cosines.tolist())))

    def bm25(self, text: str) -> dict[str, float]:
        """BM25 of the best passage of every document that holds one of the words."""
        return self._best(self.words.scores(text))

    def _best(self, scores: Mapping[int, float]) -> dict[str, float]:
        best: dict[str, float] = {}
        for number, score in scores.items():
            i = self.documents[number].id
            best[i] = max(best.get(i, -math.inf), score)
        return best


def half(vectors: Array) -> Array:
    """Rounded to float16, in which every store keeps sentence vectors and compares clauses to them."""
    return vectors.astype(np.float16).astype(np.float32)


def sentences_of(sentences: Array, vector: Array) -> Array:
    """The vectors that MaxSim runs over: the sentences', or the passage's own where it has no sentence."""
    return sentences if len(sentences) else vector[None]


def _within(value: Any, where: Range) -> bool:
    return (
        (where.gt is None or value > where.gt)
        and (where.gte is None or value >= where.gte)
        and (where.lt is None or value < where.lt)
        and (where.lte is None or value <= where.lte)
    )


def _defined(compute: Callable[[], float]) -> float:
    try:
        return compute()
    except (ZeroDivisionError, OverflowError, ValueError):
        raise InputError(
            "The formula has no value for some document: it divides by zero, takes the logarithm of a number "
            "that is not above 0, or overflows. Keep such parts away from these points."
        ) from None
