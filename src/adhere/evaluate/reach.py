"""Did the instruction reach the model? A system that never sees it has p-MRR 0 and looks neutral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adhere.evaluate.benchmark import Benchmark, Query
from adhere.evaluate.systems.protocol import System

PROBES = (
    "Only documents about money, prices and budgets are relevant.",
    "Only documents that name animals or plants are relevant; nothing on technology.",
)
QUERIES = 5


def instruction_reaches(
    system: System, benchmark: Benchmark, *, candidates: Sequence[str] = (), indexed: bool = False
) -> bool:
    """Whether two different instructions change any score of a system, on the first few queries.

    The system is given the documents first, unless it is `indexed` already.

    The probes are strangers to every benchmark, and the query and its documents stay the same: an equal
    answer to both means that the instruction was dropped on the way.
    """
    if not indexed:
        system.index(benchmark.documents)
    for query in benchmark.queries[:QUERIES]:
        pool = candidates or benchmark.candidates.get(query.id)
        answers = [system.rank(_instructed(query, probe), pool) for probe in PROBES]
        if answers[0] != answers[1]:
            return True
    return False


def _instructed(query: Query, instruction: str) -> Query:
    return replace(query, need=replace(query.need, instruction=instruction))
