"""Retrieval over whole corpora under an instruction, with truth by program: does the right page come up?

    python benchmarks/retrieval.py --data DIR --work DIR [--only peps,reuters,...] [--needs 75]

Needs are made by retrieval_needs.py. Four ways to search one and the same store:

    plain              the query; the instruction is left out
    concatenated       query and instruction in one text
    fetch 100, filter  the first 100 of plain, judged and filtered by the engine's own criteria
    fetch 1000, filter the same of the first 1,000
    adhere             the engine: what a program decides filters before anything is scored

The store is built in WORK on the first run and kept; answers are kept in WORK/retrieval.jsonl, so that a
killed run goes on (start with an empty WORK after a change of the engine). Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adhere.evaluate.benchmark import Benchmark, Query
from adhere.evaluate.journal import Journal
from adhere.evaluate.judgements import Judgements
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.report import in_words, results_to_json
from adhere.evaluate.run import evaluate
from adhere.need import Answer, Document, Need, conditions
from adhere.render import concatenated
from adhere.search.engine import Engine
from retrieval_needs import Exam, Row, medquad_exam, pep_exam, reuters_exam
from stores import ROWS, documents, opened

K = 100
MEASURES = ("recall@100", "nDCG@10")
Search = Callable[[Engine, Need, int], Answer]
EXAMS: dict[str, Callable[[Sequence[Row], int], Exam]] = {
    "peps": pep_exam,
    "reuters": reuters_exam,
    "reuters-unplaced": reuters_exam,
    "medquad": medquad_exam,
}
SAYS = {
    "peps": "PEPs by topic, status, author and year",
    "reuters": "Reuters stories by topic, place and day; places are a field",
    "reuters-unplaced": "The same needs; places are not a field, and have to be read from the story",
    "medquad": "Medical answers by disease and type of question; neither is a field",
}


def plain(engine: Engine, need: Need, k: int) -> Answer:
    return engine.search(need.query, k=k)


def glued(engine: Engine, need: Need, k: int) -> Answer:
    return engine.search(concatenated(need.query, need.instruction), k=k)


def fetch(depth: int) -> Search:
    def search(engine: Engine, need: Need, k: int) -> Answer:
        found = plain(engine, need, depth).ids
        return engine.search(need.query, need.instruction, k=k, only=found)

    return search


def instructed(engine: Engine, need: Need, k: int) -> Answer:
    return engine.search(need.query, need.instruction, k=k)


SEARCHES: dict[str, Search] = {
    "plain": plain,
    "concatenated": glued,
    "fetch 100, filter": fetch(100),
    "fetch 1000, filter": fetch(1000),
    "adhere": instructed,
}


@dataclass(frozen=True)
class Searched:
    """One way to search a store, as a system under test."""

    name: str
    engine: Engine
    search: Search

    def index(self, _: Sequence[Document]) -> None:
        """The store is there already."""

    def rank(self, query: Query, _: Sequence[str] | None) -> dict[str, float]:
        return {hit.document.id: hit.score for hit in self.search(self.engine, query.need, K).hits}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default=",".join(EXAMS), help="corpora, separated by commas")
    parser.add_argument("--needs", type=int, default=75, help="needs per corpus")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("--data DIR (or ADHERE_DATA) is the folder that holds bench/ and corpora/")
    arguments.work.mkdir(parents=True, exist_ok=True)
    journal = Journal(arguments.work / "retrieval.jsonl")
    for name in arguments.only.split(","):
        with ExitStack() as stack:
            engine = stack.enter_context(opened(name, arguments.data, arguments.work))
            rows = list(ROWS[name.removesuffix("-unplaced")](arguments.data))
            exam = EXAMS[name](rows, arguments.needs)
            print(_table(name, measured(name, arguments.data, engine, exam, journal), nones(engine, exam)))


def measured(name: str, data: Path, engine: Engine, exam: Exam, journal: Journal) -> dict[str, Any]:
    """The needs that have an answer, by every search."""
    bench = Benchmark(
        name,
        documents(name, data),
        tuple(Query(need, Need(*asked)) for need, asked in exam.queries.items()),
        Judgements({need: dict.fromkeys(right, 1) for need, right in exam.relevant.items()}),
    )
    systems = [Searched(way, engine, search) for way, search in SEARCHES.items()]
    measures = [parse_measure(measure) for measure in MEASURES]
    results = evaluate([bench], systems, measures=measures, journal=journal, progress=_tell)
    found: dict[str, Any] = results_to_json(results)["benchmarks"][0]
    return found


def nones(engine: Engine, exam: Exam) -> dict[str, tuple[float, float]]:
    """Of the needs without an answer, by search: the share answered with none, and with none for the right
    reason: every criterion that empties the answer is one of those that rule everything out."""
    shares = {}
    for way, search in SEARCHES.items():
        empty = named = 0
        for query, instruction, ruling in exam.none.values():
            answer = search(engine, Need(query, instruction), 10)
            empty += not answer.hits
            named += not answer.hits and ruling <= _removing(answer, engine)
        if exam.none:
            shares[way] = (empty / len(exam.none), named / len(exam.none))
    return shares


def _removing(answer: Answer, engine: Engine) -> set[str]:
    """Fields whose criteria removed documents."""
    criteria = dict(answer.criteria.named())
    return {
        getattr(leaf, "name", engine.schema.time_field)
        for each in answer.removed
        if each.violated + each.unknown
        for leaf in conditions(criteria[each.criterion].what)
    }


def _table(name: str, found: Mapping[str, Any], shares: Mapping[str, tuple[float, float]]) -> str:
    heads = [*MEASURES, *(("answered none", "with the reason") if shares else ())]
    more = f", and {found['needs'] // 4} more without an answer" if shares else ""
    lines = [
        f"**{SAYS[name]}**: {found['needs']} needs{more}",
        "",
        "| | " + " | ".join(heads) + " |",
        "|---" * (len(heads) + 1) + "|",
    ]
    for system in found["systems"]:
        cells = [in_words(measure) for measure in system["measures"].values()]
        share = shares.get(system["name"], ())
        cells += [f"{100 * part:.0f}" for part in share] or [""] * (2 if shares else 0)
        lines.append(f"| {system['name']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _tell(what: str, done: int, total: int) -> None:
    print(f"\r{what} {done}/{total} ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
