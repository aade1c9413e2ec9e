"""Fit the decision of the reading judge (judge/reading.py) on the development set, and say what reading adds.

    python benchmarks/calibrate_reading.py --data DIR        (ADHERE_READER=FOLDER tries another reader)

Rows of bench/verdicts.jsonl are criterion, document and verdict. Prints for several sets of features AUC,
macro-F1, calibration error and false violations by six-fold cross-validation over needs, then the weights
on all rows, and the share of rightly shown sentences. Development figures.
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
    auc,
    auc_within,
    calibration_error,
    cases,
    evidence_right,
    evidence_shows,
    false_violations,
    macro_f1,
    read_labels,
)
from adhere.judge.about import ClauseJudge
from adhere.judge.cross import PACKAGED, CrossReader
from adhere.judge.protocol import Question
from adhere.judge.reading import Reading, ReadingJudge
from adhere.need import About, Judgement
from adhere.search.judges import clause_judge
from calibrate_about import FOLDS, fit, predict
from development import Table, arguments, corpora
from verdicts import EVIDENCE

NAMES = ("meaning", "words", "query_meaning", "query_words", "read")
SETS = {"clause judge": NAMES[:-1], "reader alone": NAMES[-1:], "both": NAMES}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    data = Path(arguments(__doc__).data)
    engines = corpora(data)
    labels = read_labels(data / "bench/verdicts.jsonl", EVIDENCE)
    readings = read(labels, engines)
    table = np.array([[*_near(one), one.read] for one in readings])
    met, needs = np.array([one.met for one in labels]), np.array([one.need for one in labels])
    for name, columns in SETS.items():
        p = held_out(table[:, [NAMES.index(column) for column in columns]], met, needs)
        within = auc_within(p, met, [(one.need, one.criterion) for one in labels])
        print(f"{name:14}", json.dumps(figures(p, met, needs) | {"AUC within a criterion": round(within, 3)}))
    fitted = dict(zip((*NAMES, "bias"), fit(table, met).round(2).tolist(), strict=True))
    print("weights, `said` apart", fitted)
    p = held_out(table, met, needs)
    documents = {d.id: d for benchmark, _ in engines.values() for d in benchmark.documents}
    for name, shown in (
        ("model", [r.evidence for r in readings]),
        ("nearest", [r.near.nearest for r in readings]),
    ):
        judged = [Judgement(float(at), place, name) for at, place in zip(p, shown, strict=True)]
        found = cases(labels, judged, documents)
        print(
            f"evidence, {name}: overlaps the marked words {evidence_right(found):.3f}, shows the criterion "
            f"{evidence_shows(found):.3f} of {int((~np.isnan(found.shows)).sum())}"
        )


def _near(one: Reading) -> tuple[float, ...]:
    return tuple(float(getattr(one.near, name)) for name in NAMES[:-1])


def read(labels: list[Label], engines: dict) -> list[Reading]:  # type: ignore[type-arg]
    """One reading per label, in order."""
    asked: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, label in enumerate(labels):
        asked[label.corpus, label.query].append(number)
    reader = CrossReader(os.environ.get("ADHERE_READER", PACKAGED))
    found: dict[int, Reading] = {}
    took, documents = 0.0, 0
    for (corpus, query), numbers in asked.items():
        engine = engines[corpus][1]
        clause: ClauseJudge = clause_judge(engine.store, engine.encoder)
        judge = ReadingJudge(clause, reader)
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
    unknown = np.full(len(p), np.nan)
    found = Cases(tuple(needs), met, p, unknown, unknown)
    measured = {
        "AUC": auc(p, met),
        "macro-F1": macro_f1(found),
        "ECE": calibration_error(found),
        "false violations": false_violations(found),
    }
    return {name: round(float(value), 3) for name, value in measured.items()}


if __name__ == "__main__":
    main()
