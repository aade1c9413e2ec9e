"""Make paired benchmarks whose truth is known by program, in the layout that `adhere evaluate` reads.

    python benchmarks/tasks.py reuters medquad --data DIR --out DIR
    adhere evaluate OUT/reuters OUT/medquad --system adhere --system minilm --system minilm+instruction

reuters   news about a topic; original "nothing on PLACE", changed "only PLACE". Topics and places are human
          labels; places are not given as fields, so PLACE has to be read from the story.
medquad   answers about a disease (test half, by focus); original "only SYMPTOMS, no TREATMENT", changed
          the other way round, for every pair of question types of a focus. Question types are not given.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

PLACES = {
    "usa": "the United States",
    "uk": "the United Kingdom",
    "japan": "Japan",
    "canada": "Canada",
    "west-germany": "West Germany",
    "france": "France",
    "brazil": "Brazil",
    "australia": "Australia",
    "china": "China",
    "ussr": "the Soviet Union",
}
TOPICS = {
    "crude": "crude oil",
    "grain": "grain",
    "trade": "foreign trade",
    "wheat": "wheat",
    "sugar": "sugar",
    "coffee": "coffee",
    "ship": "shipping",
    "interest": "interest rates",
    "gold": "gold",
    "oilseed": "oilseeds",
    "gnp": "gross national product",
    "livestock": "livestock",
    "money-fx": "foreign exchange",
    "nat-gas": "natural gas",
}
NOTHING_ON = ("nothing on {}", "leave out stories that concern {}", "{} is of no interest", "no news from {}")
ONLY = ("only {}", "the story must concern {}", "only news from {}", "a story counts if it is about {}")
PER_SIDE, OTHERS, FEWEST = 30, 20, 15
MEDQUAD_NEEDS = 300


@dataclass
class Task:
    """A benchmark being made: needs with their pools and grades, and the documents they speak of."""

    corpus: dict[str, dict[str, Any]] = field(default_factory=dict)
    queries: list[tuple[str, str, str]] = field(default_factory=list)
    pools: dict[str, list[str]] = field(default_factory=dict)
    grades: dict[str, dict[str, int]] = field(default_factory=dict)
    flipped: dict[str, list[str]] = field(default_factory=dict)

    def add(self, need: str, query: str, sides: tuple[str, str], relevant: tuple[set[str], set[str]]) -> None:
        """One paired need: instructions and relevant documents, original and changed."""
        self.flipped[need] = sorted(relevant[0] - relevant[1])
        for part, instruction, right in zip(("og", "changed"), sides, relevant, strict=True):
            self.queries.append((f"{need}-{part}", query, instruction))
            self.grades[f"{need}-{part}"] = dict.fromkeys(sorted(right), 1)

    def write(self, folder: Path) -> None:
        """The on-disk layout."""
        (folder / "qrels").mkdir(parents=True, exist_ok=True)
        _lines(folder / "corpus.jsonl", self.corpus.values())
        _lines(folder / "queries.jsonl", ({"_id": q, "text": text} for q, text, _ in self.queries))
        _lines(folder / "instructions.jsonl", ({"query-id": q, "instruction": i} for q, _, i in self.queries))
        _lines(
            folder / "top_ranked.jsonl",
            ({"query-id": q, "corpus-ids": self.pools[q.rsplit("-", 1)[0]]} for q, _, _ in self.queries),
        )
        _lines(
            folder / "qrel_diff.jsonl",
            ({"query-id": n, "corpus-ids": ids} for n, ids in self.flipped.items()),
        )
        rows = [f"{q}\t{d}\t{g}" for q, grades in self.grades.items() for d, g in grades.items()]
        (folder / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]) + "\n")


def reuters(data: Path) -> Task:
    """Topic by place, 60 + 20 stories a need: half of the topic's with the place, half without, 20 others."""
    rng = random.Random(0)
    stories = [s for s in _read(data / "corpora/reuters21578/corpus.jsonl.gz") if s["metadata"].get("topics")]
    task = Task()
    for number, (topic, place) in enumerate((t, p) for t in TOPICS for p in PLACES):
        about = [s for s in stories if topic in s["metadata"]["topics"] and s["metadata"].get("places")]
        there = [s for s in about if place in s["metadata"]["places"]]
        elsewhere = [s for s in about if place not in s["metadata"]["places"]]
        if min(len(there), len(elsewhere)) < FEWEST:
            continue
        there, elsewhere = rng.sample(there, min(PER_SIDE, len(there))), elsewhere[:]
        elsewhere = rng.sample(elsewhere, min(PER_SIDE, len(elsewhere)))
        others = rng.sample([s for s in stories if topic not in s["metadata"]["topics"]], OTHERS)
        need = f"{topic}.{place}"
        task.pools[need] = _keep(task, [*there, *elsewhere, *others])
        sides = (NOTHING_ON[number % 4].format(PLACES[place]), ONLY[number % 4].format(PLACES[place]))
        relevant = ({str(s["_id"]) for s in elsewhere}, {str(s["_id"]) for s in there})
        task.add(need, f"news about {TOPICS[topic]}", sides, relevant)
    return task


def medquad(data: Path) -> Task:
    """Same focus, other question type; the pool is all of the focus and 20 others of the test half."""
    rng = random.Random(0)
    answers = [a for a in _read(data / "bench/medquad/corpus.jsonl.gz") if a["metadata"]["split"] == "test"]
    by_focus: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for answer in answers:
        by_focus[answer["metadata"]["focus"]][answer["metadata"]["qtype"]].append(answer)
    choices = [
        (focus, pair)
        for focus in sorted(by_focus)
        for pair in combinations(sorted(set(by_focus[focus]) - {"information"}), 2)
    ]
    task = Task()
    for number, (focus, (one, other)) in enumerate(rng.sample(choices, min(MEDQUAD_NEEDS, len(choices)))):
        pool = [a for answers_ in by_focus[focus].values() for a in answers_] + rng.sample(answers, 20)
        need = f"m{number:03d}"
        task.pools[need] = _keep(task, pool)
        sides = (f"only {one}, nothing on {other}", f"only {other}, nothing on {one}")
        relevant = tuple({str(a["_id"]) for a in by_focus[focus][kind]} for kind in (one, other))
        task.add(need, focus, sides, (relevant[0], relevant[1]))
    return task


def _keep(task: Task, documents: list[dict[str, Any]]) -> list[str]:
    for document in documents:
        row = {"_id": str(document["_id"]), "title": document.get("title", ""), "text": document["text"]}
        task.corpus[row["_id"]] = row
    return sorted({str(document["_id"]) for document in documents})


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


TASKS = {"reuters": reuters, "medquad": medquad}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tasks", nargs="+", choices=TASKS)
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"), required=False)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("--data DIR (or ADHERE_DATA) is the folder that holds bench/ and corpora/")
    for name in arguments.tasks:
        task = TASKS[name](Path(arguments.data))
        task.write(arguments.out / name)
        print(f"{name}: {len(task.pools)} needs over {len(task.corpus)} documents in {arguments.out / name}")


if __name__ == "__main__":
    main()
