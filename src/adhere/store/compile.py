"""Our filters and formulas in the engine's words. Nothing is decided here: only translated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import qdrant_edge as engine

from adhere.schema import FieldType
from adhere.store.points import DOCUMENT, iso
from adhere.store.protocol import (
    And,
    Constant,
    Decay,
    Divide,
    Everything,
    Exp,
    Filter,
    Formula,
    Ids,
    Known,
    Ln,
    Match,
    Meaning,
    Negation,
    Or,
    Product,
    Range,
    Sum,
    Words,
)
from adhere.values import written

Names = Callable[[str], tuple[str, FieldType]]
"""From a field's name to its payload key and type."""
_LONG_AGO = iso(datetime(1, 1, 1, tzinfo=UTC))


def engine_filter(where: Filter, names: Names) -> engine.Filter:
    """The filter over points; `names` has been checked to know every field."""
    match where:
        case Everything():
            return engine.Filter()
        case And(parts):
            return engine.Filter(must=[engine_filter(part, names) for part in parts])
        case Or(parts):
            # An empty `should` would pass everything.
            return engine.Filter(should=[engine_filter(part, names) for part in parts]) if parts else _NOTHING
        case Negation(part):
            return engine.Filter(must_not=[engine_filter(part, names)])
        case Ids(documents):
            return among(documents)
        case Known(name):
            return engine.Filter(must_not=[engine.IsEmptyCondition(names(name)[0])])
        case Match(name, values):
            return _match(*names(name), values)
        case Range(name):
            if where.gt is where.gte is where.lt is where.lte is None:
                return engine_filter(Known(name), names)
            return engine.Filter(must=[_range(*names(name), where)])


def among(documents: frozenset[str]) -> engine.Filter:
    """All points of these documents."""
    if not documents:
        return _NOTHING
    return engine.Filter(must=[engine.FieldCondition(DOCUMENT, match=engine.MatchAny(list(documents)))])


def engine_formula(
    formula: Formula, meaning: Mapping[int, int], words: Mapping[int, int], names: Names
) -> engine.Formula:
    """The formula over prefetches: `meaning` and `words` say which prefetch scores which clause.

    A passage that a prefetch did not return scores 0 in it; a clause without a prefetch is 0 everywhere.
    """
    defaults: dict[str, object] = {f"$score[{n}]": 0.0 for n in (*meaning.values(), *words.values())}

    def translated(part: Formula) -> engine.Expression:
        match part:
            case Meaning(clause):
                return engine.Expression.Variable(f"$score[{meaning[clause]}]")
            case Words(clause) if clause not in words:
                return engine.Expression.Constant(0.0)
            case Words(clause):
                return engine.Expression.Variable(f"$score[{words[clause]}]")
            case Constant(value):
                return engine.Expression.Constant(value)
            case Sum(parts):
                return engine.Expression.Sum([translated(p) for p in parts])
            case Product(parts):
                return engine.Expression.Mult([translated(p) for p in parts])
            case Divide(left, right):
                return engine.Expression.Div(translated(left), translated(right), None)
            case Exp(part):
                return engine.Expression.Exp(translated(part))
            case Ln(part):
                return engine.Expression.Ln(translated(part))
            case Decay(name):
                key, _ = names(name)
                defaults[key] = _LONG_AGO
                return _decay(part, key)

    return engine.Formula(translated(formula), defaults)


_NOTHING = engine.Filter(must=[engine.HasIdCondition(set())])


def _match(key: str, type: FieldType, values: tuple[str | int | float | bool, ...]) -> engine.Filter:
    if not values:
        return _NOTHING
    if type == "number":
        floats = [float(value) for value in values]
        equal = [engine.FieldCondition(key, range=engine.RangeFloat(gte=f, lte=f)) for f in floats]
        return engine.Filter(should=list(equal))
    words = [value if isinstance(value, str) else written(value) for value in values]
    return engine.Filter(must=[engine.FieldCondition(key, match=engine.MatchAny(words))])


def _range(key: str, type: FieldType, where: Range) -> engine.FieldCondition:
    # Of two bounds on one side the engine heeds only one, so it is given the tighter.
    bounds: dict[str, Any] = {}
    if where.gt is not None and (where.gte is None or where.gt >= where.gte):  # type: ignore[operator]
        bounds["gt"] = where.gt
    elif where.gte is not None:
        bounds["gte"] = where.gte
    if where.lt is not None and (where.lte is None or where.lt <= where.lte):  # type: ignore[operator]
        bounds["lt"] = where.lt
    elif where.lte is not None:
        bounds["lte"] = where.lte
    if type == "date":
        dates = {side: iso(bound) for side, bound in bounds.items()}
        return engine.FieldCondition(key, range=engine.RangeDateTime(**dates))
    numbers = {side: float(bound) for side, bound in bounds.items()}
    return engine.FieldCondition(key, range=engine.RangeFloat(**numbers))


def _decay(decay: Decay, key: str) -> engine.Expression:
    origin = engine.Expression.Datetime(iso(decay.origin))
    # The engine's decay looks both ways; a date after the origin is moved onto it.
    age = engine.Expression.Min([engine.Expression.DatetimeKey(key), origin])
    halved = engine.Expression.Decay(
        engine.DecayKind.Exp, age, origin, midpoint=0.5, scale=decay.half_life_days * 86_400
    )
    known = engine.Expression.Condition(engine.Filter(must_not=[engine.IsEmptyCondition(key)]))
    return engine.Expression.Mult([known, halved])
