"""The judged needs by the whole engine under other taggers, read by people, and with the instruction whole.

    python benchmarks/judged_taggers.py --data DIR [--taggers FOLDER[,FOLDER...]]

FOLDER is one that `python -m adhere.train.ship` wrote; without any the served one is asked. Two rows take the
criteria that careful readers wrote down for each instruction (labels/judged_development.jsonl): what a better
parser could gain. The last but one gives the same judge the whole instruction as one want, the last nothing
of it. Development figures, x100.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from adhere.evaluate.benchmark import Benchmark
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.statistics import estimate
from adhere.need import About, Criteria, Criterion, Parsed
from adhere.parse.language import read
from adhere.parse.protocol import Parser
from adhere.parse.tagger import TaggerParser
from adhere.schema import Schema
from adhere.search.engine import Engine
from development import MEASURES, arguments, corpora

LABELS = Path(__file__).parent.parent / "labels" / "judged_development.jsonl"


@dataclass(frozen=True, slots=True)
class Other:
    """A parser that makes other criteria of an instruction than the tagger would."""

    inner: Parser
    criteria: Callable[[str], Criteria]
    name: str = "other"

    def parse(
        self, instruction: str, *, query: str = "", schema: Schema | None = None, now: datetime
    ) -> Parsed:
        parsed = self.inner.parse(instruction, query=query, schema=schema, now=now)
        return replace(parsed, criteria=self.criteria(instruction))


def main() -> None:
    options = arguments(__doc__, "--taggers")
    folders = options.taggers.split(",") if options.taggers else []
    judged = list(corpora(options.data).values())
    served = TaggerParser()
    parsers: dict[str, Parser] = {"served": served} if not folders else {}
    parsers |= {folder: TaggerParser(folder) for folder in folders}
    for reader, key in (("a careful reader", "criteria"), ("another", "again")):
        if known := written(judged, key):
            parsers[reader] = Other(served, known.__getitem__)
    parsers["the whole instruction"] = Other(served, lambda text: Criteria((Criterion("want", About(text)),)))
    parsers["without the instruction"] = Other(served, lambda _: Criteria(()))
    print("| | " + " | ".join(MEASURES) + " |\n" + "|---" * (len(MEASURES) + 1) + "|")
    for name, parser in parsers.items():
        found = " | ".join(f"{value:.1f}" for value in figures(judged, parser))
        print(f"| {name} | {found} |", flush=True)


def written(judged: list[tuple[Benchmark, Engine]], key: str) -> dict[str, Criteria]:
    """What a reader made of every judged instruction; nothing for other needs than bench/judged."""
    rows = map(json.loads, LABELS.read_text(encoding="utf-8").splitlines())
    criteria = {row["id"]: read(row[key]) for row in rows}
    needs = [query for bench, _ in judged for query in bench.queries if query.need.instruction]
    if not all(query.id in criteria for query in needs):
        return {}
    return {query.need.instruction: criteria[query.id] for query in needs}


def figures(judged: list[tuple[Benchmark, Engine]], parser: Parser) -> Iterator[float]:
    """One value per measure, over all needs."""
    runs = []
    for bench, engine in judged:
        engine.parser = parser
        asked = ((one.id, one.need, bench.candidates[one.id]) for one in bench.queries)
        runs.append({name: engine.rank(need.query, need.instruction, ids) for name, need, ids in asked})
    for measure in map(parse_measure, MEASURES):
        values = {
            f"{bench.name}/{case}": value
            for (bench, _), run in zip(judged, runs, strict=True)
            for case, value in measure.values(bench.judgements, run).items()
        }
        yield 100 * (estimate(values).value or 0.0)


if __name__ == "__main__":
    main()
