"""How sure is a mean? Seeded bootstrap intervals over needs, and paired differences between systems.

What is drawn are groups of cases: variants of one query rise and fall together, and each of them counted as
a case of its own would make intervals far too narrow. A case without a group is drawn alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adhere.errors import InputError

RESAMPLES = 2000
LEAST = 6
"""Fewest groups that an interval is given for: five that agree by chance are no rarity (2 / 2**5 > .05)."""
_CHUNK = 4_000_000  # draws held in memory at once

Groups = Mapping[str, str]
"""Case -> the group it is drawn with; a case that is not in it is drawn alone."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` cases with its 95% bootstrap interval; value None where there was no case, low and high
    where there were fewer than `LEAST` groups of them."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of a - b over the cases of both, its 95% interval, and the two-sided p of no difference; the
    three are None where there were fewer than `LEAST` groups of cases."""

    value: float
    low: float | None
    high: float | None
    p: float | None
    n: int


def estimate(
    values: Mapping[str, float], *, groups: Groups | None = None, seed: int = 0, resamples: int = RESAMPLES
) -> Estimate:
    """Mean of per-case values with the 2.5 and 97.5 percentiles of its bootstrap distribution.

    Source  Efron 1979; Sakai 2006 (SIGIR) for retrieval
    """
    if not values:
        return Estimate(None, None, None, 0)
    sums, counts = _grouped(values, groups or {})
    mean = float(sums.sum() / counts.sum())
    if len(sums) < LEAST:
        return Estimate(mean, None, None, len(values))
    low, high = np.percentile(_means(sums, counts, seed, resamples), [2.5, 97.5])
    return Estimate(mean, float(low), float(high), len(values))


def difference(
    a: Mapping[str, float],
    b: Mapping[str, float],
    *,
    groups: Groups | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Difference:
    """How much better a is than b, case by case.

    Errors  InputError if they were not measured on the same cases
    """
    if set(a) != set(b) or not a:
        odd = sorted(set(a) ^ set(b))[:3]
        raise InputError(
            f"A paired difference needs both systems on the same cases, at least one; {len(a)} and {len(b)} "
            f"were given{f', not shared: {odd}' if odd else ''}. Measure both with the same judgements."
        )
    sums, counts = _grouped({case: a[case] - b[case] for case in a}, groups or {})
    mean = float(sums.sum() / counts.sum())
    if len(sums) < LEAST:
        return Difference(mean, None, None, None, len(a))
    means = _means(sums, counts, seed, resamples)
    low, high = np.percentile(means, [2.5, 97.5])
    tail = min((means <= 0).mean(), (means >= 0).mean())
    # one more draw on either side: a bootstrap of R draws cannot show a p below 1 / (R + 1); and n groups
    # that all point one way do so by chance once in 2**(n - 1)
    p = min(1.0, max(2 * (tail * resamples + 1) / (resamples + 1), 2 * 0.5 ** len(sums)))
    return Difference(mean, float(low), float(high), float(p), len(a))


def _grouped(values: Mapping[str, float], groups: Groups) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum and number of the cases of each group, in an order that theirs does not change. -> (g,), (g,)"""
    found: dict[str, list[float]] = {}
    for case in sorted(values):
        found.setdefault(groups.get(case, case), []).append(values[case])
    return np.array([sum(one) for one in found.values()]), np.array(
        [float(len(one)) for one in found.values()]
    )


def _means(
    sums: NDArray[np.float64], counts: NDArray[np.float64], seed: int, resamples: int
) -> NDArray[np.float64]:
    """Means of `resamples` draws of groups with replacement. Shapes  (g,), (g,) -> (resamples,)"""
    generator = np.random.default_rng(seed)
    rows = max(1, _CHUNK // len(sums))
    parts = []
    for start in range(0, resamples, rows):
        drawn = generator.integers(0, len(sums), (min(rows, resamples - start), len(sums)))
        parts.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(parts)
