"""Fit the decision of the clause judge (judge/about.py) on the development set, and say how good it is.

    python benchmarks/calibrate_about.py --data DIR [--tower FOLDER]

--tower is an encoder (a folder of `adhere.train.export`) for criteria and queries alone; documents keep the
vectors of the packaged one.

bench/verdicts.jsonl has a criterion, a document and a verdict per row. Prints the weights of a logistic
regression on all rows, and its AUC, macro-F1 and calibration error by six-fold cross-validation over needs:
development figures, not test figures.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adhere.encode import load
from adhere.encode.protocol import Encoder
from adhere.judge.about import HALF_BM25
from development import Table, arguments, corpora, features

NAMES = ("meaning", "words", "query meaning", "query words", "bias")
FOLDS = 6


def rows(data: Path, tower: Encoder | None = None) -> tuple[Table, NDArray[np.bool_], NDArray[np.str_]]:
    """Features, verdicts and needs. Shapes  (R, 4), (R,), (R,)"""
    engines = corpora(data)
    groups: dict[tuple[str, str, str], list[tuple[str, bool, str]]] = defaultdict(list)
    for line in (data / "bench/verdicts.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        if row["verdict"] != "unclear":
            key = (row["corpus"], row["query"], row["criterion"])
            groups[key].append((row["doc"], row["verdict"] == "met", row["need"]))
    table, met, needs = [], [], []
    for (corpus, query, criterion), judged in groups.items():
        meaning, words = features(
            engines[corpus][1], [doc for doc, _, _ in judged], [criterion, query], tower
        )
        words = words / (words + HALF_BM25)
        table += [[m[0], w[0], m[1], w[1]] for m, w in zip(meaning, words, strict=True)]
        met += [holds for _, holds, _ in judged]
        needs += [need for _, _, need in judged]
    return np.array(table), np.array(met), np.array(needs)


def fit(table: Table, met: NDArray[np.bool_], *, ridge: float = 0.01, steps: int = 3000) -> Table:
    """Logistic regression by gradient descent; weights for the raw columns, bias last."""
    mean, spread = table.mean(axis=0), table.std(axis=0)
    inputs = np.c_[(table - mean) / spread, np.ones(len(table))]
    weights = np.zeros(inputs.shape[1])
    for _ in range(steps):
        error = 1 / (1 + np.exp(-inputs @ weights)) - met
        weights -= 0.5 * (inputs.T @ error / len(met) + ridge * np.r_[weights[:-1], 0])
    raw = weights[:-1] / spread
    return np.r_[raw, weights[-1] - raw @ mean]


def predict(table: Table, weights: Table) -> Table:
    return np.asarray(1 / (1 + np.exp(-(table @ weights[:-1] + weights[-1]))))


def auc(p: Table, met: NDArray[np.bool_]) -> float:
    above = (p[met][:, None] > p[~met][None]).mean() + 0.5 * (p[met][:, None] == p[~met][None]).mean()
    return float(above)


def macro_f1(p: Table, met: NDArray[np.bool_], threshold: float = 0.5) -> float:
    said = p >= threshold
    scores = [2 * (a & b).sum() / (a.sum() + b.sum()) for a, b in ((said, met), (~said, ~met))]
    return float(np.mean(scores))


def calibration_error(p: Table, met: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean gap between what was said and what was true, over bins of equal width."""
    bin_of = np.minimum((p * bins).astype(int), bins - 1)
    parts = [bin_of == number for number in range(bins)]
    return float(sum(abs(p[part].mean() - met[part].mean()) * part.mean() for part in parts if part.any()))


def main() -> None:
    options = arguments(__doc__, "--tower")
    table, met, needs = rows(options.data, load(options.tower) if options.tower else None)
    p = np.zeros(len(met))
    names = sorted(set(needs))
    for fold in range(FOLDS):
        held = np.isin(needs, names[fold::FOLDS])
        p[held] = predict(table[held], fit(table[~held], met[~held]))
    print(f"{len(met)} labels on {len(names)} needs, {met.mean():.0%} met (development set)")
    for name, weight in zip(NAMES, fit(table, met), strict=True):
        print(f"  {name:14} {weight:6.2f}")
    print(
        f"cross-validated over needs: AUC {auc(p, met):.3f}  macro-F1 {macro_f1(p, met):.3f}  "
        f"calibration error {calibration_error(p, met):.3f}"
    )


if __name__ == "__main__":
    main()
