"""Criteria to JSON and back, for callers that are not people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any as Json

from packaging.version import InvalidVersion, Version

from adhere.errors import CriteriaError
from adhere.need import (
    POLARITIES,
    About,
    All,
    Any,
    AsOf,
    Criteria,
    Criterion,
    Expression,
    Field,
    Form,
    Mentions,
    Not,
    Recent,
    Relation,
    Scalar,
    Time,
)
from adhere.parse.language.write import date_text


def to_json(criteria: Criteria) -> list[dict[str, Json]]:
    """One object per criterion; dates and versions are `{"date": ...}` and `{"version": ...}`."""
    return [
        {
            "polarity": criterion.polarity,
            "assumed": criterion.assumed,
            "what": _expression_to_json(criterion.what),
            "unless": None if criterion.unless is None else _expression_to_json(criterion.unless),
            "span": None if criterion.span is None else list(criterion.span),
            "confidence": criterion.confidence,
            "question": criterion.question,
            "source": criterion.source,
        }
        for criterion in criteria
    ]


def from_json(value: Sequence[Mapping[str, Json]]) -> Criteria:
    """The criteria of such a list; only polarity and what are required.

    Errors  CriteriaError that names the part which is missing or malformed
    """
    try:
        return Criteria(tuple(_criterion(item) for item in value))
    except (KeyError, TypeError, ValueError, AttributeError, InvalidVersion) as error:
        raise CriteriaError(
            f"Criteria JSON is malformed ({type(error).__name__}: {error}). Expected a list of objects with "
            "polarity and what, as to_json writes them."
        ) from error


def _criterion(item: Mapping[str, Json]) -> Criterion:
    if item["polarity"] not in POLARITIES:
        raise CriteriaError(f"Unknown polarity {item['polarity']!r}; known: {', '.join(POLARITIES)}.")
    unless, span = item.get("unless"), item.get("span")
    return Criterion(
        item["polarity"],
        _expression_from_json(item["what"]),
        None if unless is None else _expression_from_json(unless),
        bool(item.get("assumed", False)),
        span=None if span is None else (int(span[0]), int(span[1])),
        confidence=float(item.get("confidence", 1.0)),
        question=str(item.get("question", "")),
        source=item.get("source", "given"),
    )


def _expression_to_json(expression: Expression) -> dict[str, Json]:
    match expression:
        case All(parts):
            return {"all": [_expression_to_json(part) for part in parts]}
        case Any(parts):
            return {"any": [_expression_to_json(part) for part in parts]}
        case Not(part):
            return {"not": _expression_to_json(part)}
        case About(text) | Mentions(text) | Relation(text):
            return {"kind": expression.kind, "text": text}
        case Field(name, op, value) | Form(name, op, value):
            return {"kind": expression.kind, "name": name, "op": op, "value": _value_to_json(value)}
        case Time(start, end):
            return {
                "kind": "time",
                "from": None if start is None else date_text(start),
                "before": None if end is None else date_text(end),
            }
        case AsOf(instant):
            return {"kind": "time", "as_of": date_text(instant)}
        case Recent(half_life_days):
            return {"kind": "time", "half_life_days": half_life_days}


def _expression_from_json(item: Mapping[str, Json]) -> Expression:
    match item:
        case {"all": parts}:
            return All(tuple(map(_expression_from_json, parts)))
        case {"any": parts}:
            return Any(tuple(map(_expression_from_json, parts)))
        case {"not": part}:
            return Not(_expression_from_json(part))
        case {"kind": "about", "text": str(text)}:
            return About(text)
        case {"kind": "mentions", "text": str(text)}:
            return Mentions(text)
        case {"kind": "relation", "text": str(text)}:
            return Relation(text)
        case {
            "kind": "field",
            "name": str(name),
            "op": "=" | "in" | "<" | "<=" | ">" | ">=" as op,
            "value": v,
        }:
            return Field(name, op, _value_from_json(v))
        case {
            "kind": "form",
            "name": str(name),
            "op": "=" | "in" | "<" | "<=" | ">" | ">=" as op,
            "value": v,
        }:
            return Form(name, op, _scalar_from_json(v))
        case {"kind": "time", "as_of": str(instant)}:
            return AsOf(_date(instant))
        case {"kind": "time", "half_life_days": days}:
            return Recent(float(days))
        case {"kind": "time"}:
            start, end = item.get("from"), item.get("before")
            return Time(None if start is None else _date(start), None if end is None else _date(end))
    raise CriteriaError(f"No such condition in criteria JSON: {dict(item)!r}.")


def _value_to_json(value: Scalar | tuple[Scalar, ...]) -> Json:
    match value:
        case tuple():
            return [_value_to_json(part) for part in value]
        case datetime():
            return {"date": date_text(value)}
        case Version():
            return {"version": str(value)}
        case _:
            return value


def _value_from_json(value: Json) -> Scalar | tuple[Scalar, ...]:
    return tuple(map(_scalar_from_json, value)) if isinstance(value, list) else _scalar_from_json(value)


def _scalar_from_json(value: Json) -> Scalar:
    match value:
        case {"date": str(text)}:
            return _date(text)
        case {"version": str(text)}:
            return Version(text)
        case str() | bool() | int() | float():
            return value
    raise CriteriaError(f"No such value in criteria JSON: {value!r}.")


def _date(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
