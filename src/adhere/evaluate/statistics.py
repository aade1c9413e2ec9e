"""How sure is a mean? Seeded bootstrap intervals over needs, and paired differences between systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adhere.errors import InputError

RESAMPLES = 2000
_CHUNK = 4_000_000  # draws held in memory at once


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` cases with its 95% bootstrap interval; all None where there was no case."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of a - b over the cases of both, its 95% interval, and the two-sided p of no difference."""

    value: float
    low: float
    high: float
    p: float
    n: int


def estimate(values: Mapping[str, float], *, seed: int = 0, resamples: int = RESAMPLES) -> Estimate:
    """Mean of per-case values with the 2.5 and 97.5 percentiles of its bootstrap distribution.

    Source  Efron 1979; Sakai 2006 (SIGIR) for retrieval
    """
    if not values:
        return Estimate(None, None, None, 0)
    data = np.array([values[case] for case in sorted(values)])
    low, high = np.percentile(_means(data, seed, resamples), [2.5, 97.5])
    return Estimate(float(data.mean()), float(low), float(high), len(data))


def difference(
    a: Mapping[str, float], b: Mapping[str, float], *, seed: int = 0, resamples: int = RESAMPLES
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
    data = np.array([a[case] - b[case] for case in sorted(a)])
    means = _means(data, seed, resamples)
    low, high = np.percentile(means, [2.5, 97.5])
    tail = min((means <= 0).mean(), (means >= 0).mean())
    # one more draw on either side: a bootstrap of R draws cannot show a p below 1 / (R + 1)
    p = min(1.0, 2 * (tail * resamples + 1) / (resamples + 1))
    return Difference(float(data.mean()), float(low), float(high), float(p), len(data))


def _means(data: NDArray[np.float64], seed: int, resamples: int) -> NDArray[np.float64]:
    """Means of `resamples` draws with replacement. Shapes  (n,) -> (resamples,)"""
    generator = np.random.default_rng(seed)
    rows = max(1, _CHUNK // len(data))
    parts = []
    for start in range(0, resamples, rows):
        size = (min(rows, resamples - start), len(data))
        parts.append(data[generator.integers(0, len(data), size)].mean(axis=1))
    return np.concatenate(parts)
