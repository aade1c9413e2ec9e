"""The needs that we judged ourselves, as benchmark folders that `adhere evaluate` and the scripts here read.

    python benchmarks/needs.py --data DIR --out OUT

labels/needs.jsonl has queries, two instructions each and grades, by eight readers; the documents are taken
from DIR, their first 260 words, which is what the readers saw. OUT/bench/judged/CORPUS is written for every
corpus, in the layout of DIR/bench/judged. Then, for instance,

    python benchmarks/judged_taggers.py --data OUT
    adhere evaluate OUT/bench/judged --system plain --system adhere
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import reading
from development import arguments
from stores import rows

LABELS = Path(__file__).parent.parent / "labels" / "needs.jsonl"
FILES = reading.FILES | {
    "reuters": "corpora/reuters21578/corpus.jsonl.gz",
    "medquad": "bench/medquad/corpus.jsonl.gz",
}
WORDS = 260
"""How much of a document the readers saw."""
SIDES = ("og", "changed")
Row = dict[str, Any]


def main() -> None:
    options = arguments(__doc__, "--out")
    if not options.out:
        raise SystemExit("give --out FOLDER, which the benchmark is written to")
    needs: dict[str, list[Row]] = defaultdict(list)
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        need = json.loads(line)
        needs[need["corpus"]].append(need)
    for corpus, own in needs.items():
        folder = Path(options.out) / "bench" / "judged" / corpus
        (folder / "qrels").mkdir(parents=True, exist_ok=True)
        _lines(folder / "corpus.jsonl", documents(options.data, corpus, own))
        for name, made in tables(own).items():
            _lines(folder / f"{name}.jsonl", made)
        (folder / "qrels" / "test.tsv").write_text(qrels(own), encoding="utf-8")
        print(f"{corpus}: {len(own)} needs in {folder}")


def documents(data: Path, corpus: str, needs: Sequence[Row]) -> list[Row]:
    """The judged documents of a corpus, as the readers saw them."""
    judged = {document for need in needs for document in need["grades"]}
    found = [row for row in rows(data / FILES[corpus]) if row["_id"] in judged]
    missing = judged - {row["_id"] for row in found}
    if missing:
        raise SystemExit(
            f"{data / FILES[corpus]} lacks {len(missing)} judged documents: {sorted(missing)[:5]}"
        )
    return [{**row, "text": " ".join(row["text"].split()[:WORDS])} for row in found]


def tables(needs: Sequence[Row]) -> dict[str, list[Row]]:
    """Queries, instructions, pools, and which documents stop being relevant (FollowIR's `qrel_diff`)."""
    sides = [(need, side, f"{need['id']}-{side}") for need in needs for side in SIDES]
    texts = {"og": "original", "changed": "changed"}
    flipped = ((need["id"], [one for one, (a, b) in need["grades"].items() if a and not b]) for need in needs)
    return {
        "queries": [{"_id": name, "text": need["query"]} for need, _, name in sides],
        "instructions": [{"query-id": name, "instruction": need[texts[side]]} for need, side, name in sides],
        "top_ranked": [{"query-id": name, "corpus-ids": list(need["grades"])} for need, _, name in sides],
        "qrel_diff": [{"query-id": name, "corpus-ids": ids} for name, ids in flipped],
    }


def qrels(needs: Sequence[Row]) -> str:
    graded = [
        f"{need['id']}-{side}\t{document}\t{grades[place]}"
        for need in needs
        for place, side in enumerate(SIDES)
        for document, grades in need["grades"].items()
    ]
    return "\n".join(("query-id\tcorpus-id\tscore", *graded)) + "\n"


def _lines(path: Path, made: Iterable[Row]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), encoding="utf-8")


if __name__ == "__main__":
    main()
