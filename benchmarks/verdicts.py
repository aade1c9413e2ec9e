"""Are the verdicts of the ledger right? The judge of meaning against labels of single criteria.

    python benchmarks/verdicts.py --data DIR [--json]

The labels (bench/verdicts.jsonl) are a development set: made by a language model that read the documents.
Each criterion is judged as an `about` condition on its document, with the corpus of its needs as the store.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from adhere.evaluate.benchmark import load
from adhere.evaluate.verdicts import Cases, Label, cases, read_labels, verdict_measures
from adhere.judge.protocol import Question
from adhere.need import About, Document, Judgement
from adhere.search.engine import Engine
from adhere.search.judges import default_judges

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVIDENCE = Path(__file__).parent.parent / "labels" / "evidence_development.jsonl"
"""Which sentences show what, by a second reading."""


def main() -> None:
    """Print every verdict measure with its interval over needs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"), help="folder with bench/")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    if options.data is None:
        parser.error("--data DIR or the environment variable ADHERE_DATA is needed")
    found = verdict_measures(judged(options.data / "bench"))
    if options.json:
        print(json.dumps({name: asdict(estimate) for name, estimate in found.items()}, indent=2))
        return
    print("| measure | value | 95% interval | cases |\n|---|---|---|---|")
    for name, one in found.items():
        print(f"| {name} | {one.value:.3f} | {one.low:.3f} - {one.high:.3f} | {one.n:,} |")


def judged(bench: Path) -> Cases:
    """All labels with the judgements of our own judge."""
    labels = sorted(
        read_labels(bench / "verdicts.jsonl", EVIDENCE), key=lambda label: (label.corpus, label.query)
    )
    judgements: list[Judgement] = []
    documents: dict[str, Document] = {}
    for corpus in sorted({label.corpus for label in labels}):
        chosen = [label for label in labels if label.corpus == corpus]
        benchmark = load(bench / "judged" / corpus)
        documents |= {document.id: document for document in benchmark.documents}
        judgements += judge(chosen, benchmark.documents)
    return cases(labels, judgements, documents)


def judge(labels: Sequence[Label], documents: Sequence[Document]) -> list[Judgement]:
    """One judgement per label, in order."""
    engine = Engine.in_memory()
    engine.add(documents)
    (about,) = [judge for judge in default_judges(engine.store, engine.encoder) if "about" in judge.kinds]
    answers: dict[tuple[str, str, str], Judgement] = {}
    for query in sorted({label.query for label in labels}):
        asked = [label for label in labels if label.query == query]
        conditions = tuple(
            About(criterion) for criterion in dict.fromkeys(label.criterion for label in asked)
        )
        ids = list(dict.fromkeys(label.document for label in asked))
        kept = engine.store.candidates(ids)
        rows = about.judge(Question(query, NOW, conditions), [kept[identifier] for identifier in ids])
        for identifier, row in zip(ids, rows, strict=True):
            for condition, judgement in zip(conditions, row, strict=True):
                answers[query, condition.text, identifier] = judgement
    return [answers[label.query, label.criterion, label.document] for label in labels]


if __name__ == "__main__":
    main()
