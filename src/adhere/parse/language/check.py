"""Criteria against a schema, before any engine is asked: engines stay silent about what they do not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import combinations
from typing import Any as AnyValue

from packaging.version import InvalidVersion, Version

from adhere.errors import CriteriaError, SchemaError
from adhere.form import FEATURES
from adhere.need import (
    All,
    Any,
    Criteria,
    Criterion,
    Expression,
    Field,
    Form,
    Mentions,
    Not,
    Note,
    Scalar,
    Time,
)
from adhere.parse.language.english import says
from adhere.parse.language.write import write_expression, write_value
from adhere.schema import FieldInfo, FieldType, Schema
from adhere.words import tokens

_ORDERED: frozenset[FieldType] = frozenset({"number", "version", "date"})
_WRITTEN: dict[FieldType, str] = {
    "keyword": 'a "string"',
    "number": "a number",
    "version": 'a version such as v"3.10"',
    "date": 'a date such as d"2020-01-01"',
    "boolean": "true or false",
}


def check(criteria: Criteria, schema: Schema) -> Criteria:
    """The same criteria with values of the types of their fields ("3.10" on a version field becomes v"3.10").

    Errors  SchemaError for an unknown field or form (the nearest names are listed), an operator that the
            type does not have, or a value of another type; CriteriaError for what asks nothing
    """
    return Criteria(
        tuple(
            replace(
                criterion,
                what=_checked(criterion.what, schema),
                unless=None if criterion.unless is None else _checked(criterion.unless, schema),
            )
            for criterion in criteria
        )
    )


def contradictions(criteria: Criteria) -> tuple[Note, ...]:
    """What no document can satisfy: the same thing wanted and avoided, or bounds with nothing between."""
    hard = [criterion for criterion in criteria if criterion.hard and criterion.unless is None]
    return (*_opposed(hard), *_empty_ranges(hard))


def unheard(criteria: Criteria, schema: Schema) -> tuple[Note, ...]:
    """What a rule asks of a field and no document of the store has, alone or together with another rule."""
    rules = [(one, one.what) for one in criteria if one.hard and one.unless is None]
    equal = [(rule, what) for rule, what in rules if isinstance(what, Field) and what.op in ("=", "in")]
    return (*_unknown_values(equal, schema), *_torn(equal, schema))


def _unknown_values(rules: Sequence[tuple[Criterion, Field]], schema: Schema) -> Iterator[Note]:
    for rule, what in rules:
        info = schema[what.name]
        if info.type == "keyword" and info.complete:
            known = {str(value).casefold(): str(value) for value in info.values}
            for value in sorted(_values(what) - set(known.values())):
                near = get_close_matches(value.casefold(), known, n=1)
                hint = f"; did you mean {known[near[0]]!r}?" if near else ""
                yield Note(rule.span, f"no document has {what.name} {value!r}{hint}")


def _torn(rules: Sequence[tuple[Criterion, Field]], schema: Schema) -> Iterator[Note]:
    """Two wants of a field with one value per document that share no value."""
    for (first, one), (second, other) in combinations(rules, 2):
        wanted = first.polarity == second.polarity == "want" and one.name == other.name
        if wanted and not schema[one.name].is_list and not _values(one) & _values(other):
            yield Note(
                second.span, f"no document can meet both {says(one)} and {says(other)}: it has one {one.name}"
            )


def _values(what: Field) -> set[str]:
    return {str(value) for value in (what.value if isinstance(what.value, tuple) else (what.value,))}


def _checked(expression: Expression, schema: Schema) -> Expression:
    match expression:
        case All(()) | Any(()):
            raise CriteriaError(f"{write_expression(expression)} asks nothing. Put a condition into it.")
        case Mentions(phrase) if not tokens(phrase):
            raise CriteriaError(f"{write_expression(expression)} names no word to look for.")
        case All(parts):
            return All(tuple(_checked(part, schema) for part in parts))
        case Any(parts):
            return Any(tuple(_checked(part, schema) for part in parts))
        case Not(part):
            return Not(_checked(part, schema))
        case Field(name):
            if name not in schema:
                raise SchemaError(f"There is no field {name!r}. {_nearest(name, schema.fields)}")
            return replace(expression, value=_fitting(expression, schema[name].type, schema[name]))
        case Form(feature):
            if feature not in FEATURES:
                raise SchemaError(f"There is no form {feature!r}. {_nearest(feature, FEATURES)}")
            value = _fitting(expression, FEATURES[feature], None)
            assert not isinstance(value, tuple)
            return replace(expression, value=value)
        case _:
            return expression


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(name.casefold(), names, n=3, cutoff=0.5)
    return (f"Did you mean {' or '.join(near)}? " if near else "") + f"Known: {', '.join(names) or 'none'}."


def _fitting(asked: Field | Form, type_: FieldType, info: FieldInfo | None) -> Scalar | tuple[Scalar, ...]:
    shown = write_expression(asked)
    if asked.op in ("<", "<=", ">", ">=") and type_ not in _ORDERED:
        raise SchemaError(f"{shown}: a {type_} has no order, so {asked.op!r} cannot be asked. Use = or in.")
    if isinstance(asked.value, tuple) != (asked.op == "in"):
        raise SchemaError(f"{shown}: 'in' takes a [list], every other operator one value.")
    if isinstance(asked.value, tuple):
        return tuple(_typed(value, type_, shown, info) for value in asked.value)
    return _typed(asked.value, type_, shown, info)


def _typed(value: Scalar, type_: FieldType, shown: str, info: FieldInfo | None) -> Scalar:
    try:
        match type_, value:
            case ("keyword", str()) | ("boolean", bool()) | ("date", datetime()) | ("version", Version()):
                return value
            case "number", int() | float() if not isinstance(value, bool):
                return value
            case "version", str():
                return Version(value)
            case "date", str():
                at = datetime.fromisoformat(value)
                return at if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, InvalidVersion):
        pass  # said below, with what the field holds
    examples = ", ".join(list(info.values)[:3]) if info else ""
    raise SchemaError(
        f"{shown}: it holds {_WRITTEN[type_]}, not {write_value(value)}."
        + (f" Values there: {examples}." if examples else "")
    )


def _opposed(hard: list[Criterion]) -> Iterator[Note]:
    wanted = {criterion.what for criterion in hard if criterion.polarity == "want"}
    for criterion in hard:
        if criterion.polarity == "avoid" and criterion.what in wanted:
            yield Note(criterion.span, f"contradiction: wanted and avoided at once: {says(criterion.what)}")


def _empty_ranges(hard: list[Criterion]) -> Iterator[Note]:
    """Bounds of one name over all hard wants together; on a field with several values each may fit one."""
    lows: dict[tuple[str, type], Bound] = {}
    highs: dict[tuple[str, type], Bound] = {}
    for criterion in hard:
        if criterion.polarity != "want":
            continue
        for key, low, high in _bounds(criterion.what):
            if low is not None:
                lows[key] = max(lows.get(key, low), low)
            if high is not None:
                highs[key] = min(highs.get(key, high), high)
            if key in lows and key in highs and _nothing_between(lows[key], highs[key]):
                yield Note(criterion.span, f"contradiction: no value of {key[0]} lies within all bounds")
        if isinstance(criterion.what, Field) and criterion.what.value == ():
            yield Note(
                criterion.span, f"contradiction: {criterion.what.name} is asked to be in an empty list"
            )


Bound = tuple[AnyValue, bool]
"""A value, and for a lower bound whether it is left out, for an upper one whether it is let in: so the
tighter of two bounds is max() of lower and min() of upper ones."""


def _bounds(expression: Expression) -> Iterator[tuple[tuple[str, type], Bound | None, Bound | None]]:
    match expression:
        case All(parts):
            for part in parts:
                yield from _bounds(part)
        case Time(start, end):
            yield (
                ("time", datetime),
                None if start is None else (start, False),
                None if end is None else (end, False),
            )
        case Field(name, op, value) | Form(name, op, value) if not isinstance(value, tuple | str | bool):
            key = (name, float if isinstance(value, int | float) else type(value))
            yield (
                key,
                (value, op == ">") if op in (">", ">=", "=") else None,
                (value, op != "<") if op in ("<", "<=", "=") else None,
            )


def _nothing_between(low: Bound, high: Bound) -> bool:
    return bool(low[0] > high[0]) or (bool(low[0] == high[0]) and (low[1] or not high[1]))
