"""Which measures can be bought by a worse run? Noise added to a system that never sees the instruction.

    python benchmarks/noise.py --data DIR [--system minilm] [--journal FILE]

Prints, x100, the mean over needs and 20 throws of the noise, for noise of 0.5 to 2 standard deviations of a
query's scores in the original run, the changed run, or both (each with its own throw). A star marks a rise
beyond the 95% interval of the paired difference over needs.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from adhere.evaluate.benchmark import Benchmark, find, load
from adhere.evaluate.journal import Journal
from adhere.evaluate.judgements import Run, split_id
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.run import answer
from adhere.evaluate.statistics import difference
from adhere.evaluate.systems import Blind, Systems

NAMES = (
    "nDCG@10/og",
    "nDCG@10/changed",
    "interaction",
    "selective-p-MRR",
    "p-MRR",
    "two-way",
    "violations@10",
)
THROWS = 20
SIZES = (0.5, 1.0, 2.0)
RUNS = (("none", 0, 0), ("changed", 0, 1), ("original", 1, 0), ("both", 1, 1))


def main() -> None:
    """Print the table of the demonstration in docs/Evaluation.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"), help="folder with bench/")
    parser.add_argument("--system", default="minilm", help="any system; it is made blind")
    parser.add_argument("--journal", type=Path, help="answers kept by `adhere evaluate --journal`")
    options = parser.parse_args()
    if options.data is None:
        parser.error("--data DIR or the environment variable ADHERE_DATA is needed")
    made = Systems()(options.system)
    system, journal = Blind(made, made.name), Journal(options.journal) if options.journal else None
    benches = [load(folder) for folder in find(options.data / "bench/judged")]
    runs = [answer(bench, system, journal=journal) for bench in benches]
    print(f"{'noise in':10} {'size':>5}  " + "  ".join(f"{name:>15}" for name in NAMES))
    plain = averaged(benches, runs, (0.0, 0.0))
    for where, original, changed in RUNS:
        for size in SIZES if where != "none" else (0.0,):
            noisy = averaged(benches, runs, (size * original, size * changed))
            cells = (f"{cell(noisy[name], plain[name]):>15}" for name in NAMES)
            print(f"{where:10} {size:5.1f}  " + "  ".join(cells))


def averaged(
    benches: Sequence[Benchmark], runs: Sequence[Run], sizes: tuple[float, float]
) -> dict[str, dict[str, float]]:
    """Measure -> need -> mean over the throws."""
    throws = THROWS if any(sizes) else 1
    values: dict[str, dict[str, float]] = {name: {} for name in NAMES}
    for seed in range(throws):
        for bench, run in zip(benches, runs, strict=True):
            noisy = disturbed(run, sizes, seed)
            for name in NAMES:
                for need, value in parse_measure(name).values(bench.judgements, noisy).items():
                    values[name][need] = values[name].get(need, 0.0) + value / throws
    return values


def cell(noisy: dict[str, float], plain: dict[str, float]) -> str:
    """The mean, starred where it rose beyond the 95% interval of the paired difference."""
    rose = (difference(noisy, plain).low or 0.0) > 1e-9  # not the rounding of the mean over throws
    return f"{100 * float(np.mean(list(noisy.values()))):.1f}{'*' if rose else ' '}"


def disturbed(run: Run, sizes: tuple[float, float], seed: int) -> Run:
    """Every score with noise of a multiple of its query's standard deviation."""
    noisy = {}
    for query, scores in run.items():
        generator = np.random.default_rng([seed, *query.encode()])
        size = sizes[0] if split_id(query)[1] == "og" else sizes[1]
        noise = generator.normal(size=len(scores)) * size * np.std(list(scores.values()))
        noisy[query] = {
            document: score + n for (document, score), n in zip(scores.items(), noise, strict=True)
        }
    return noisy


if __name__ == "__main__":
    main()
