"""Measures over variants of one base query: the worst of them, or all of them right.

Robustness groups by `Judgements.group`: a query's base query.
"""

from __future__ import annotations

from adhere.evaluate.judgements import Judgements, Run
from adhere.evaluate.measures.classic import NDCG
from adhere.evaluate.measures.protocol import Measure
from adhere.ranking import rank


class Robustness(Measure):
    """The worst nDCG@k over the instructions of one base query.

    Source  InstructIR (arXiv 2402.14334), Robustness@10
    """

    __slots__ = ()
    symbol = "robustness"
    default_k = 10

    def values(self, judgements: Judgements, run: Run) -> dict[str, float]:
        values: dict[str, float] = {}
        for query, value in NDCG(self.k).values(judgements, run).items():
            base = judgements.group(query)
            values[base] = min(value, values.get(base, 1.0))
        return values


class PairwiseAccuracy(Measure):
    """1 where every query of a contrastive pair ranks its own document above the pair's other one.

    Chance  1/4, which is why both queries must be right: always preferring one document gives 1/2 of them
    Source  NevIR (arXiv 2305.07614)
    """

    __slots__ = ()
    symbol = "pairwise-accuracy"
    takes_k = False

    def values(self, judgements: Judgements, run: Run) -> dict[str, float]:
        values: dict[str, float] = {}
        for query, grades in judgements.qrels.items():
            wanted = judgements.relevant(query)
            if not wanted:
                continue
            ranking = rank(run.get(query, {}))
            # qrels that list only the own document mean the ranking to hold just the pair
            order = [document for document in ranking if document in grades] if len(grades) > 1 else ranking
            right = bool(order) and order[0] in wanted
            pair = judgements.group(query)
            values[pair] = min(float(right), values.get(pair, 1.0))
        return values
