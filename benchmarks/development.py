"""What the calibration benchmarks share: the development set's documents, and clause features on them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adhere.encode.protocol import Encoder
from adhere.evaluate.benchmark import Benchmark, find, load
from adhere.search.engine import Engine
from adhere.store.protocol import Clause, Meaning, Words

Table = NDArray[np.float64]
MEASURES = ("nDCG@10/og", "nDCG@10/changed", "interaction", "selective-p-MRR", "violations@10", "two-way")
"""What the judged needs are compared by."""


def arguments(description: str | None, *more: str) -> argparse.Namespace:
    """`--data DIR`, or ADHERE_DATA, and more options that take a text."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    for option in more:
        parser.add_argument(option)
    parsed = parser.parse_args()
    if parsed.data is None:
        parser.error("--data DIR (or ADHERE_DATA) is the folder that holds bench/")
    parsed.data = Path(parsed.data)
    return parsed


def corpora(data: Path) -> dict[str, tuple[Benchmark, Engine]]:
    """The seven judged corpora by name, each in an engine in memory."""
    found = {}
    for folder in find(data / "bench/judged"):
        engine = Engine.in_memory()
        benchmark = load(folder)
        engine.add(benchmark.documents)
        found[folder.name] = (benchmark, engine)
    return found


def features(
    engine: Engine, ids: Sequence[str], texts: Sequence[str], encoder: Encoder | None = None
) -> tuple[Table, Table]:
    """MaxSim and BM25 of every text with every document, the texts encoded by `encoder` if one is given.

    Shapes  n ids, t texts -> (n, t), (n, t)
    """
    meaning, words = [], []
    for vector, text in zip((encoder or engine.encoder).encode_queries(texts), texts, strict=True):
        clause = [Clause(vector, text)]
        cosines = engine.store.score(ids, clause, Meaning(0))
        scores = engine.store.score(ids, clause, Words(0))
        meaning.append([cosines[i] for i in ids])
        words.append([scores[i] for i in ids])
    return np.array(meaning).T, np.array(words).T
