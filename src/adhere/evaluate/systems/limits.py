"""What every table is read against: chance, perfection, and the same system without the instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from adhere.evaluate.benchmark import Query
from adhere.evaluate.judgements import Judgements
from adhere.evaluate.systems.protocol import DEPTH, System
from adhere.need import Document


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


@dataclass(slots=True)
class Perfect:
    """Scores by the judgements themselves: what no system can pass."""

    judgements: Judgements
    name: str = "perfect"

    def index(self, documents: Sequence[Document]) -> None:
        """Nothing to keep: the judgements name every document that counts."""

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        grades = self.judgements.qrels[query.id]
        return {document: float(grades.get(document, 0)) for document in candidates or grades}


class Blind:
    """A system that never gets to see the instruction."""

    def __init__(self, system: System, name: str = "blind") -> None:
        self.name = name
        self._system = system

    def index(self, documents: Sequence[Document]) -> None:
        self._system.index(documents)

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float] | None:
        return self._system.rank(replace(query, need=replace(query.need, instruction="")), candidates)
