"""Which weights of the reading judge fit these labels? Logistic regression, held near the packaged ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from adhere.encode.protocol import Candidate
from adhere.evaluate.verdicts import Cases, auc, calibration_error, macro_f1
from adhere.judge.fitted import Figures
from adhere.judge.protocol import Question
from adhere.judge.reading import Reading, ReadingJudge, Weights
from adhere.need import About
from adhere.train.labels import Label

Table = NDArray[np.float64]
Met = NDArray[np.bool_]
RIDGE = 150.0
"""What a weight's way from the packaged one costs, in nats per half squared log-odds that it moves the
spread of its feature by: some 750 labels pull as strongly."""
STEPS = 30
NOW = datetime(1970, 1, 1, tzinfo=UTC)
"""The clock of a question; meaning knows none."""
NAMES = tuple(one.name for one in fields(Weights))


def read(
    labels: Sequence[Label],
    judge: ReadingJudge,
    candidates: Callable[[Sequence[str]], Mapping[str, Candidate]],
    progress: Callable[[int, int], None],
) -> tuple[Table, Met]:
    """What the judge reads of every label, a column per weight, and whether it holds. Shapes  (n, 7), (n,)"""
    asked: dict[str, list[int]] = defaultdict(list)
    for number, label in enumerate(labels):
        asked[label.query].append(number)
    table = np.zeros((len(labels), len(NAMES)))
    done = 0
    for query, numbers in asked.items():
        says = list(dict.fromkeys(labels[number].says for number in numbers))
        ids = list(dict.fromkeys(labels[number].document for number in numbers))
        found = candidates(ids)
        rows = judge.readings(Question(query, NOW, tuple(map(About, says))), [found[i] for i in ids])
        for number in numbers:
            label = labels[number]
            table[number] = _features(rows[ids.index(label.document)][says.index(label.says)])
        done += len(numbers)
        progress(done, len(labels))
    return table, np.array([label.holds for label in labels], np.bool_)


def _features(reading: Reading) -> list[float]:
    near = reading.near
    known = {"read": reading.read, "bias": 1.0}
    return [known[name] if name in known else float(getattr(near, name)) for name in NAMES]


def fit(table: Table, met: Met, start: Weights, *, ridge: float = RIDGE) -> Weights:
    """The weights that say best what holds, for what they stray from the start; by Newton's method.

    Features are counted in their own spread around their mean, so that the ridge means the same for each.
    """
    first = np.array(astuple(start))
    mean, spread = table.mean(axis=0), table.std(axis=0)
    constant = spread == 0
    moved = np.where(constant, 0.0, (table - mean) / np.where(constant, 1.0, spread))
    moved[:, -1] = 1.0  # the bias
    start_at, way = table @ first, np.zeros(len(first))

    def cost(at: Table) -> float:
        z = start_at + moved @ at
        return float(np.logaddexp(0, np.where(met, -z, z)).sum() + ridge / 2 * at @ at)

    for _ in range(STEPS):
        p = _p(start_at + moved @ way)
        gradient = moved.T @ (p - met) + ridge * way
        curvature = (moved * (p * (1 - p))[:, None]).T @ moved + ridge * np.eye(len(way))
        step = np.linalg.solve(curvature, gradient)
        while cost(way - step) > cost(way) and np.abs(step).max() > 1e-6:
            step /= 2
        way -= step
    raw = np.where(constant, 0.0, way / np.where(constant, 1.0, spread))
    raw[-1] = way[-1] - raw[:-1] @ mean[:-1]
    return Weights(*(first + raw).tolist())


def figures(table: Table, met: Met, weights: Weights) -> Figures:
    """How good the verdicts of these weights are, to three digits."""
    p = _p(table @ np.array(astuple(weights)))
    unknown = np.full(len(met), np.nan)
    found = Cases(("",) * len(met), met, p, unknown, unknown)
    return Figures(*(round(each, 3) for each in (auc(p, met), macro_f1(found), calibration_error(found))))


def _p(z: Table) -> Table:
    p: Table = 1.0 / (1.0 + np.exp(-np.clip(z, -40, 40)))
    return p
