"""The judged needs by the whole engine under other taggers, and with the instruction read whole.

    python benchmarks/judged_taggers.py --data DIR --taggers FOLDER[,FOLDER...]

FOLDER is one that `python -m adhere.train.ship` wrote. The last row gives the same judge the whole
instruction as one want. Development figures, x100.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from adhere.evaluate.benchmark import Benchmark
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.statistics import estimate
from adhere.need import About, Criteria, Criterion, Parsed
from adhere.parse.protocol import Parser
from adhere.parse.tagger import PACKAGED, TaggerParser
from adhere.schema import Schema
from adhere.search.engine import Engine
from development import MEASURES, arguments, corpora


@dataclass(frozen=True, slots=True)
class Whole:
    """A parser that takes nothing apart."""

    inner: Parser
    name: str = "whole"

    def parse(
        self, instruction: str, *, query: str = "", schema: Schema | None = None, now: datetime
    ) -> Parsed:
        parsed = self.inner.parse(instruction, query=query, schema=schema, now=now)
        return replace(parsed, criteria=Criteria((Criterion("want", About(instruction)),)))


def main() -> None:
    options = arguments(__doc__, "--taggers")
    folders = options.taggers.split(",") if options.taggers else [str(PACKAGED)]
    parsers: dict[str, Parser] = {folder: TaggerParser(folder) for folder in folders}
    parsers["the whole instruction"] = Whole(TaggerParser())
    judged = list(corpora(options.data).values())
    print("| | " + " | ".join(MEASURES) + " |\n" + "|---" * (len(MEASURES) + 1) + "|")
    for name, parser in parsers.items():
        found = " | ".join(f"{value:.1f}" for value in figures(judged, parser))
        print(f"| {name} | {found} |", flush=True)


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
