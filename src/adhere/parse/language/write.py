"""Criteria to text: the notation as it is shown to people."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime

from packaging.version import Version

from adhere.errors import CriteriaError
from adhere.need import (
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

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""A field or form name that needs no quotes (`has` does: it opens `form(has code)`)."""


def write(criteria: Criteria) -> str:
    """One criterion per line; no criteria, empty text.

    Errors  CriteriaError for what no document can be compared to: NaN, infinity, a date without a zone
    """
    return "\n".join(write_criterion(criterion) for criterion in criteria)


def write_criterion(criterion: Criterion) -> str:
    """`POLARITY EXPRESSION [unless EXPRESSION]`, with `?` after the polarity of an assumed one."""
    mark = "?" if criterion.assumed else ""
    text = f"{criterion.polarity}{mark} {write_expression(criterion.what)}"
    return text if criterion.unless is None else f"{text} unless {write_expression(criterion.unless)}"


def write_expression(expression: Expression) -> str:
    match expression:
        case All(parts):
            return f"all({', '.join(map(write_expression, parts))})"
        case Any(parts):
            return f"any({', '.join(map(write_expression, parts))})"
        case Not(part):
            return f"not({write_expression(part)})"
        case About(text):
            return f"about({_string(text)})"
        case Mentions(phrase):
            return f"mentions({_string(phrase)})"
        case Relation(text):
            return f"relation({_string(text)})"
        case Field(name, op, value):
            return f"field({_name(name)} {op} {write_value(value)})"
        case Form(feature, "=", True as flag) if isinstance(flag, bool):
            return f"form(has {_name(feature)})"
        case Form(feature, op, value):
            return f"form({_name(feature)} {op} {write_value(value)})"
        case Time(start, end):
            bounds = [("from", start), ("before", end)]
            return f"time({' '.join(f'{word} {write_value(at)}' for word, at in bounds if at is not None)})"
        case AsOf(instant):
            return f"time(as-of {write_value(instant)})"
        case Recent(half_life_days):
            return f"time(recent {write_value(half_life_days).removesuffix('.0')}d)"


def write_value(value: Scalar | tuple[Scalar, ...]) -> str:
    match value:
        case tuple():
            return f"[{', '.join(map(write_value, value))}]"
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case Version():
            return f'v"{value}"'
        case datetime():
            return f'd"{date_text(value)}"'
        case int() | float():
            if not math.isfinite(value):
                raise CriteriaError(f"{value} cannot be compared to anything; give a finite number.")
            return repr(value)


def date_text(at: datetime) -> str:
    """The day alone where it is a midnight in UTC, else the full instant with its offset."""
    if at.tzinfo is None:
        raise CriteriaError(f"{at.isoformat()} has no time zone, so it names no instant; add one, e.g. UTC.")
    midnight = at.utcoffset() == UTC.utcoffset(None) and at.time() == datetime.min.time()
    return at.date().isoformat() if midnight else at.isoformat()


def _name(name: str) -> str:
    return name if PLAIN_NAME.fullmatch(name) and name != "has" else _string(name)


def _string(text: str) -> str:
    """JSON string; what cannot be seen is escaped, so that no hidden character changes what runs."""
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(mark if mark.isprintable() else json.dumps(mark)[1:-1] for mark in shown)
