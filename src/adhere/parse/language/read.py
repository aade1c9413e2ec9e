"""Text to criteria: a scanner and a recursive-descent reader, with errors that point at the place.

criteria   := [criterion] ((newline | ";") [criterion])*          # comments run to the end of a line
criterion  := polarity ["?"] expression ["unless" expression]
expression := ("all" | "any") "(" [expression ("," expression)*] ")" | "not" "(" expression ")"
            | ("about" | "mentions" | "relation") "(" string ")"
            | "field" "(" name operator value ")" | "form" "(" ("has" name | name operator value) ")"
            | "time" "(" "as-of" date | "recent" number "d" | ["from" date] ["before" date] ")"
value      := string | number | "true" | "false" | v"version" | d"date" | "[" [value ("," value)*] "]"
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

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
    Operator,
    Recent,
    Relation,
    Scalar,
    Time,
)

MAX_DEPTH = 60
"""How deep expressions may nest; a guard against text made to exhaust the stack."""
OPERATORS: tuple[Operator, ...] = ("=", "in", "<=", ">=", "<", ">")
HEADS = ("about", "mentions", "field", "time", "form", "relation", "all", "any", "not")
KNOWN = (*POLARITIES, *HEADS, "unless", "in", "has", "from", "before", "as-of", "recent", "true", "false")

_SCAN = re.compile(
    r"""(?P<blank>[^\S\n]+|\#[^\n]*)|(?P<end>[\n;])|(?P<tagged>[vd]"[^"\n]*")|(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>as-of|[A-Za-z_][A-Za-z0-9_]*)|(?P<sign><=|>=|[<>=?(),\[\]])
    |(?P<bad>.)""",
    re.VERBOSE,
)
T = TypeVar("T")


def read(text: str) -> Criteria:
    """The criteria that the text states; empty text states none.

    Errors  CriteriaError with line, column, what was found, what was expected, and the known words
    """
    reader = _Reader(text)
    items = []
    while reader.peek.kind != "stop":
        if reader.peek.kind == "end":
            reader.take()
            continue
        items.append(reader.criterion())
        if reader.peek.kind not in ("end", "stop"):
            end = "the end of the criterion (a new line or ';')"
            if items[-1].unless is None:
                raise reader.wrong(f"{end} or unless")
            raise reader.wrong(
                f'{end}: a criterion has one unless. Join them: unless any(about("y"), about("z"))'
            )
    return Criteria(tuple(items))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _scan(text: str) -> Iterator[_Token]:
    depth = 0
    for match in _SCAN.finditer(text):
        kind = match.lastgroup or ""
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(match[0], 0)
        if kind == "blank" or (match[0] == "\n" and depth > 0):
            continue
        yield _Token(kind, match[0], match.start())
    yield _Token("stop", "", len(text))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_scan(text))
        self.position = 0
        self.depth = 0

    @property
    def peek(self) -> _Token:
        return self.tokens[self.position]

    def take(self, expected: str = "") -> _Token:
        """The next token; if `expected` is given it must be exactly that."""
        token = self.peek
        if expected and token.text != expected:
            raise self.wrong(f"'{expected}'")
        if token.kind != "stop":
            self.position += 1
        return token

    def accept(self, text: str) -> bool:
        if self.peek.text != text:
            return False
        self.position += 1
        return True

    def wrong(self, expected: str, at: _Token | None = None) -> CriteriaError:
        """The error that says where, what was found, and what was expected instead."""
        token = at or self.peek
        line = self.text.count("\n", 0, token.at) + 1
        column = token.at - self.text.rfind("\n", 0, token.at)
        found = {"stop": "the end of the text", "end": "the end of the line"}.get(
            token.kind, repr(token.text)
        )
        return CriteriaError(
            f"Criteria, line {line}, column {column}: found {found}, expected {expected}.\n"
            f"Known words: {', '.join(KNOWN)}"
        )

    def criterion(self) -> Criterion:
        token = self.peek
        polarity = next((word for word in POLARITIES if word == token.text), None)
        if polarity is None:
            raise self.wrong("a polarity: " + ", ".join(POLARITIES))
        self.take()
        assumed = self.accept("?")
        what = self.expression()
        unless = self.expression() if self.accept("unless") else None
        return Criterion(polarity, what, unless, assumed, source="given")

    def expression(self) -> Expression:
        head = self.peek
        if head.text not in HEADS:
            raise self.wrong("a condition: " + ", ".join(HEADS))
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.wrong(f"at most {MAX_DEPTH} conditions inside each other")
        self.take()
        self.take("(")
        inside = self.inside(head.text)
        self.take(")")
        self.depth -= 1
        return inside

    def inside(self, head: str) -> Expression:
        match head:
            case "all":
                return All(self.listed(self.expression, ")"))
            case "any":
                return Any(self.listed(self.expression, ")"))
            case "not":
                return Not(self.expression())
            case "about":
                return About(self.string())
            case "mentions":
                return Mentions(self.string())
            case "relation":
                return Relation(self.string())
            case "field":
                return Field(self.name(), self.operator(), self.value())
            case "form":
                return self.form()
            case _:
                return self.time()

    def form(self) -> Form:
        if self.accept("has"):
            return Form(self.name(), "=", True)
        feature, operator, at = self.name(), self.operator(), self.peek
        value = self.value()
        if isinstance(value, tuple):
            raise self.wrong("one value, not a list", at)
        return Form(feature, operator, value)

    def time(self) -> Time | AsOf | Recent:
        if self.accept("as-of"):
            return AsOf(self.date())
        if self.accept("recent"):
            if self.peek.kind != "number":
                raise self.wrong("a number of days, as in 365d")
            days = self.number()
            self.take("d")
            return Recent(float(days))
        start = self.date() if self.accept("from") else None
        end = self.date() if self.accept("before") else None
        if self.peek.text != ")":
            raise self.wrong('from d"...", before d"...", as-of d"...", recent 365d or \')\'')
        return Time(start, end)

    def listed(self, part: Callable[[], T], close: str) -> tuple[T, ...]:
        parts: list[T] = []
        while self.peek.text != close:
            if parts:
                self.take(",")
            parts.append(part())
        return tuple(parts)

    def name(self) -> str:
        return self.take().text if self.peek.kind == "word" else self.string()

    def operator(self) -> Operator:
        for operator in OPERATORS:
            if self.accept(operator):
                return operator
        raise self.wrong("an operator: " + ", ".join(OPERATORS))

    def string(self) -> str:
        token = self.peek
        if token.kind != "string":
            raise self.wrong('a "string"')
        self.take()
        try:
            return str(json.loads(token.text, strict=False))
        except json.JSONDecodeError as error:
            raise self.wrong(f"a JSON string ({error.msg})", token) from None

    def value(self) -> Scalar | tuple[Scalar, ...]:
        if self.accept("["):
            values = self.listed(self.scalar, "]")
            self.take("]")
            return values
        return self.scalar()

    def scalar(self) -> Scalar:
        token = self.peek
        if token.kind == "string":
            return self.string()
        if token.kind == "number":
            return self.number()
        if token.text in ("true", "false"):
            return self.take().text == "true"
        if token.kind == "tagged":
            return self.version() if token.text.startswith("v") else self.date()
        raise self.wrong('a value: "string", number, true, false, v"3.10", d"2020-01-01" or a [list]')

    def number(self) -> int | float:
        token = self.take()
        if token.text.lstrip("-").isdecimal() and len(token.text) < 4000:
            return int(token.text)
        value = float(token.text)
        if not math.isfinite(value):
            raise self.wrong("a finite number", token)
        return value

    def version(self) -> Version:
        token = self.take()
        try:
            return Version(token.text[2:-1])
        except InvalidVersion:
            raise self.wrong('a version such as v"3.10"', token) from None

    def date(self) -> datetime:
        token = self.peek
        if token.kind != "tagged" or not token.text.startswith("d"):
            raise self.wrong('a date such as d"2020-01-01"')
        self.take()
        try:
            at = datetime.fromisoformat(token.text[2:-1])
        except ValueError:
            raise self.wrong(
                'an ISO date such as d"2020-01-01" or d"2020-01-01T12:00:00+00:00"', token
            ) from None
        return at if at.tzinfo else at.replace(tzinfo=UTC)
