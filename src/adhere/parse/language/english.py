"""Criteria in plain English: what the ledger and the answer say to people who never saw the notation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from adhere.need import (
    About,
    All,
    Any,
    AsOf,
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
from adhere.parse.language.write import date_text

_LEAD = {"want": "", "avoid": "not ", "prefer": "prefer: ", "disprefer": "rather not: "}
_COMPARE: dict[Operator, str] = {
    "=": "is",
    "in": "is",
    "<": "is under",
    "<=": "is at most",
    ">": "is over",
    ">=": "is at least",
}
_DATED: dict[Operator, str] = {"<": "is before", ">": "is after", "<=": "is at latest", ">=": "is from"}
_COUNTED: dict[Operator, str] = {
    "<": "under",
    "<=": "at most",
    ">": "over",
    ">=": "at least",
    "=": "exactly",
    "in": "in",
}
LANGUAGES = {
    "en": "English",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "ru": "Russian",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "ar": "Arabic",
    "pl": "Polish",
    "sv": "Swedish",
    "da": "Danish",
    "no": "Norwegian",
    "fi": "Finnish",
    "cs": "Czech",
    "el": "Greek",
    "tr": "Turkish",
    "hi": "Hindi",
    "he": "Hebrew",
    "uk": "Ukrainian",
    "hu": "Hungarian",
    "ro": "Romanian",
}
"""ISO 639-1 codes of the languages that an instruction can ask for by name."""


def says(this: Criterion | Expression) -> str:
    """The condition, or the criterion with its polarity, as a person would say it."""
    if not isinstance(this, Criterion):
        return _expression(this)
    whole = _LEAD[this.polarity] + _operand(this.what)
    if this.unless is not None:
        whole += f", unless {_expression(this.unless)}"
    return whole + (" (assumed)" if this.assumed else "")


def _expression(expression: Expression) -> str:
    match expression:
        case All(parts):
            return " and ".join(map(_operand, parts)) or "anything"
        case Any(parts) if len(parts) > 1 and all(isinstance(part, About) for part in parts):
            *first, last = (part.text for part in parts if isinstance(part, About))
            return f"about {', '.join(first)} or {last}"
        case Any(parts):
            return " or ".join(map(_operand, parts)) or "nothing"
        case Not(part):
            return f"not {_operand(part)}"
        case About(text):
            return f"about {text}"
        case Mentions(phrase):
            return f'mentions "{phrase}"'
        case Relation(text):
            return f"related: {text}"
        case Field(name, op, value):
            dated = isinstance(value, datetime) and op in _DATED
            return f"{name} {(_DATED if dated else _COMPARE)[op]} {_value(value)}"
        case Form():
            return _form(expression)
        case Time(start, end):
            return _window(start, end)
        case AsOf(instant):
            return f"as of {date_text(instant)}"
        case Recent(half_life_days):
            return f"recent (counting half after {half_life_days:g} days)"


def _operand(expression: Expression) -> str:
    text = _expression(expression)
    return f"({text})" if isinstance(expression, All | Any) and len(expression.parts) > 1 else text


def _form(form: Form) -> str:
    if form.value is True:
        return f"has {form.feature}"
    if form.feature == "language" and form.op == "=" and isinstance(form.value, str):
        return f"in {LANGUAGES.get(form.value, form.value)}"
    if form.op in ("<", "<=", ">", ">="):
        return f"{_COUNTED[form.op]} {_value(form.value)} {form.feature}"
    return f"{form.feature} {_COMPARE[form.op]} {_value(form.value)}"


def _window(start: datetime | None, end: datetime | None) -> str:
    if start is None and end is None:
        return "at any time"
    if start is None:
        return f"before {_short(end)}"
    if end is None:
        return f"from {_short(start)} on"
    if len(_short(start)) == len(_short(end)) == 4:
        years = f"from {_short(start)} to {end.year - 1}"
    else:
        years = f"from {_short(start)} until before {_short(end)}"
    return _period(start, end) or years


def _period(start: datetime, end: datetime) -> str:
    """A whole year, month or day by its name."""
    day = date_text(start)
    if len(day) != 10 or start.year == 9999:
        return ""
    if day.endswith("-01-01") and end == start + relativedelta(years=1):
        return f"in {day[:4]}"
    if day.endswith("-01") and end == start + relativedelta(months=1):
        return f"in {day[:7]}"
    return f"on {day}" if end == start + timedelta(days=1) else ""


def _short(at: datetime | None) -> str:
    """The year alone for a first of January, else the day or instant."""
    if at is None:
        return ""
    text = date_text(at)
    return text[:4] if text.endswith("-01-01") and len(text) == 10 else text


def _value(value: Scalar | tuple[Scalar, ...]) -> str:
    match value:
        case tuple():
            return _alternatives([_value(part) for part in value])
        case bool():
            return "true" if value else "false"
        case datetime():
            return date_text(value)
        case _:
            return str(value)


def _alternatives(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words) or "nothing"
    return f"{', '.join(words[:-1])} or {words[-1]}"
