"""Does the ranking follow a change of the instruction? Measures over pairs of runs, per need.

*Flipped* documents are relevant originally and not under the change, *staying* ones under both. p-MRR,
two-way accuracy and violations can be bought by a worse changed run; interaction and selective p-MRR
cannot, because they ask whether flipped documents moved relative to the staying ones. A worse original run
can raise these two (docs/Evaluation.md): read them together with the nDCG of both runs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adhere.evaluate.measures.protocol import Pair, PairMeasure

LEAST_PAIRS = 10
"""Needs with fewer opposed pairs say too little for two-way accuracy and are left out."""


class PMRR(PairMeasure):
    """Mean over the flipped documents of how far each fell, -1 to 1; 0 means that nothing moved.

    Formula  a document from rank a to rank b gives b/a - 1 if a >= b, else 1 - a/b
    Source   FollowIR (arXiv 2403.15246); ties by document id as in mteb >= 2.20; `Pair.ranks` says where
             documents stand that were not retrieved
    """

    __slots__ = ()
    symbol = "p-MRR"
    worst = -1.0
    takes_k = False

    def of(self, pair: Pair) -> float | None:
        return float(_fall(pair, pair.flipped).mean()) if pair.flipped else None


class SelectivePMRR(PairMeasure):
    """p-MRR of the flipped documents minus the same of the staying ones: did the right documents fall?

    Range    -2 to 2; a changed run that is merely worse drops both kinds alike and gains nothing
    """

    __slots__ = ()
    symbol = "selective-p-MRR"
    worst = -2.0
    takes_k = False

    def of(self, pair: Pair) -> float | None:
        if not pair.flipped or not pair.staying:
            return None
        return float(_fall(pair, pair.flipped).mean() - _fall(pair, pair.staying).mean())


def _fall(pair: Pair, documents: tuple[str, ...]) -> NDArray[np.float64]:
    original, changed = pair.ranks(documents)
    return np.where(original >= changed, changed / original - 1, 1 - original / changed)


class Interaction(PairMeasure):
    """Share of (flipped, staying) pairs whose rank margin moves in favour of the staying document.

    Formula  over pairs (f, s): [m' > m] + [m' = m] / 2 with m = rank(f) - rank(s) originally, m' after
    Chance   1/2, also for a system that ignores the instruction, and at most that for noise added to the
             changed run or to both
    """

    __slots__ = ()
    symbol = "interaction"
    takes_k = False

    def of(self, pair: Pair) -> float | None:
        if not pair.flipped or not pair.staying:
            return None
        flipped_before, flipped_after = pair.ranks(pair.flipped)
        staying_before, staying_after = pair.ranks(pair.staying)
        before = flipped_before[:, None] - staying_before[None, :]
        after = flipped_after[:, None] - staying_after[None, :]
        return float(((after > before) + 0.5 * (after == before)).mean())


class TwoWay(PairMeasure):
    """Share of document pairs that the change turns around and the system ranks right both times.

    Pairs    (x, y) with a higher grade for x originally and for y under the change
    Chance   1/4; a system that ignores the instruction has 0
    """

    __slots__ = ()
    symbol = "two-way"
    takes_k = False

    def of(self, pair: Pair) -> float | None:
        documents = sorted(set(pair.grades_original) | set(pair.grades_changed))
        original = np.array([pair.grades_original.get(document, 0) for document in documents])
        changed = np.array([pair.grades_changed.get(document, 0) for document in documents])
        opposed = (original[:, None] > original[None, :]) & (changed[:, None] < changed[None, :])
        if opposed.sum() < LEAST_PAIRS:
            return None
        before, after = pair.ranks(documents)
        right = (before[:, None] < before[None, :]) & (after[:, None] > after[None, :])
        return float(right[opposed].mean())


class Violations(PairMeasure):
    """Share of the changed run's first k documents that are flipped: shown although ruled out.

    An answer of fewer than k documents is measured over those it shows; an empty one violates nothing.
    """

    __slots__ = ()
    symbol = "violations"
    worst = 1.0
    lower_is_better = True
    default_k = 10

    def of(self, pair: Pair) -> float | None:
        if not pair.flipped:
            return None
        k = self.k or len(pair.changed)
        shown = [document for document, position in pair.changed.items() if position <= k]
        return len(set(shown) & set(pair.flipped)) / len(shown) if shown else 0.0
