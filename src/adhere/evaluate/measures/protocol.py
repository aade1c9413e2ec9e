"""The question of this folder: how good is a run, one number per need?

A measure is an immutable value with a notation that parses back: `str(nDCG(10)) == "nDCG@10"`. Its values
are per case; a case without anything to measure has none, a query that the run does not answer has the
measure's worst value.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from adhere.errors import InputError
from adhere.evaluate.judgements import Judgements, Run, split_id
from adhere.ranking import rank


@dataclass(frozen=True, slots=True)
class Measure(ABC):
    """One number per case. `k` is the cutoff; None reads the whole ranking."""

    k: int | None = None

    symbol: ClassVar[str]
    worst: ClassVar[float] = 0.0
    lower_is_better: ClassVar[bool] = False
    default_k: ClassVar[int | None] = None
    takes_k: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.k is not None and (not self.takes_k or self.k < 1):
            raise InputError(
                f"{self.symbol}@{self.k} is no measure: "
                + ("a cutoff is 1 or more." if self.takes_k else f"{self.symbol} takes no cutoff.")
            )

    def __str__(self) -> str:
        return self.symbol if self.k is None else f"{self.symbol}@{self.k}"

    @abstractmethod
    def values(self, judgements: Judgements, run: Run) -> dict[str, float]:
        """Case -> value."""


class QueryMeasure(Measure):
    """A measure of one ranking against its grades. Cases are queries with a relevant document."""

    __slots__ = ()

    def values(self, judgements: Judgements, run: Run) -> dict[str, float]:
        return {
            query: self.of(rank(run[query]), grades) if query in run else self.worst
            for query, grades in judgements.qrels.items()
            if any(grade >= 1 for grade in grades.values())
        }

    @abstractmethod
    def of(self, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
        """Value of one ranking, best document first."""


class PairMeasure(Measure):
    """A measure of how a ranking moves from the original to the changed instruction. Cases are needs."""

    __slots__ = ()

    def values(self, judgements: Judgements, run: Run) -> dict[str, float]:
        values: dict[str, float] = {}
        for need in judgements.pairs():
            answered = f"{need}-og" in run and f"{need}-changed" in run
            value = self.of(Pair.of(judgements, run, need))
            if value is not None:
                values[need] = value if answered else self.worst
        return values

    @abstractmethod
    def of(self, pair: Pair) -> float | None:
        """Value of one need, None where it has no case."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both rankings of one need with what flips and what stays between them."""

    original: Mapping[str, int]
    changed: Mapping[str, int]
    grades_original: Mapping[str, int]
    grades_changed: Mapping[str, int]
    flipped: tuple[str, ...]
    staying: tuple[str, ...]

    @classmethod
    def of(cls, judgements: Judgements, run: Run, need: str) -> Pair:
        original, changed = f"{need}-og", f"{need}-changed"
        return cls(
            original=positions(run.get(original, {})),
            changed=positions(run.get(changed, {})),
            grades_original=judgements.qrels[original],
            grades_changed=judgements.qrels[changed],
            flipped=tuple(sorted(judgements.flipped_in(need))),
            staying=tuple(sorted(judgements.staying_in(need))),
        )

    def ranks(self, documents: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Ranks from 1 under the original and the changed instruction. Shapes  n documents -> (n,), (n,)

        A document that a run does not hold stands behind the longer of the two runs: with a depth for each
        run, what a search removes from a short answer would seem to rise. mteb has a depth for each, which
        is the same where both runs are equally long.
        """
        last = depth([self.original, self.changed])
        return _ranks(self.original, documents, last), _ranks(self.changed, documents, last)


def positions(scores: Mapping[str, float]) -> dict[str, int]:
    """Document -> rank, from 1."""
    return {document: position for position, document in enumerate(rank(scores), start=1)}


def depth(rankings: Sequence[Mapping[str, int]]) -> int:
    """Rank of what a run does not hold, where runs are compared: right behind the longest of them."""
    return max(map(len, rankings)) + 1


def _ranks(ranks: Mapping[str, int], documents: Sequence[str], last: int) -> NDArray[np.float64]:
    return np.array([ranks.get(document, last) for document in documents], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Part:
    """A measure on one part of the paired needs: `nDCG@10/changed`. Cases are needs."""

    measure: Measure
    part: str

    @property
    def lower_is_better(self) -> bool:
        return self.measure.lower_is_better

    def __str__(self) -> str:
        return f"{self.measure}/{self.part}"

    def values(self, judgements: Judgements, run: Run) -> dict[str, float]:
        chosen = {query: grades for query, grades in judgements.qrels.items() if self._has(query)}
        values = self.measure.values(Judgements(chosen), run)
        return {split_id(query)[0]: value for query, value in values.items()}

    def _has(self, query_id: str) -> bool:
        return split_id(query_id)[1] == self.part
