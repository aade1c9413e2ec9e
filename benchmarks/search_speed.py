"""How fast is an instructed search, and what does the instruction cost over the plain query?

    python benchmarks/search_speed.py --data DIR --work DIR [--copies 1] [--rounds 3]

Indexes the 13,529 arXiv abstracts of corpora/arxiv.jsonl.gz into WORK (kept, so a second run only searches);
`--copies 7` writes each seven times under changed ids with the same vectors, some 95,000 documents. Plain and
instructed searches of the same queries alternate; medians over all of them, split into the steps of the
trace. Says peak memory and bytes per document.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import adhere
from adhere.need import Document
from adhere.search.engine import Engine
from stores import multiplied

NEEDS = [
    (
        "LLM hallucination detection",
        "only cs.CL papers since August 2025, nothing that needs hidden states or logits",
    ),
    (
        "multi-robot task allocation",
        "no reinforcement learning, ideally with real robots, published after June 2025",
    ),
    ("graph neural networks", "leave out surveys and anything on molecules; must report training time"),
    ("code generation with language models", "prefer ones that execute the code, avoid benchmarks"),
    (
        "federated learning privacy",
        "papers on medical data, not on differential privacy unless they measure attacks",
    ),
    ("quantum error correction", "no simulations only, short ones preferred"),
]


def documents(data: Path) -> Iterator[Document]:
    with gzip.open(data / "corpora/arxiv.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            yield Document(row["_id"], row["text"], row["title"], fields=row["metadata"])


def build(engine: Engine, data: Path, copies: int) -> None:
    began = time.perf_counter()
    engine.add(documents(data), progress=lambda p: print(f"\r{p.saved:,} saved", end="", file=sys.stderr))
    print(f"\nindexed in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    multiplied(engine, copies)


def measure(engine: Engine, rounds: int) -> dict[str, dict[str, float]]:
    times: dict[str, dict[str, list[float]]] = {"plain": defaultdict(list), "instructed": defaultdict(list)}
    for number in range(rounds + 1):
        for query, instruction in NEEDS:
            for kind, text in (("plain", ""), ("instructed", instruction)):
                answer = engine.search(query, text)
                if number:  # the first round warms up
                    times[kind]["total"].append(answer.took_ms)
                    for step in answer.trace:
                        times[kind][step.step].append(step.ms)
    return {
        kind: {step: statistics.median(ms) for step, ms in steps.items()} for kind, steps in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    path = arguments.work / f"arxiv-{arguments.copies}.adhere"
    arguments.work.mkdir(parents=True, exist_ok=True)
    once = arguments.work / "arxiv-1.adhere"
    if once.exists() and not path.exists():
        shutil.copytree(once, path)  # what is encoded there need not be encoded again
    with adhere.open(path) as engine:
        last = f"copy{arguments.copies - 1}-" if arguments.copies > 1 else ""
        if not any(identifier.startswith(last) for identifier in engine.store.fingerprints()):
            build(engine, Path(arguments.data), arguments.copies)
        medians = measure(engine, arguments.rounds)
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        count = engine.schema.documents
    print(f"{count:,} documents, {size / count:,.0f} bytes per document on disk")
    print(f"{'median ms':12}" + "".join(f"{step:>10}" for step in medians["instructed"]))
    for kind, steps in medians.items():
        print(f"{kind:12}" + "".join(f"{steps.get(step, 0):10.1f}" for step in medians["instructed"]))
    ratio = medians["instructed"]["total"] / medians["plain"]["total"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"instructed / plain: {ratio:.2f}   peak memory: {peak:,.0f} MB")


if __name__ == "__main__":
    main()
