"""Make paired benchmarks whose truth is known by program, in the layout that `adhere evaluate` reads.

    python benchmarks/tasks.py reuters medquad condaqa cacm --data DIR --out DIR
    adhere evaluate OUT/reuters OUT/medquad --system adhere --system minilm --system minilm+instruction

reuters   news about a topic; original "nothing on PLACE", changed "only PLACE". Topics and places are human
          labels; places are not given as fields, so PLACE has to be read from the story.
medquad   answers about a disease (test half, by focus); original "only SYMPTOMS, no TREATMENT", changed
          the other way round, for every pair of question types of a focus. Question types are not given.
condaqa   a question and two passages that differ in a negation; original "the answer is yes", changed "the
          answer is no". Measure pairwise-accuracy: both ranked right (chance 25, blindness 0).
cacm      computing abstracts with authors and month as fields; original "only by AUTHOR" or "before YEAR",
          changed the opposite.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
from collections import Counter, defaultdict
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
YES = (
    "only passages from which the answer is yes",
    "the passage must say that it is so",
    "the answer is yes",
)
NO = (
    "only passages from which the answer is no",
    "the passage must say that it is not so",
    "the answer is no",
)
CACM_TOPICS = {
    "programming languages": {"language", "languages", "algol", "fortran"},
    "sorting": {"sort", "sorting", "merging"},
    "compilers": {"compiler", "compilers", "compiling", "translator"},
    "time sharing": {"sharing", "shared"},
    "numerical integration": {"integration", "quadrature"},
    "matrix computations": {"matrix", "matrices", "eigenvalues"},
    "random numbers": {"random"},
    "information retrieval": {"retrieval", "indexing"},
    "storage allocation": {"storage", "allocation", "paging"},
    "teaching of computing": {"education", "curriculum", "course", "courses", "teaching"},
    "polynomials": {"polynomial", "polynomials"},
    "operating systems": {"operating", "scheduling", "multiprogramming"},
}
BY, NOT_BY = (
    ("only by {}", "written by {}", "{} must be among the authors"),
    ("nothing by {}", "not written by {}"),
)
BEFORE, SINCE = ("published before {}", "nothing from {} or later"), ("not older than {}", "only since {}")
AUTHOR_NEEDS, YEARS = 40, (1965, 1970)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


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


def condaqa(data: Path) -> Task:
    """One pair of passages a question: the wording differs, the topic is the same."""
    rng, task = random.Random(0), Task()
    passages = {p["_id"]: p for p in _read(data / "bench/condaqa_dev/corpus.jsonl")}
    answers: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in (data / "bench/condaqa_dev/answers.tsv").read_text().splitlines()[1:]:
        query, passage, said = line.split("\t")
        answers[query][said].append(passage)
    for number, query in enumerate(_read(data / "bench/condaqa_dev/queries.jsonl")):
        said = answers[query["_id"]]
        if said["YES"] and said["NO"]:
            yes, no = rng.choice(said["YES"]), rng.choice(said["NO"])
            task.pools[query["_id"]] = _keep(task, [passages[yes], passages[no]])
            sides = (YES[number % len(YES)], NO[number % len(NO)])
            task.add(query["_id"], query["text"], sides, ({yes}, {no}))
    return task


def cacm(data: Path) -> Task:
    """By author, whatever the topic; and by year, on a topic that words of the title tell."""
    rng, task = random.Random(0), Task()
    dated = (a for a in _read(data / "bench/cacm/corpus.jsonl") if a["metadata"].get("year"))
    articles = [{**article, "metadata": _published(article["metadata"])} for article in dated]
    for number, author in enumerate(_authors(articles)):
        by = [a for a in articles if author in a["metadata"]["authors"]]
        others = rng.sample([a for a in articles if author not in a["metadata"]["authors"]], PER_SIDE)
        surname = author.split(",")[0]
        sides = (BY[number % len(BY)].format(surname), NOT_BY[number % len(NOT_BY)].format(surname))
        _opposed(task, f"author{number:02d}", "computing articles", sides, by[:PER_SIDE], others, [])
    for number, (topic, year) in enumerate((topic, year) for topic in CACM_TOPICS for year in YEARS):
        about = [a for a in articles if CACM_TOPICS[topic] & set(re.findall("[a-z]+", a["title"].lower()))]
        rest = rng.sample([a for a in articles if a not in about], OTHERS)
        before = [a for a in about if a["metadata"]["published"] < str(year)]
        since = [a for a in about if a["metadata"]["published"] >= str(year)]
        if min(len(before), len(since)) >= FEWEST // 2:
            sides = (BEFORE[number % len(BEFORE)].format(year), SINCE[number % len(SINCE)].format(year))
            sample = [rng.sample(side, min(PER_SIDE, len(side))) for side in (before, since)]
            _opposed(task, f"year{number:02d}", topic, sides, sample[0], sample[1], rest)
    return task


def _opposed(
    task: Task,
    need: str,
    query: str,
    sides: tuple[str, str],
    originally: list[dict[str, Any]],
    changed: list[dict[str, Any]],
    others: list[dict[str, Any]],
) -> None:
    task.pools[need] = _keep(task, [*originally, *changed, *others], "authors", "published")
    relevant = ({str(a["_id"]) for a in originally}, {str(a["_id"]) for a in changed})
    task.add(need, query, sides, relevant)


def _published(metadata: dict[str, Any]) -> dict[str, Any]:
    month = MONTHS.index(metadata["month"]) + 1 if metadata.get("month") in MONTHS else 1
    return {"authors": metadata["authors"], "published": f"{metadata['year']}-{month:02d}"}


def _authors(articles: list[dict[str, Any]]) -> list[str]:
    """The most frequent ones whose surname is theirs alone."""
    counts = Counter(author for article in articles for author in article["metadata"]["authors"])
    surnames = Counter(author.split(",")[0] for author in counts)
    alone = [author for author, _ in counts.most_common() if surnames[author.split(",")[0]] == 1]
    return alone[:AUTHOR_NEEDS]


def _keep(task: Task, documents: list[dict[str, Any]], *given: str) -> list[str]:
    for document in documents:
        row = {"_id": str(document["_id"]), "title": document.get("title", ""), "text": document["text"]}
        fields = {name: document["metadata"][name] for name in given if name in document["metadata"]}
        task.corpus[row["_id"]] = row | ({"metadata": fields} if fields else {})
    return sorted({str(document["_id"]) for document in documents})


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


TASKS = {"reuters": reuters, "medquad": medquad, "condaqa": condaqa, "cacm": cacm}


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
