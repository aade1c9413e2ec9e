"""How well does the served clause tagger label instructions, beside the rules alone?

    python benchmarks/train_tagger.py --data DIR [--model FOLDER]
                                      [--fold 0 | --trec | --judged | --labelled FILE]

DIR holds train/clauses.jsonl. Fold 0, a fifth of the instructions, was never trained on or looked at; the
rules were written while looking at the other four. Labels only: what becomes of them as criteria is measured
by benchmarks/parse_clauses.py. --trec takes 100 narratives of TREC topics instead, whose labels are
labels/trec_narratives.jsonl of the repository and whose texts are in DIR; --judged the instructions of the 36
judged development needs (labels/judged_development.jsonl); --labelled another file of the same form as
clauses.jsonl, such as labels/background_test.jsonl, which nothing learns from.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from adhere.evaluate.benchmark import find, load
from adhere.parse.rules import polarity
from adhere.parse.tagger import PACKAGED, TaggerParser
from adhere.parse.tags import KINDS, Clause
from adhere.train.clauses import HELD_OUT, Example, read
from adhere.train.figures import figures

LABELS = Path(__file__).parent.parent / "labels"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--fold", type=int, default=HELD_OUT)
    parser.add_argument("--model", type=Path, default=PACKAGED)
    parser.add_argument("--trec", action="store_true")
    parser.add_argument("--judged", action="store_true")
    parser.add_argument("--labelled", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.data is None:
        parser.error("give --data DIR, or set ADHERE_DATA")
    if options.labelled:
        examples = read(options.labelled)
    elif options.trec:
        examples = placed(LABELS / "trec_narratives.jsonl", _topics(Path(options.data)))
    elif options.judged:
        examples = placed(LABELS / "judged_development.jsonl", _judged(Path(options.data)))
    else:
        examples = _fold(Path(options.data), options.fold)
    tagger = TaggerParser(options.model)
    tagged, times = [], []
    for example in examples:
        began = time.perf_counter()
        tagged.append(tagger.clauses(example.instruction, query=example.query))
        times.append(1000 * (time.perf_counter() - began))
    ruled = [_ruled(example.instruction) for example in examples]
    print(f"{len(examples)} instructions; labelling takes the tagger")
    print(f"{statistics.median(times):.1f} ms each (median), {max(times):.1f} ms at most\n")
    print(f"{'':24}{'tagger':>8}{'rules':>8}")
    for name, share in figures(examples, tagged).items():
        print(f"{name:24}{share:8.3f}{figures(examples, ruled)[name]:8.3f}")
    print("\npolarity right, per character, by labelled kind")
    for kind in KINDS:
        part, characters = _of_kind(examples, tagged, kind)
        print(f"{kind:24}{part:8.3f}{_of_kind(examples, ruled, kind)[0]:8.3f}  of {characters} characters")


def _fold(data: Path, fold: int) -> list[Example]:
    return [e for e in read(data / "train/clauses.jsonl") if e.fold == fold]


def placed(labels: Path, texts: Mapping[str, tuple[str, str]]) -> list[Example]:
    """Labels that name the characters of texts kept elsewhere; `texts` are query and instruction by id."""
    rows = map(json.loads, labels.read_text(encoding="utf-8").splitlines())
    return [
        Example(
            *texts[row["id"]],
            tuple(
                Clause(tuple(c["span"]), c["polarity"], c["kind"], None, c.get("unless_of"))
                for c in row["clauses"]
            ),
        )
        for row in rows
    ]


def _topics(data: Path) -> dict[str, tuple[str, str]]:
    rows = (data / "bench/trec_narratives/queries.jsonl").read_text(encoding="utf-8").splitlines()
    return {topic["_id"]: (topic["text"], topic["instruction"]) for topic in map(json.loads, rows)}


def _judged(data: Path) -> dict[str, tuple[str, str]]:
    needs = [query for folder in find(data / "bench/judged") for query in load(folder).queries]
    return {one.id: (one.need.query, one.need.instruction) for one in needs}


def _ruled(instruction: str) -> list[Clause]:
    return [
        Clause(clause.span, clause.label, unless_of=clause.unless_of)
        for clause in polarity.clauses(instruction)
    ]


def _of_kind(examples: Sequence[Example], found: Sequence[Sequence[Clause]], kind: str) -> tuple[float, int]:
    """Share of the characters of clauses of one kind that got their role, and how many there are."""
    right: Counter[bool] = Counter()
    for example, clauses in zip(examples, found, strict=True):
        roles = {i: clause.role for clause in clauses for i in range(*clause.span)}
        for labelled in example.clauses:
            if labelled.kind == kind:
                inside = (i for i in range(*labelled.span) if example.instruction[i].isalnum())
                right.update(roles.get(i) == labelled.role for i in inside)
    return right[True] / max(1, right.total()), right.total()


if __name__ == "__main__":
    main()
