"""The exam in one run: every benchmark at hand, every system, one Markdown table each.

    python benchmarks/exam.py --data DIR [--only judged,limit_small,TASKS/reuters] [--sample 100]
                              [--measures nDCG@10,MAP] [--journal FILE] [--out FILE.json]

Benchmarks are names under DIR/bench, or folders (those of tasks.py). `--sample` asks that many needs of each,
drawn by a fixed seed; where a benchmark says what to rank, only those documents are indexed. Answers are kept
in the journal, so the run can be killed and started again. bench/judged is a development set: its figures
show progress, not proof.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from adhere.evaluate.benchmark import Benchmark
from adhere.evaluate.journal import Journal
from adhere.evaluate.judgements import split_id
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.report import in_words, results_to_json, sure
from adhere.evaluate.run import evaluate
from adhere.evaluate.sources import benchmarks
from adhere.evaluate.systems import Systems

BENCHES = ("judged", "limit_small", "birco/arguana_test", "birco/relic_test", "cacm", "msmarco_dl19")
SYSTEMS = ("blind", "bm25", "bm25+instruction", "minilm", "minilm+instruction", "adhere", "adhere-balanced")


def main() -> None:
    """Run the chosen benchmarks one after another, and print a table as each is done."""
    options = _options()
    make = Systems()
    systems = [make(name) for name in options.systems.split(",")]
    measures = [parse_measure(name) for name in options.measures.split(",")] if options.measures else None
    journal = Journal(options.journal) if options.journal else None
    tables = []
    for name in options.only.split(","):
        folder = options.data / "bench" / name
        loaded = benchmarks(str(folder if folder.exists() else name))
        asked = [trimmed(sampled(one, options.sample)) for one in loaded]
        results = evaluate(asked, systems, measures=measures, journal=journal, progress=tell)
        found = results_to_json(results)["benchmarks"]
        tables += found
        print(table(found[-1]))
        if options.out:
            options.out.write_text(json.dumps({"benchmarks": tables}, indent=2) + "\n")


def sampled(bench: Benchmark, needs: int | None) -> Benchmark:
    """So many of its needs, the same in every run; all of them where there are no more."""
    names = list(dict.fromkeys(split_id(query.id)[0] for query in bench.queries))
    if needs is None or needs >= len(names):
        return bench
    kept = set(random.Random(0).sample(names, needs))
    qrels = {q: grades for q, grades in bench.judgements.qrels.items() if split_id(q)[0] in kept}
    flipped = {need: ids for need, ids in bench.judgements.flipped.items() if need in kept}
    return replace(
        bench,
        queries=tuple(query for query in bench.queries if split_id(query.id)[0] in kept),
        judgements=replace(bench.judgements, qrels=qrels, flipped=flipped),
    )


def trimmed(bench: Benchmark) -> Benchmark:
    """Without the documents that no query ranks, where all queries say what to rank."""
    if not all(query.id in bench.candidates for query in bench.queries):
        return bench
    ranked = {document for query in bench.queries for document in bench.candidates[query.id]}
    return replace(bench, documents=tuple(each for each in bench.documents if each.id in ranked))


def table(bench: Mapping[str, Any]) -> str:
    """Values x100 with their 95% interval over needs; * marks a difference to blind that is no chance."""
    names = list(bench["systems"][0]["measures"])
    lines = [f"**{bench['name']}**: {bench['needs']} needs", "", "| | " + " | ".join(names) + " |"]
    lines.append("|---" * (len(names) + 1) + "|")
    for system in bench["systems"]:
        bound = system["name"] in ("random", "perfect")
        over = {} if bound else system["over_blind"]
        cells = [
            in_words(system["measures"][name], star=sure(over.get(name)), interval=not bound)
            for name in names
        ]
        lines.append(f"| {system['name']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def tell(what: str, done: int, total: int) -> None:
    if done in (0, total):
        print(f"{what} {done}/{total}", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"), help="folder with bench/")
    parser.add_argument("--only", default=",".join(BENCHES), help="benchmarks, separated by commas")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="systems, separated by commas")
    parser.add_argument("--measures", help="measures, separated by commas; else those of each benchmark")
    parser.add_argument("--sample", type=int, help="ask that many needs of each benchmark")
    parser.add_argument("--journal", type=Path, help="keep the answers here, and resume from them")
    parser.add_argument("--out", type=Path, help="write the JSON of `adhere evaluate --json` here")
    options = parser.parse_args()
    if options.data is None:
        parser.error("--data DIR or the environment variable ADHERE_DATA is needed")
    return options


if __name__ == "__main__":
    main()
