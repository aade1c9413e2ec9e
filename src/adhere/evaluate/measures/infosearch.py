"""InfoSearch's measures over three runs: the original, the instructed, and the reversed instruction.

The gold documents of a need are those relevant under the instruction (`X-changed`).
Source  InfoSearch (arXiv 2410.23841). Its published code differs in two places, where we follow the
paper: its penalty of -1 can never be reached there, and it asks for R_ori < N, not <=.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from math import inf, sqrt

from adhere.evaluate.judgements import Judgements, Run
from adhere.evaluate.measures.protocol import Measure, depth, positions

DEPTH = 20
"""K of the paper: beyond this rank an improvement hardly counts."""


@dataclass(frozen=True, slots=True)
class Gold:
    """One gold document: ranks and scores in the order original, instructed, reversed.

    Where a run does not hold it, it stands behind the longest of the three with a score of minus infinity.
    """

    ranks: tuple[int, ...]
    scores: tuple[float, ...]
    judged: int


class _Triple(Measure):
    """Mean over the gold documents of a need that has all three instructions."""

    __slots__ = ()
    takes_k = False

    def values(self, judgements: Judgements, run: Run) -> dict[str, float]:
        values: dict[str, float] = {}
        for need in judgements.pairs():
            queries = [f"{need}-og", f"{need}-changed", f"{need}-reversed"]
            gold = _gold(judgements, run, queries) if queries[2] in judgements.qrels else []
            if gold and all(query in run for query in queries):
                values[need] = sum(map(self.of, gold)) / len(gold)
            elif gold:
                values[need] = self.worst
        return values

    @abstractmethod
    def of(self, gold: Gold) -> float:
        """Points of one gold document."""


def _gold(judgements: Judgements, run: Run, queries: list[str]) -> list[Gold]:
    runs = [run.get(query, {}) for query in queries]
    rankings = [positions(scores) for scores in runs]
    last = depth(rankings)
    return [
        Gold(
            ranks=tuple(ranking.get(document, last) for ranking in rankings),
            scores=tuple(scores.get(document, -inf) for scores in runs),
            judged=len(judgements.qrels[queries[1]]),
        )
        for document in sorted(judgements.relevant(queries[1]))
    ]


class WISE(_Triple):
    """Reward for a gold document that rises when asked for and falls when ruled out, else a penalty, -1 to 1.

    Formula  with ranks o, i, r under the original, instructed and reversed instruction, K = 20 and N the
             number of judged documents; if i <= o < r: 1 where o <= N and i = 1,
             (1 - (o - i)/K) / sqrt(i) where o <= K, else 0.01.
             Otherwise -1 where r < o < i; (o - i)/i where o <= i; (r - o)/o where r <= o
    """

    __slots__ = ()
    symbol = "WISE"
    worst = -1.0

    def of(self, gold: Gold) -> float:
        original, instructed, reverse = gold.ranks
        if instructed <= original < reverse:
            if original <= gold.judged and instructed == 1:
                return 1.0
            if original <= DEPTH:
                return (1 - (original - instructed) / DEPTH) / sqrt(instructed)
            return 0.01
        if reverse < original < instructed:
            return -1.0
        if original <= instructed:
            return (original - instructed) / instructed
        return (reverse - original) / original


class SICR(_Triple):
    """Share of gold documents whose rank and score both rise when asked for and fall when ruled out.

    Formula  i < o < r (or i = o = 1 < r) and score_i > score_o > score_r; needs scores comparable
             between runs
    """

    __slots__ = ()
    symbol = "SICR"

    def of(self, gold: Gold) -> float:
        original, instructed, reverse = gold.ranks
        before, asked, denied = gold.scores
        rises = instructed < original or instructed == original == 1
        return float(rises and original < reverse and asked > before > denied)
