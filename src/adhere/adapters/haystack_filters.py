"""Haystack's filter dictionaries as criteria that trusted code sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adhere.adapters.common import together
from adhere.errors import CriteriaError
from adhere.need import All, Criteria, Criterion, Expression, Field, Operator
from adhere.need import Any as AnyOf

HaystackFilters = Mapping[str, Any] | str | Criteria | None
"""Haystack's filter dictionaries, or our criteria notation."""

OPERATORS: Mapping[str, Operator] = {"==": "=", "in": "in", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
NEGATED = {"!=": "==", "not in": "in"}


def to_criteria(filters: HaystackFilters) -> Criteria:
    """Filters as trusted criteria; `meta.year` is the field `year`.

    As in Haystack, a comparison drops documents without the field, and `!=`, `not in` and NOT keep them.
    Errors  CriteriaError for another operator or shape, and for a negation inside OR or NOT, which has no
            equal here
    """
    if filters is None or isinstance(filters, str | Criteria):
        return together(filters)
    return Criteria(tuple(_criteria(filters))) if filters else Criteria()


def _criteria(filters: Mapping[str, Any]) -> Iterator[Criterion]:
    operator = filters.get("operator")
    if operator == "AND":
        for part in _parts(filters):
            yield from _criteria(part)
    elif operator == "NOT":
        yield Criterion("avoid", All(tuple(_positive(part) for part in _parts(filters))))
    elif operator in NEGATED:
        yield Criterion("avoid", _positive({**filters, "operator": NEGATED[operator]}))
    else:
        yield Criterion("want", _positive(filters))


def _positive(filters: Mapping[str, Any]) -> Expression:
    operator = str(filters.get("operator"))
    if operator in ("AND", "OR"):
        parts = tuple(_positive(part) for part in _parts(filters))
        return All(parts) if operator == "AND" else AnyOf(parts)
    if operator in NEGATED or operator == "NOT":
        raise CriteriaError(
            f"The filter {dict(filters)} negates inside OR or NOT, where a document without the field would "
            "be treated differently here. Move the negation to the top, or under AND."
        )
    value = filters.get("value")
    if "field" not in filters or operator not in OPERATORS or value is None:
        raise CriteriaError(
            f"The filter {dict(filters)} cannot be read. A comparison has field, operator "
            f"({', '.join((*OPERATORS, *NEGATED))}) and a value; a group has operator (AND, OR, NOT) and "
            "conditions."
        )
    listed = isinstance(value, list | tuple)
    return Field(
        str(filters["field"]).removeprefix("meta."),
        OPERATORS[operator],
        tuple(value) if listed else value,
    )


def _parts(filters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    conditions = filters.get("conditions")
    if not isinstance(conditions, list | tuple) or not conditions:
        raise CriteriaError(f"The filter {dict(filters)} has no conditions to put together.")
    return conditions
