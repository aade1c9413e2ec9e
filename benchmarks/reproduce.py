"""Published numbers, made again with our loaders and measures: the exam examines itself first.

python benchmarks/reproduce.py --data DIR
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytrec_eval

from adhere.evaluate.benchmark import Benchmark, first_stages, load
from adhere.evaluate.judgements import Run
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.run import answer
from adhere.evaluate.systems import Systems

NDCG = parse_measure("nDCG@10")


def main() -> None:
    """Print a line per number: what it is, ours, and what it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"), help="folder with bench/")
    data = parser.parse_args().data
    if data is None:
        parser.error("--data DIR or the environment variable ADHERE_DATA is needed")
    print(f"{'what':52} {'ours':>8}  expected")
    for what, ours, expected in [
        *deep_learning(data / "bench"),
        *limit(data / "bench"),
        *classic(data / "bench"),
    ]:
        print(f"{what:52} {ours:8.4f}  {expected}")


def deep_learning(bench: Path) -> Iterator[tuple[str, float, str]]:
    """TREC DL's BM25 first stage, on the qrels reduced to passages with text."""
    for name, expected in (("msmarco_dl19", ".5071"), ("msmarco_dl20", ".4829")):
        run = first_stages(bench / name)["BM25"]
        yield f"{name}: BM25 top 100, nDCG@10", mean(NDCG, load(bench / name), run), expected


def limit(bench: Path) -> Iterator[tuple[str, float, str]]:
    """LIMIT-small, that a single vector cannot hold and words can."""
    benchmark = load(bench / "limit_small")
    run = searched(benchmark)
    yield "limit_small: bm25s, recall@2", mean(parse_measure("recall@2"), benchmark, run), ".98-.99"


def classic(bench: Path) -> Iterator[tuple[str, float, str]]:
    """bm25s on three old collections, the same run measured by pytrec_eval."""
    for name in ("cranfield", "cisi", "cacm"):
        benchmark = load(bench / name)
        run = searched(benchmark)
        qrels = {query: dict(grades) for query, grades in benchmark.judgements.qrels.items()}
        oracle = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "map"}).evaluate(run)
        for measure, theirs in (("nDCG@10", "ndcg_cut_10"), ("MAP", "map")):
            values = parse_measure(measure).values(benchmark.judgements, run)
            expected = np.mean([oracle[query][theirs] for query in values])
            yield f"{name}: bm25s, {measure}", mean(parse_measure(measure), benchmark, run), f"{expected:.4f}"


def searched(benchmark: Benchmark) -> dict[str, dict[str, float]]:
    system = Systems()("bm25")
    system.index(benchmark.documents)
    return answer(benchmark, system)


def mean(measure, benchmark: Benchmark, run: Run) -> float:  # type: ignore[no-untyped-def]
    return float(np.mean(list(measure.values(benchmark.judgements, run).values())))


if __name__ == "__main__":
    main()
