"""Are verdicts on criteria of a word or two right, as people type them: "nothing on decorators"?

    python benchmarks/short.py --data DIR

labels/short.jsonl holds 283 pairs of such a criterion (from labels/everyday.jsonl and the like) and a
document of peps, pysec, movies or arxiv. Two thirds of these have the words in one sentence, the others are
the nearest without. Each was read for two labels: would who says "nothing on it" want it gone (hides), and
would who says "only on it" take it (fits)? Each is judged under two queries that have nothing to do with it.
Prints accuracy, macro-F1 and AUC of both, with and without what `judge.said` sees. `said` was chosen on these
labels, so they are development figures.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from adhere.encode import load
from adhere.evaluate.verdicts import Cases, auc, macro_f1
from adhere.judge.cross import default_reader
from adhere.judge.protocol import Question
from adhere.judge.reading import Reading, ReadingJudge, Weights
from adhere.need import About
from adhere.search.engine import Engine
from adhere.search.judges import clause_judge
from development import arguments
from reading import FILES, LABELS
from stores import document, rows

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TRUE, NAMES = ("hides", "fits"), ("accuracy", "macro-F1", "AUC")


def main() -> None:
    data = Path(arguments(__doc__).data)
    labels = [json.loads(line) for line in (LABELS / "short.jsonl").read_text(encoding="utf-8").splitlines()]
    readings, judged = read(data, labels)
    print(f"{len(labels)} pairs, {len(readings)} verdicts\n")
    print(f"| {' | '.join(('', *(f'{label}: {name}' for label in TRUE for name in NAMES)))} |\n|{'---|' * 7}")
    for name, weights in {"without said": replace(Weights(), said=0.0), "served": Weights()}.items():
        p = np.array([reading.p(weights) for reading in readings])
        cells: list[str] = []
        for label in TRUE:
            true = np.array([row[label] for row in judged])
            unknown = np.full(len(p), np.nan)
            f1 = macro_f1(Cases(("",) * len(p), true, p, unknown, unknown))
            cells += [f"{((p >= 0.5) == true).mean():.3f}", f"{f1:.3f}", f"{auc(p, true):.3f}"]
        print(f"| {name} | {' | '.join(cells)} |")


def read(data: Path, labels: list[dict]) -> tuple[list[Reading], list[dict]]:  # type: ignore[type-arg]
    """One reading per label and query, with its label."""
    asked: dict[tuple[str, str], list[dict]] = defaultdict(list)  # type: ignore[type-arg]
    for label in labels:
        asked[label["store"], label["criterion"]].append(label)
    readings, judged = [], []
    for store in dict.fromkeys(label["store"] for label in labels):
        wanted = {label["document"] for label in labels if label["store"] == store}
        with Engine.in_memory(load()) as engine:
            found = (document(row, None) for row in rows(data / FILES[store]))
            engine.add([one for one in found if one.id in wanted])
            judge = ReadingJudge(clause_judge(engine.store, engine.encoder), default_reader())
            for (_, criterion), those in ((key, those) for key, those in asked.items() if key[0] == store):
                kept = engine.store.candidates([label["document"] for label in those])
                for query in those[0]["queries"]:
                    question = Question(query, NOW, (About(criterion),))
                    readings += [row[0] for row in judge.readings(question, list(kept.values()))]
                    judged += [next(one for one in those if one["document"] == name) for name in kept]
    return readings, judged


if __name__ == "__main__":
    main()
