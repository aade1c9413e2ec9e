"""What an evaluation prints: the JSON of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adhere.evaluate.run import Result, Row
from adhere.evaluate.statistics import estimate


def results_to_json(results: Sequence[Result], *, seed: int = 0) -> dict[str, Any]:
    """{"benchmarks": [{"name", "needs", "systems": [{"name", "measures", "missing", "tied"}]}]}

    A measure is {"value", "low", "high", "n"} with its 95% interval over needs; without a case the three
    are null and n is 0.
    """
    return {
        "benchmarks": [
            {
                "name": result.benchmark,
                "needs": result.needs,
                "systems": [_system(row, seed) for row in result.rows],
            }
            for result in results
        ]
    }


def _system(row: Row, seed: int) -> dict[str, Any]:
    measures = {}
    for measure, values in row.values.items():
        found = estimate(values, seed=seed)
        measures[measure] = {"value": found.value, "low": found.low, "high": found.high, "n": found.n}
    return {"name": row.system, "measures": measures, "missing": row.missing, "tied": row.tied}
