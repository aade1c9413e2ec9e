"""What every table is read against: chance, perfection, and the same system without the instruction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from adhere.evaluate.benchmark import Query
from adhere.evaluate.judgements import Judgements, split_id
from adhere.evaluate.systems.protocol import DEPTH, System
from adhere.need import Document
from adhere.ranking import rank


class Random:
    """Scores by dice, thrown anew for every query and seed."""

    def __init__(self, seed: int = 0) -> None:
        self.name = "random"
        self.seed = seed
        self._ids: list[str] = []

    def index(self, documents: Sequence[Document]) -> None:
        self._ids = [document.id for document in documents]

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        generator = np.random.default_rng([self.seed, *query.id.encode()])
        ids = self._ids if candidates is None else candidates
        chosen = generator.permutation(len(ids))[: DEPTH if candidates is None else None]
        return {
            ids[place]: float(score)
            for place, score in zip(chosen, generator.random(len(chosen)), strict=True)
        }


UNJUDGED = 0.5
"""Score that perfection gives where nobody has judged: less than relevant, and more than ruled out."""


@dataclass(slots=True)
class Perfect:
    """Scores by the judgements themselves: no system has a better nDCG or MAP, and over a whole corpus none
    violates less. Relevant documents by grade, then unjudged ones, then those judged 0, the flipped last."""

    judgements: Judgements
    name: str = "perfect"
    _ids: Mapping[str, None] = field(default_factory=dict, init=False, repr=False)

    def index(self, documents: Sequence[Document]) -> None:
        self._ids = dict.fromkeys(document.id for document in documents)

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        grades, flipped = self.judgements.qrels[query.id], self._flipped(query.id)
        if candidates is None and self._ids:
            return self._over_all(grades, flipped)
        # without documents all that is known of is what was judged; in a pool whose documents are all judged
        # those that are ruled out stand together, flipped or not
        return {
            document: float(grades.get(document, 0 if document in flipped else UNJUDGED))
            for document in candidates or grades
        }

    def _over_all(self, grades: Mapping[str, int], flipped: AbstractSet[str]) -> dict[str, float]:
        """Every relevant document, and of the others as many as a search of the whole corpus returns."""
        judged = {document: float(grade) for document, grade in grades.items() if document in self._ids}
        scores = {document: grade for document, grade in judged.items() if grade >= 1}
        unjudged = (d for d in self._ids if d not in judged and d not in flipped)
        scores |= dict.fromkeys(islice(unjudged, max(0, DEPTH - len(scores))), UNJUDGED)
        others = [d for d in judged.keys() | flipped if d in self._ids and d not in scores]
        low = {d: judged.get(d, 0.0) - (d in flipped) / 2 for d in others}
        return scores | {d: low[d] for d in rank(low)[: max(0, DEPTH - len(scores))]}

    def _flipped(self, query_id: str) -> AbstractSet[str]:
        """Documents that the instruction of this query rules out, relevant as they were before."""
        need, part = split_id(query_id)
        paired = part == "changed" and f"{need}-og" in self.judgements.qrels
        return self.judgements.flipped_in(need) if paired else frozenset()


class Blind:
    """A system that never gets to see the instruction."""

    def __init__(self, system: System, name: str = "blind") -> None:
        self.name = name
        self._system = system

    def index(self, documents: Sequence[Document]) -> None:
        self._system.index(documents)

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float] | None:
        return self._system.rank(replace(query, need=replace(query.need, instruction="")), candidates)
