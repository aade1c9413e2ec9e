"""What an evaluation prints: the JSON of the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adhere.evaluate.run import Result, Row
from adhere.evaluate.statistics import difference, estimate

BLIND = "blind"
"""The system that the others are compared with: the instruction is worth what is gained over it."""


def results_to_json(results: Sequence[Result], *, seed: int = 0) -> dict[str, Any]:
    """{"benchmarks": [{"name", "needs", "systems": [{"name", "measures", "missing", "tied", "over_blind"}]}]}

    A measure is {"value", "low", "high", "n"} with its 95% interval over needs; without a case the three
    are null and n is 0. `over_blind` is how much it is above the row named blind, where there is one: by
    measure {"value", "low", "high", "p"}, a paired bootstrap over the same needs. A measure that blind has
    no cases of, such as how well the instruction was read, is not in it. Below `statistics.LEAST` needs low,
    high and p are null.
    """
    return {
        "benchmarks": [
            {
                "name": result.benchmark,
                "needs": result.needs,
                "systems": [_system(row, _named(result, BLIND), result.groups, seed) for row in result.rows],
            }
            for result in results
        ]
    }


def in_words(found: Mapping[str, Any], *, star: bool = False, interval: bool = True) -> str:
    """A measure x100 with its 95% interval, as in "70* [64, 75]"; below `statistics.LEAST` needs it has no
    interval, and without a case it is "-"."""
    if found["value"] is None:
        return "-"
    value, *ends = (_x100(found[key]) for key in ("value", "low", "high") if found[key] is not None)
    return f"{value}{'*' if star else ''}{f' {ends}' if ends and interval else ''}"


def sure(over: Mapping[str, Any] | None) -> bool:
    """Whether the interval of a difference leaves out 0; one without an interval is not sure."""
    if over is None or over["low"] is None:
        return False
    return bool(over["low"] > 0 or over["high"] < 0)


def _x100(share: float) -> int:
    return round(100 * share)  # a whole number: no "-0"


def _named(result: Result, system: str) -> Row | None:
    return next((row for row in result.rows if row.system == system), None)


def _system(row: Row, blind: Row | None, groups: Mapping[str, str], seed: int) -> dict[str, Any]:
    measures = {}
    for measure, values in row.values.items():
        found = estimate(values, groups=groups, seed=seed)
        measures[measure] = {"value": found.value, "low": found.low, "high": found.high, "n": found.n}
    return {
        "name": row.system,
        "measures": measures,
        "missing": row.missing,
        "tied": row.tied,
        "over_blind": _differences(row, blind, groups, seed) if blind and blind is not row else {},
    }


def _differences(row: Row, blind: Row, groups: Mapping[str, str], seed: int) -> dict[str, Any]:
    found = {
        measure: difference(values, blind.values[measure], groups=groups, seed=seed)
        for measure, values in row.values.items()
        if values and set(values) == set(blind.values.get(measure, ()))
    }
    return {
        measure: {"value": each.value, "low": each.low, "high": each.high, "p": each.p}
        for measure, each in found.items()
    }
