"""The judged needs apart: by corpus, by whether training saw the corpus, and near and far from what it saw.

    python benchmarks/judged_parts.py --data DIR [--system adhere] [--journal FILE]

A need is near if its query is as close to a query of the training data as that of the median need (cosine
of the packaged encoder). The journal is that of `benchmarks/exam.py --only judged`: it asks the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from adhere.encode.onnx import default_encoder
from adhere.evaluate.benchmark import Benchmark, find, load
from adhere.evaluate.journal import Journal
from adhere.evaluate.judgements import split_id
from adhere.evaluate.report import in_words
from adhere.evaluate.run import Result, evaluate
from adhere.evaluate.statistics import estimate
from adhere.evaluate.systems import Systems
from development import arguments
from exam import tell, trimmed

LABELS = Path(__file__).parent.parent / "labels"
TRAINED = ("dual_view", "pools", "encyclopedia", "invented")
ABSENT = "reuters"
MEASURES = ("nDCG@10/og", "nDCG@10/changed", "interaction", "selective-p-MRR", "violations@10")
Need = tuple[str, str]


def main() -> None:
    options = arguments(__doc__, "--system", "--journal")
    system = options.system or "adhere"
    asked = [trimmed(load(folder)) for folder in find(options.data / "bench/judged")]
    journal = Journal(Path(options.journal)) if options.journal else None
    results = evaluate(asked, [Systems()(system)], journal=journal, progress=tell)[: len(asked)]
    close = closeness(asked)
    middle = float(np.median(list(close.values())))
    parts: dict[str, Callable[[Need], bool]] = {
        **{bench.name: lambda need, name=bench.name: need[0] == name for bench in asked},  # type: ignore[misc]
        "corpora that training saw": lambda need: need[0] != ABSENT,
        "near the training queries": lambda need: close[need] >= middle,
        "far from them": lambda need: close[need] < middle,
    }
    print("| | needs | " + " | ".join(MEASURES) + " |\n" + "|---" * (len(MEASURES) + 2) + "|")
    for name, inside in parts.items():
        print(row(name, results, system, inside, sum(map(inside, close))))


def closeness(asked: list[Benchmark]) -> dict[Need, float]:
    """Cosine of each need's query to the nearest query of the training data."""
    trained = {
        json.loads(line)["query"]
        for name in TRAINED
        for line in (LABELS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    }
    queries = {(b.name, split_id(q.id)[0]): q.need.query for b in asked for q in b.queries}
    encoder = default_encoder()
    cosines = encoder.encode_queries(list(queries.values())) @ encoder.encode_queries(sorted(trained)).T
    return dict(zip(queries, cosines.max(axis=1).tolist(), strict=True))


def row(name: str, results: list[Result], system: str, inside: Callable[[Need], bool], needs: int) -> str:
    """Values x100 with their 95% intervals over needs."""
    cells = []
    for measure in MEASURES:
        values = {
            f"{result.benchmark}/{case}": value
            for result in results
            for one in result.rows
            if one.system == system
            for case, value in one.values[measure].items()
            if inside((result.benchmark, split_id(case)[0]))
        }
        cells.append(in_words(asdict(estimate(values))))
    return f"| {name} | {needs} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
