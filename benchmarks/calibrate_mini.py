"""Fit the decision of the reading judge (judge/mini.py) on the development set, and say what each part adds.

    python benchmarks/calibrate_mini.py --data DIR        (ADHERE_READER=FOLDER adds a trained reader)

Rows of bench/verdicts.jsonl are criterion, document and verdict. Prints for several sets of features AUC,
macro-F1, calibration error and false violations by six-fold cross-validation over needs, then the weights
on all rows, the share of rightly shown sentences, and the time of one question. Development figures.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adhere.evaluate.verdicts import (
    Cases,
    Label,
    calibration_error,
    cases,
    false_violations,
    macro_f1,
    read_labels,
)
from adhere.judge.cross import CrossReader
from adhere.judge.mini import MiniJudge, Reading
from adhere.judge.protocol import Question
from adhere.need import About, Judgement
from adhere.search.engine import default_judges
from calibrate_about import FOLDS, fit, predict
from development import Table, arguments, corpora

READER = CrossReader(os.environ["ADHERE_READER"]) if "ADHERE_READER" in os.environ else None
OWN = ("meaning", "words", "coverage", "query_meaning", "query_words")
NAMES = (*OWN, "read") if READER else OWN
SETS = {
    "clause judge": ("meaning", "words", "query_meaning", "query_words"),
    "coverage alone": ("coverage",),
    "without the query": ("meaning", "words", "coverage"),
    "all of its own": OWN,
} | ({"with the reader": NAMES, "reader alone": ("read",)} if READER else {})
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    data = Path(arguments(__doc__).data)
    engines = corpora(data)
    labels = read_labels(data / "bench/verdicts.jsonl")
    readings = read(labels, engines)
    table = np.array([[getattr(one, name) for name in NAMES] for one in readings])
    met, needs = np.array([one.met for one in labels]), np.array([one.need for one in labels])
    for name, columns in SETS.items():
        p = held_out(table[:, [NAMES.index(column) for column in columns]], met, needs)
        print(f"{name:18}", json.dumps(figures(p, met, needs)))
    weights = fit(table, met)
    print("weights", dict(zip((*NAMES, "bias"), weights.round(2).tolist(), strict=True)))
    p = held_out(table, met, needs)
    documents = {d.id: d for benchmark, _ in engines.values() for d in benchmark.documents}
    judged = [Judgement(float(at), one.evidence, "mini") for at, one in zip(p, readings, strict=True)]
    found = cases(labels, judged, documents).evidence
    print("evidence right", round(float(np.nanmean(found)), 3), "of", int((~np.isnan(found)).sum()))


def read(labels: list[Label], engines: dict) -> list[Reading]:  # type: ignore[type-arg]
    """One reading per label, in order."""
    asked: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, label in enumerate(labels):
        asked[label.corpus, label.query].append(number)
    found: dict[int, Reading] = {}
    took, documents = 0.0, 0
    for (corpus, query), numbers in asked.items():
        engine = engines[corpus][1]
        clause = default_judges(engine.store, engine.encoder)[0]
        judge = MiniJudge(engine.encoder, clause.words, reader=READER)  # type: ignore[attr-defined]
        criteria = list(dict.fromkeys(labels[number].criterion for number in numbers))
        ids = list(dict.fromkeys(labels[number].document for number in numbers))
        kept = engine.store.candidates(ids)
        began = time.perf_counter()
        rows = judge.readings(Question(query, NOW, tuple(map(About, criteria))), [kept[i] for i in ids])
        took, documents = took + time.perf_counter() - began, documents + len(ids)
        for number in numbers:
            label = labels[number]
            found[number] = rows[ids.index(label.document)][criteria.index(label.criterion)]
    print(
        f"{1000 * took / documents:.1f} ms per document, {len(labels) / documents:.1f} labelled criteria each"
    )
    return [found[number] for number in range(len(labels))]


def held_out(table: Table, met: NDArray[np.bool_], needs: NDArray[np.str_]) -> Table:
    """Probabilities from weights fitted on other needs."""
    p = np.zeros(len(met))
    names = np.array(sorted(set(needs)))
    for fold in range(FOLDS):
        test = np.isin(needs, names[fold::FOLDS])
        p[test] = predict(table[test], fit(table[~test], met[~test]))
    return p


def figures(p: Table, met: NDArray[np.bool_], needs: NDArray[np.str_]) -> dict[str, float]:
    """AUC and the verdict measures."""
    order = p.argsort().argsort()
    positives = int(met.sum())
    auc = (order[met].sum() - positives * (positives - 1) / 2) / (positives * int((~met).sum()))
    found = Cases(tuple(needs), met, p, np.full(len(p), np.nan))
    measured = {
        "AUC": auc,
        "macro-F1": macro_f1(found),
        "ECE": calibration_error(found),
        "false violations": false_violations(found),
    }
    return {name: round(float(value), 3) for name, value in measured.items()}


if __name__ == "__main__":
    main()
