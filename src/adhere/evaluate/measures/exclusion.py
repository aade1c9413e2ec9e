"""ExcluIR's measures: is the wanted document above the one the query rules out?

The ruled-out documents of a query have a grade below 0.
Source  ExcluIR (arXiv 2404.17288); cases are queries with both a wanted and an excluded document
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from math import inf

from adhere.evaluate.judgements import Judgements, Run
from adhere.evaluate.measures.protocol import Measure
from adhere.ranking import rank

Place = float
"""Best rank of a group of documents, infinite where none is within the cutoff."""


class _Exclusion(Measure):
    __slots__ = ()

    def values(self, judgements: Judgements, run: Run) -> dict[str, float]:
        values: dict[str, float] = {}
        for query, grades in judgements.qrels.items():
            if max(grades.values(), default=0) < 1 or min(grades.values()) >= 0:
                continue
            if query not in run:
                values[query] = self.worst
                continue
            ranking = rank(run[query])[: self.k or 10]
            values[query] = self.of(_best(ranking, grades, 1), _best(ranking, grades, -1))
        return values

    @abstractmethod
    def of(self, wanted: Place, excluded: Place) -> float: ...


def _best(ranking: Sequence[str], grades: Mapping[str, int], sign: int) -> Place:
    return next(
        (place for place, document in enumerate(ranking, start=1) if grades.get(document, 0) * sign > 0), inf
    )


class RightRank(_Exclusion):
    """1 where the wanted document is among the first k (10) and above the excluded one."""

    __slots__ = ()
    symbol = "RR"

    def of(self, wanted: Place, excluded: Place) -> float:
        return float(wanted < excluded)


class DeltaRecall(_Exclusion):
    """Recall@k of the wanted minus recall@k of the excluded document, -1 to 1."""

    __slots__ = ()
    symbol = "dR"
    worst = -1.0
    default_k = 1

    def of(self, wanted: Place, excluded: Place) -> float:
        return float(wanted < inf) - float(excluded < inf)


class DeltaMRR(_Exclusion):
    """Reciprocal rank of the wanted minus that of the excluded document, within the first k (10), -1 to 1."""

    __slots__ = ()
    symbol = "dMRR"
    worst = -1.0

    def of(self, wanted: Place, excluded: Place) -> float:
        return 1 / wanted - 1 / excluded
