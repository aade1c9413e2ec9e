"""Phrases of time as conditions: on the field of dates that they name, on a field of years, or on the
document's own time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from adhere.need import All, Any, Expression, Field, Time
from adhere.parse.rules.about import bears, has_content
from adhere.parse.rules.dates import TimePhrase
from adhere.parse.rules.form import Phrase
from adhere.parse.rules.vocabulary import HEADS, stem, stems
from adhere.schema import Schema

_MADE = frozenset("made released published produced written created shot recorded printed issued".split())  # noqa: SIM905
"""Verbs that a field of years dates without doubt."""
_ENDED, _BEGUN = re.compile(r"[,;:(]\s*(?:and |but )?$"), re.compile(r"\s*(?:please)?\s*(?:$|[,;:)])")
"""What stands around a phrase between commas, which speaks of the documents: "coupons, from 2024 or 2025"."""
_GONE = re.compile(r"\b(?:became|was|were|got|had|since)\b", re.IGNORECASE)
"""Speaks of what lies behind: "that became available before October"."""
_LAST_WORD = re.compile(r"\b([^\W\d]+)\s+$")
_AHEAD = frozenset(
    map(stem, ("starts", "start", "begins", "due", "available", "deadline", "expires", "ends", "departs"))
)
"""Parts of the names of dates that mostly lie ahead."""
_WORD = re.compile(r"\w+")
_FROM = re.compile(r"\bfrom\s+$", re.IGNORECASE)


def timed(text: str, phrase: TimePhrase, schema: Schema | None) -> Phrase | None:
    """A phrase of time as a condition on the date field that its verb names, or on the document's time."""
    start, end = phrase.span
    named, led = _date_field(phrase.verb, schema), _LAST_WORD.search(text, 0, start)
    if not (phrase.verb or named) and led:
        named = _date_field(led[1], schema)  # "available from December on"
        start = led.start() if named else start
    if not named and (before_it := _named_before(text[:start], schema)):
        named, start = before_it  # "whose post history falls in 2022"
    year = year_field(schema)
    meaning: Expression = phrase.meaning
    if (
        phrase.ahead
        and not _GONE.search(text, 0, start)
        and _AHEAD & set(stems(named or (schema.time_field if schema else "")))
    ):
        meaning = phrase.ahead
    if from_it := _FROM.search(text[:start]):
        start = from_it.start()  # "from before 2010"
    windows = meaning.parts if isinstance(meaning, Any) else (meaning,)
    stretches = [window for window in windows if isinstance(window, Time)]
    if named and stretches:
        meaning = _any(on_field(named, window) for window in stretches)
    elif year and stretches and all(map(whole_years, stretches)):
        meaning = _any(on_field(year, window, years=True) for window in stretches)
    elif schema is not None and not schema.time_field:
        return None
    before = _WORD.findall(text[:start])
    around = text[:start] + " " + text[end:]
    alone = not has_content(around) or bears(around)
    on_noun = bool(before) and before[-1].casefold() in HEADS
    verb = phrase.verb or (led[1] if led else "")
    own = schema is not None and bool(verb) and stem(verb) in stems(schema.time_field or "")
    start = led.start() if own and led and not phrase.verb else start
    apart = _ENDED.search(text[:start]) is not None and _BEGUN.match(text, end) is not None
    sure = phrase.sure or alone or on_noun or bool(named) or own or (bool(year) and phrase.verb in _MADE)
    if phrase.loose and not (named or phrase.verb or own):
        return None
    sure = (sure or (apart and start > 0)) and not phrase.vague
    words = " ".join(text[start:end].split())
    question = "" if sure else _question(words, phrase)
    return Phrase((start, end), meaning, sure, question, plain=schema is not None and not phrase.vague)


def _question(words: str, phrase: TimePhrase) -> str:
    match phrase.meaning:
        case Time(datetime() as start, datetime() as end) if phrase.vague:
            day = end - start == timedelta(days=1)
            return (
                f"Is {words!r} {start:%A, %Y-%m-%d}?"
                if day
                else f"Is {words!r} from {start:%Y-%m} until {end:%Y-%m}?"
            )
    return f"Is {words!r} about the date of the document?"


def _any(windows: Iterable[Expression]) -> Expression:
    found = tuple(windows)
    return found[0] if len(found) == 1 else Any(found)


def _named_before(text: str, schema: Schema | None) -> tuple[str, int] | None:
    """The date field whose name stands before a phrase of time with nothing said between, and where."""
    for name, info in schema.fields.items() if schema else ():
        words = [word for word in re.split(r"[\W_]+", name) if word]
        found = list(re.finditer(r"\b" + r"[\W_]+".join(map(re.escape, words)) + r"\b", text, re.IGNORECASE))
        if info.type == "date" and words and found and bears(text[found[-1].end() :]):
            return name, found[-1].start()
    return None


def _date_field(verb: str, schema: Schema | None) -> str:
    if not verb or schema is None:
        return ""
    words = {stem(word) for word in verb.split()}
    named = [name for name, info in schema.fields.items() if info.type == "date" and words & set(stems(name))]
    return named[0] if len(named) == 1 and named[0] != schema.time_field else ""


def year_field(schema: Schema | None) -> str:
    """The one field of numbers that is called a year, in a store whose documents have no date."""
    if schema is None or schema.time_field:
        return ""
    named = [
        name
        for name, info in schema.fields.items()
        if info.type == "number" and re.split(r"[\W_]+", name.casefold())[-1] == "year"
    ]
    return named[0] if len(named) == 1 else ""


def whole_years(window: Time) -> bool:
    """Whether the window begins and ends at the turn of a year."""
    bounds = [bound for bound in (window.start, window.end) if bound is not None]
    return all(bound == datetime(bound.year, 1, 1, tzinfo=UTC) for bound in bounds)


def on_field(name: str, window: Time, *, years: bool = False) -> Expression:
    """The window as bounds on a field of dates, or of years."""
    parts: list[Expression] = []
    if window.start is not None:
        parts.append(Field(name, ">=", window.start.year if years else window.start))
    if window.end is not None:
        parts.append(Field(name, "<", window.end.year if years else window.end))
    return parts[0] if len(parts) == 1 else All(tuple(parts))
