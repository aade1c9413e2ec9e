"""The audit on real corpora: our engine against plain encoders and BM25, with the kinds where it fails.

python benchmarks/audit.py --data DIR [--only peps ...] [--needs 100]

Prints a table per corpus in Markdown. Stores are made once and kept in --stores.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import adhere
from adhere.evaluate.audit.store import audit_store
from adhere.evaluate.benchmark import read_documents
from adhere.evaluate.html import write_page
from adhere.evaluate.report import in_words
from adhere.need import Document
from adhere.read.stdlib import stdlib_documents

SAMPLE = 3000
SYSTEMS = ("adhere-balanced", "blind", "minilm+instruction", "bm25")
MEASURES = (
    "obeyed@10",
    "read",
    "violations@10",
    "nDCG@10/og",
    "nDCG@10/changed",
    "interaction",
    "selective-p-MRR",
    "no-answer",
)


def sampled(documents: Sequence[Document]) -> list[Document]:
    """At most SAMPLE of the documents, always the same, in their order."""
    chosen = set(Random(0).sample(range(len(documents)), min(SAMPLE, len(documents))))
    return [document for place, document in enumerate(documents) if place in chosen]


CORPORA: dict[str, Callable[[Path], Sequence[Document]]] = {
    "peps": lambda data: list(read_documents(data / "corpora/peps/corpus.jsonl")),
    "arxiv": lambda data: sampled(list(read_documents(data / "corpora/arxiv.jsonl.gz"))),
    "movies": lambda data: sampled(list(read_documents(data / "corpora/movies/corpus.jsonl.gz"))),
    "pysec": lambda data: list(read_documents(data / "corpora/pysec/corpus.jsonl.gz")),
    "stdlib": lambda _: stdlib_documents(),
}


def main() -> None:
    """Audit each corpus, print its tables, and keep the JSON beside its store."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("ADHERE_DATA"), help="folder with corpora/"
    )
    parser.add_argument("--only", nargs="*", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--needs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stores", type=Path, default=Path("audit-stores"), help="where stores are kept")
    given = parser.parse_args()
    if given.data is None:
        parser.error("--data DIR or the environment variable ADHERE_DATA is needed")
    given.stores.mkdir(exist_ok=True)
    for name in given.only:
        report = audited(name, Path(given.data), given.stores, given.needs, given.seed)
        (given.stores / f"{name}.json").write_text(json.dumps(report, indent=1))
        write_page(report, given.stores / f"{name}.html", title=f"Audit of {name}")
        print("\n".join(told(name, report)), flush=True)


def audited(name: str, data: Path, stores: Path, needs: int, seed: int) -> dict[str, Any]:
    """The report on one corpus."""
    path = stores / f"{name}.adhere"
    there = path.exists()
    with adhere.open(path) as engine:
        if not there:
            engine.add(CORPORA[name](data))
        return audit_store(engine, SYSTEMS, count=needs, seed=seed, progress=progress)


def progress(what: str, done: int, total: int) -> None:
    """A line per hundred questions on stderr."""
    if done % 100 == 0:
        print(f"{what} {done}/{total}", file=sys.stderr, flush=True)


# --- tables ------------------------------------------------------------------------------------


def told(name: str, report: dict[str, Any]) -> Iterator[str]:
    """Two tables in Markdown: the measures per system, and obeyed@10 per kind, polarity and length."""
    about, systems = report["audit"], report["benchmarks"][0]["systems"]
    hidden = about["hidden"] or "none"
    yield f"\n### {name}: {about['documents']} documents, {about['needs']} needs, hidden field: {hidden}\n"
    yield from rows(
        ["", *MEASURES], ([s["name"], *(in_words(s["measures"][m]) for m in MEASURES)] for s in systems)
    )
    groups = [(sort, value) for sort, found in systems[0]["groups"].items() for value in found]
    cells = [
        [f"{sort} {value}", *(in_words(s["groups"][sort][value]["obeyed@10"]) for s in systems)]
        for sort, value in groups
    ]
    yield "\nobeyed@10\n"
    yield from rows(["", *(system["name"] for system in systems)], cells)


def rows(head: Sequence[str], body: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in body:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    main()
