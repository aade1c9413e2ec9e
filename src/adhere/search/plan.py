"""Criteria to store filters: what is kept, and what each criterion takes away.

Logic over documents is three-valued (Kleene): a condition holds, fails, or is unknown. A store filter is
two-valued, so every expression compiles to two filters: the documents where it `holds`, and those where
it `fails`. A hard want keeps what holds; a hard avoid removes what holds. What is unknown is neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from packaging.version import Version

from adhere.errors import NotYet, SchemaError
from adhere.judge.field import compares, is_day
from adhere.judge.logic import effective
from adhere.need import (
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
    Relation,
    Scalar,
    Time,
)
from adhere.schema import FieldInfo, Schema
from adhere.store.protocol import (
    FORM,
    TIME,
    And,
    Filter,
    Ids,
    Known,
    Match,
    Negation,
    Or,
    Range,
    Store,
)
from adhere.values import beyond_exact, later


@dataclass(frozen=True, slots=True)
class Sieve:
    """One hard, exact criterion as filters over the store."""

    id: str
    criterion: Criterion
    holds: Filter
    fails: Filter

    @property
    def keeps(self) -> Filter:
        """Documents that this criterion lets through."""
        return self.holds if self.criterion.polarity == "want" else Negation(self.holds)


class Compiler:
    """Compiles expressions for one store; looks up each mentioned phrase once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._mentioning: dict[str, Ids] = {}

    def sieves(self, criteria: Criteria) -> list[Sieve]:
        """One sieve per hard, exact criterion, in order."""
        compiled = []
        for identifier, criterion in criteria.named():
            if criterion.hard and criterion.exact:
                expression = effective(criterion)
                compiled.append(Sieve(identifier, criterion, self.holds(expression), self.fails(expression)))
        return compiled

    def holds(self, expression: Expression) -> Filter:
        """Documents where the expression is true."""
        match expression:
            case All(parts):
                return And(tuple(self.holds(part) for part in parts))
            case Any(parts):
                return Or(tuple(self.holds(part) for part in parts))
            case Not(part):
                return self.fails(part)
            case Mentions(phrase):
                return self._ids(phrase)
            case Field() | Time() | AsOf() | Form():
                return self._leaf(expression)[1]
            case Relation(text):
                raise NotYet(
                    f"relation({text!r}) needs joined tables, which are not built yet. "
                    "Remove the criterion, or make it soft (prefer) to see it listed as not enforced."
                )
            case _:
                raise SchemaError(
                    f"{expression.kind} is judged with a probability and cannot filter: {expression}"
                )

    def fails(self, expression: Expression) -> Filter:
        """Documents where the expression is false, which is less than 'not true'."""
        match expression:
            case All(parts):
                return Or(tuple(self.fails(part) for part in parts))
            case Any(parts):
                return And(tuple(self.fails(part) for part in parts))
            case Not(part):
                return self.holds(part)
            case Field() | Time() | AsOf() | Form():
                known, holds = self._leaf(expression)
                return And((known, Negation(holds)))
            case _:
                return Negation(self.holds(expression))

    def _ids(self, phrase: str) -> Ids:
        if phrase not in self._mentioning:
            self._mentioning[phrase] = Ids(frozenset(self.store.mentioning(phrase)))
        return self._mentioning[phrase]

    def _leaf(self, leaf: Field | Time | AsOf | Form) -> tuple[Filter, Filter]:
        match leaf:
            case Field():
                return Known(leaf.name), field_filter(leaf, self.store.schema)
            case Time(start, end):
                return Known(TIME), Range(TIME, gte=start, lt=end)
            case AsOf(instant):
                gone = Ids(frozenset(self.store.superseded(instant)))
                return Known(TIME), And((Range(TIME, lte=instant), Negation(gone)))
            case Form(feature, op, value):
                name = FORM + feature
                if isinstance(value, int | float) and not isinstance(value, bool):
                    return Known(name), _interval(name, op, value)
                return Known(name), Match(name, (_plain(value),))


def field_filter(leaf: Field, schema: Schema) -> Filter:
    """Documents whose field compares to the value.

    Errors  SchemaError for a field that the store does not have, or a comparison that it cannot make exactly
    """
    if leaf.name not in schema:
        known = ", ".join(sorted(schema.fields)) or "none"
        raise SchemaError(f"There is no field {leaf.name!r} in this store. Its fields are: {known}.")
    info = schema[leaf.name]
    if leaf.op == "in":
        values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        return Or(tuple(field_filter(Field(leaf.name, "=", value), schema) for value in values))
    if isinstance(leaf.value, tuple):
        raise SchemaError(
            f"{leaf.name} {leaf.op} takes one value, found a list of {len(leaf.value)}. Use `in`."
        )
    if info.type == "version":
        return _versions(leaf, info)
    if info.type == "date" and isinstance(leaf.value, datetime):
        return _instant(leaf.name, leaf.op, leaf.value)
    if info.type == "number" and isinstance(leaf.value, int | float):
        if leaf.op == "=" and beyond_exact(leaf.value):
            raise SchemaError(
                f"{leaf.name} is a number field, which cannot tell whole numbers beyond 2**53 apart; found "
                f"= {leaf.value}. Compare with < or >, or index with --type {leaf.name}=keyword."
            )
        return _interval(leaf.name, leaf.op, leaf.value)
    if leaf.op != "=":
        raise SchemaError(
            f"{leaf.name} is a {info.type} field: it can be compared with = and in, not {leaf.op}."
        )
    return Match(leaf.name, (_plain(leaf.value),))


def _versions(leaf: Field, info: FieldInfo) -> Filter:
    # No engine orders versions ("3.10" > "3.9"), so the range is spelled out over the values that occur.
    if not isinstance(leaf.value, Version):
        raise SchemaError(f'{leaf.name} is a version field: write v"3.10", found {leaf.value!r}.')
    fitting = tuple(value for value in info.values if compares(leaf.op, value, leaf.value))
    return Match(leaf.name, fitting) if fitting else Or(())


def _interval(name: str, op: str, value: float) -> Filter:
    match op:
        case "<":
            return Range(name, lt=value)
        case "<=":
            return Range(name, lte=value)
        case ">":
            return Range(name, gt=value)
        case ">=":
            return Range(name, gte=value)
        case _:
            return Range(name, gte=value, lte=value)


def _instant(name: str, op: str, value: datetime) -> Filter:
    # A date without a time of day means the whole day: "= 2020-01-01" and "> 2020-01-01" speak of days.
    end = later(value, timedelta(days=1) if is_day(value) else timedelta(microseconds=1))
    match op:
        case "<":
            return Range(name, lt=value)
        case "<=":
            return Known(name) if end is None else Range(name, lt=end)
        case ">":
            return Or(()) if end is None else Range(name, gte=end)
        case ">=":
            return Range(name, gte=value)
        case _:
            return Range(name, gte=value, lt=end)


def _plain(value: Scalar) -> str | int | float | bool:
    if isinstance(value, str | int | float | bool):
        return value
    return str(value)
