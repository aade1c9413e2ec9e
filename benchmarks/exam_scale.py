"""Does an evaluation hold at 100,000 documents and 500 needs? Made data, bm25, killed half-way and resumed.

    python benchmarks/exam_scale.py --folder DIR [--documents 100000] [--needs 500]

Prints seconds and peak memory of both halves. The documents are made of random words: the quality of the
ranking means nothing here.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from adhere.evaluate.benchmark import load
from adhere.evaluate.journal import Journal
from adhere.evaluate.run import evaluate
from adhere.evaluate.systems import Systems

WORDS = 60


def main() -> None:
    """Make the benchmark once, then run it in a child that is killed, then in one that ends."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the made benchmark goes")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--needs", type=int, default=500)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run(options.folder)
        return
    make(options.folder, options.documents, options.needs)
    command = [sys.executable, __file__, "--folder", str(options.folder), "--child"]
    journal = options.folder / "answers.jsonl"
    journal.unlink(missing_ok=True)
    child = subprocess.Popen(command)
    while child.poll() is None and answered(journal) < options.needs:
        time.sleep(0.5)
    child.send_signal(signal.SIGKILL)
    child.wait()
    print(f"killed after {answered(journal)} of {2 * options.needs} answers")
    subprocess.run(command, check=True)


def make(folder: Path, documents: int, needs: int) -> None:
    generator = np.random.default_rng(0)
    words = np.array([f"w{number}" for number in range(20_000)])
    rows = words[np.minimum(generator.zipf(1.3, (documents, WORDS)), len(words)) - 1]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "corpus.jsonl").open("w") as stream:
        for number, row in enumerate(rows):
            stream.write(json.dumps({"_id": f"d{number}", "text": " ".join(row)}) + "\n")
    queries, qrels = [], ["query-id\tcorpus-id\tscore"]
    for need in range(needs):
        chosen = generator.choice(documents, 20, replace=False)
        text = " ".join(rows[chosen[0]][:4])
        for part, relevant in (("og", chosen), ("changed", chosen[10:])):
            queries.append({"_id": f"n{need}-{part}", "text": text, "instruction": part})
            qrels += [f"n{need}-{part}\td{document}\t1" for document in relevant]
    (folder / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries))
    (folder / "qrels.tsv").write_text("\n".join(qrels) + "\n")


def run(folder: Path) -> None:
    began = time.monotonic()
    journal = Journal(folder / "answers.jsonl")
    (result,) = evaluate([load(folder)], [Systems()("bm25")], journal=journal)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.monotonic() - began
    print(f"{result.needs} needs, rows {len(result.rows)}: {seconds:.0f} s, peak memory {peak:.0f} MB")


def answered(journal: Path) -> int:
    return sum(1 for _ in journal.open()) if journal.exists() else 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
