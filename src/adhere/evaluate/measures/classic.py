"""The classic measures of one ranking: nDCG, MAP, MRR, recall, precision, hit.

Source  trec_eval 9 (ndcg_cut, map, recip_rank, recall, P, success); the tests compare them with
pytrec_eval on random runs with ties. Grades below 1 gain nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2

from adhere.evaluate.measures.protocol import QueryMeasure


class NDCG(QueryMeasure):
    """Discounted cumulative gain with linear gains, sum of grade / log2(rank + 1), over the best possible."""

    __slots__ = ()
    symbol = "nDCG"
    default_k = 10

    def of(self, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
        gains = [max(grades.get(document, 0), 0) for document in ranking[: self.k]]
        ideal = sorted((max(grade, 0) for grade in grades.values()), reverse=True)[: self.k]
        return _discounted(gains) / _discounted(ideal)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / log2(position + 1) for position, gain in enumerate(gains, start=1))


class MAP(QueryMeasure):
    """Mean over the relevant documents of the precision at their ranks; grades of 1 and more are relevant."""

    __slots__ = ()
    symbol = "MAP"

    def of(self, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
        found = 0
        total = 0.0
        for position, document in enumerate(ranking[: self.k], start=1):
            if grades.get(document, 0) >= 1:
                found += 1
                total += found / position
        return total / _relevant(grades)


class MRR(QueryMeasure):
    """One over the rank of the first relevant document, 0 where none is found."""

    __slots__ = ()
    symbol = "MRR"
    default_k = 10

    def of(self, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
        for position, document in enumerate(ranking[: self.k], start=1):
            if grades.get(document, 0) >= 1:
                return 1.0 / position
        return 0.0


class Recall(QueryMeasure):
    """Share of the relevant documents that are among the first k."""

    __slots__ = ()
    symbol = "recall"
    default_k = 100

    def of(self, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
        return _found(ranking[: self.k], grades) / _relevant(grades)


class Precision(QueryMeasure):
    """Share of the first k places that hold a relevant document; an empty place holds none."""

    __slots__ = ()
    symbol = "precision"
    default_k = 10

    def of(self, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
        places = self.k or len(ranking)
        return _found(ranking[: self.k], grades) / places if places else 0.0


class Hit(QueryMeasure):
    """1 where a relevant document is among the first k, else 0."""

    __slots__ = ()
    symbol = "hit"
    default_k = 10

    def of(self, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
        return float(_found(ranking[: self.k], grades) > 0)


def _relevant(grades: Mapping[str, int]) -> int:
    return sum(grade >= 1 for grade in grades.values())


def _found(documents: Sequence[str], grades: Mapping[str, int]) -> int:
    return sum(grades.get(document, 0) >= 1 for document in documents)
