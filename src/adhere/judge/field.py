"""Judge of metadata: does a field of the document compare to the value?"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from packaging.version import Version

from adhere.encode.protocol import Candidate
from adhere.judge.protocol import Question
from adhere.need import Condition, Field, FieldEvidence, Judgement, Kind, Scalar
from adhere.schema import Schema
from adhere.values import later, typed, values_at, version

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class FieldJudge:
    """Reads the document's own fields, with the types of the schema; no value of the type is unknown."""

    name = "field"
    kinds: frozenset[Kind] = frozenset({"field"})

    def __init__(self, schema: Callable[[], Schema]) -> None:
        self.schema = schema

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        """One row per candidate, one judgement per condition."""
        schema = self.schema()
        return [
            [self._one(condition, candidate.document.fields, schema) for condition in question.conditions]
            for candidate in candidates
        ]

    def _one(self, condition: Condition, fields: Mapping[str, Any], schema: Schema) -> Judgement:
        assert isinstance(condition, Field)
        raw = values_at(fields, condition.name)
        found = typed(schema[condition.name], raw)
        evidence = FieldEvidence(condition.name, raw)
        if not found:
            return Judgement(None, evidence, self.name)
        wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        holds = any(compares(condition.op, value, one) for value in found for one in wanted)
        return Judgement(float(holds), evidence, self.name)


def compares(op: str, value: Scalar, wanted: Scalar) -> bool:
    """One typed value against one wanted value; `in` is = against each.

    A wanted date without a time of day stands for that whole day; versions compare as versions.
    """
    op = "=" if op == "in" else op
    if isinstance(wanted, Version):
        spelled = version(str(value))
        return spelled is not None and COMPARE[op](spelled, wanted)
    if isinstance(value, datetime) and isinstance(wanted, datetime) and is_day(wanted):
        end = later(wanted, timedelta(days=1))
        match op:
            case "=":
                return wanted <= value and (end is None or value < end)
            case ">":
                return end is not None and value >= end
            case "<=":
                return end is None or value < end
    return bool(COMPARE[op](value, wanted))


def is_day(instant: datetime) -> bool:
    """Whether a date was written without a time of day."""
    return instant.time() == datetime.min.time()
