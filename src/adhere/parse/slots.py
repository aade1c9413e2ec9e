"""From the slots that the model fills to typed conditions, through the store's schema and the calendar.

The model says which words name a field and which are its value, bound or word to be mentioned; what they mean
is decided here by program. A clause of which a slot cannot be resolved is left to the rules (`reconcile.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from dateutil.parser import ParserError
from packaging.version import InvalidVersion

from adhere.need import (
    All,
    Any,
    Expression,
    Field,
    Form,
    Mentions,
    Operator,
    Span,
    Time,
)
from adhere.parse.borne import NEAR, PARTS, QUOTES, bare, borne_out
from adhere.parse.rules.about import has_content
from adhere.parse.rules.dates import DATE, PART_OF_YEAR, interval
from adhere.parse.rules.form import LANGUAGE_CODES, Phrase
from adhere.parse.rules.link import Linker
from adhere.parse.rules.measured import unit_fields
from adhere.parse.rules.named import compared
from adhere.parse.rules.numbers import WORDED, number
from adhere.parse.rules.segment import overlap
from adhere.parse.rules.timed import on_field, whole_years, year_field
from adhere.parse.rules.typing import as_field, meant
from adhere.parse.rules.vocabulary import stems
from adhere.parse.tags import Slot
from adhere.schema import FieldInfo

LIKELY, SURE = 0.5, 0.75
"""What the least certain slot of a condition must reach, else the condition is assumed; LIKELY is enough
for a name that the schema has."""

_BOUNDS: Mapping[str, Operator] = {">=": ">=", ">": ">", "<=": "<=", "<": "<", "value": "="}
_DATE = re.compile(DATE, re.IGNORECASE)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)", re.IGNORECASE)
_COUNT = re.compile(rf"\b(?:\d+|{WORDED})[- ]$", re.IGNORECASE)
"""Stands right before what it counts."""
_LASTING = re.compile(
    rf"\b(?:past|last|next|coming|previous|recent) (?:\d+|{WORDED}) (?:year|month|week|day|hour)s?\b",
    re.IGNORECASE,
)
_YES, _NO = frozenset(("true", "yes", "on")), frozenset(("false", "no", "off"))
_BOTH = re.compile(r"\band\b|&", re.IGNORECASE)
_OR = re.compile(
    r"\b(?:or|nor)\b(?!\s+(?:later|newer|earlier|older|more|less|above|below|after|before|higher|lower|fewer|up"
    r"|under|over|longer|shorter|beyond|greater|smaller|since|on|any)\b)",
    re.IGNORECASE,
)


Named = tuple[Slot, FieldInfo]
"""A slot that names a field, and a field that it may mean."""


class _Unresolved(Exception):
    """A slot that means nothing to this store."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the slots of a clause come to: its typed conditions, and the words that are its subject, with
    their places."""

    phrases: tuple[Phrase, ...]
    subject: str
    subjects: tuple[Span, ...] = ()


def _flags(text: str, named: Sequence[Slot], linker: Linker | None) -> list[Phrase]:
    """The names of fields of truth values, which ask for what they name: "either remote or in Leeds"."""
    flags: list[Phrase] = []
    for slot in named:
        fields = _fields(text[slice(*slot.span)], linker)
        found = list(linker.phrases(text[slice(*slot.span)])) if linker and slot.confidence >= SURE else []
        if fields and fields[0].type == "boolean" and len(found) == 1:
            flags.append(replace(found[0], span=slot.span, denied=slot.denied))
    return flags


def read(text: str, span: Span, slots: Sequence[Slot], linker: Linker | None) -> Read | None:
    """The typed conditions of a clause; None where it has none, or one that cannot be resolved."""
    inside = borne_out(text, span, slots)
    named = [slot for slot in inside if slot.label == "field"]
    filled = [slot for slot in inside if slot.label not in ("field", "subject")]
    if not filled and not _flags(text, named, linker):
        return None
    try:
        phrases = _phrases(text, filled, named, linker)
    except _Unresolved:
        return None
    free = [name for name in named if not any(overlap(name.span, phrase.span) for phrase in phrases)]
    phrases = sorted([*phrases, *_flags(text, free, linker)], key=lambda phrase: phrase.span)
    taken = [phrase.span for phrase in phrases]
    subjects = [
        slot
        for slot in (bare(text, one) for one in inside if one.label == "subject")
        if slot.span[0] < slot.span[1]
        and has_content(text[slice(*slot.span)])
        and not any(start <= slot.span[0] and slot.span[1] <= end for start, end in taken)
    ]
    subject = text[subjects[0].span[0] : subjects[-1].span[1]] if subjects else ""
    if any(subjects and subjects[0].span[0] < p.span[0] < subjects[-1].span[1] for p in phrases):
        subject = " ".join(text[slice(*slot.span)] for slot in subjects)
    return Read(tuple(_alternatives(text, phrases)), subject, tuple(slot.span for slot in subjects))


def _alternatives(text: str, phrases: Sequence[Phrase]) -> list[Phrase]:
    """The phrases, those between which an "or" stands as one: "French, German or with tables"."""
    between = [text[a.span[1] : b.span[0]] for a, b in pairwise(phrases)]
    groups = [[phrase] for phrase in phrases]
    for place in range(len(between) - 1, -1, -1):
        follows = len(groups[place + 1]) > 1  # a list goes on to its "or" with bare commas
        if _OR.search(between[place]) or (follows and between[place].strip() == ","):
            groups[place : place + 2] = [groups[place] + groups[place + 1]]
    return [group[0] if len(group) == 1 else _either(group) for group in groups]


def _either(group: Sequence[Phrase]) -> Phrase:
    parts = _contiguous([meant(phrase) for phrase in group])
    span = (min(phrase.span[0] for phrase in group), max(phrase.span[1] for phrase in group))
    unsure = [phrase for phrase in group if not phrase.sure]
    meaning = parts[0] if len(parts) == 1 else Any(parts)
    return Phrase(span, meaning, not unsure, unsure[0].question if unsure else "")


def _contiguous(parts: Sequence[Expression]) -> tuple[Expression, ...]:
    """The alternatives, two stretches of time that touch as one: "2024 or 2025"."""
    joined: list[Expression] = []
    for part in parts:
        match joined[-1:], part:
            case [Time(start, end)], Time(first, last) if end is not None and end == first:
                joined[-1] = Time(start, last)
            case _:
                joined.append(part)
    return tuple(joined)


def _phrases(text: str, filled: Sequence[Slot], named: Sequence[Slot], linker: Linker | None) -> list[Phrase]:
    """One phrase per condition; two bounds of one field are one, and so are two values of it."""
    found: list[Phrase] = []
    free = set(named)
    end = 0
    for slot in filled:
        units = _measured(text, slot, linker)
        fitting = list(_named_by(text, slot, named, units, linker))
        if named and units and not fitting:
            continue  # the rules know whose unit it is
        name, meaning = _resolved(text, slot, fitting, free, linker)
        free -= {name}
        ends = [slot] if name is None else [slot, name]
        span = (min(one.span[0] for one in ends), max(one.span[1] for one in ends))
        sure = slot.confidence >= SURE and (name is None or _surely_named(text, name, linker))
        question = "" if sure else f"Does {text[slice(*span)]!r} ask for {text[slice(*slot.span)]!r}?"
        if linker and isinstance(meaning, Field) and _in_part(text[slice(*slot.span)], meaning, linker):
            sure, question = False, f"Is {text[slice(*slot.span)]!r} the {meaning.name} {meaning.value!r}?"
        phrase = Phrase(span, meaning, sure, question, denied=slot.denied)
        merged = _merged(found[-1], phrase, text[end : slot.span[0]], linker) if found else None
        end = slot.span[1]
        if merged:
            found[-1] = merged
        else:
            found.append(phrase)
    return found


def _in_part(said: str, meaning: Field, linker: Linker) -> bool:
    """Whether only part of a value was said: "Dan" for "Dan Brown"."""
    if linker.schema.fields[meaning.name].type != "keyword" or not isinstance(meaning.value, str):
        return False
    return linker.spelled(said.strip(QUOTES), meaning.name) != meaning.value and bool(
        linker.spelled(meaning.value, meaning.name)
    )


def _surely_named(text: str, name: Slot, linker: Linker | None) -> bool:
    """A name that the schema has word for word needs only to be likelier than not."""
    known = linker is not None and tuple(stems(text[slice(*name.span)])) in linker.names
    return name.confidence >= (LIKELY if known else SURE)


def _resolved(
    text: str, slot: Slot, fitting: Sequence[Named], free: Collection[Slot | None], linker: Linker | None
) -> tuple[Slot | None, Expression]:
    """What the slot asks for, and the name of a field that goes with it, if one does.

    A field that has the value comes before one that does not, a name that nothing else has taken before one
    that goes for several ("status Final or Accepted"), a near one before a far one.
    """
    words = " ".join(text[slice(*slot.span)].split())
    if _within(PART_OF_YEAR, text, slot) or _within(_LASTING, text, slot):
        raise _Unresolved  # "summer 2024" is no whole year, "the past 5 years" no number of them
    if slot.label not in _BOUNDS:
        meaning = _unnamed(words, slot.label)
        if meaning is None:
            raise _Unresolved
        return None, as_field(meaning, linker.schema if linker else None)
    readings: list[tuple[tuple[bool, bool, int], Slot | None, Expression]] = []
    for name, info in fitting:
        known = info.type != "keyword" or bool(linker and linker.spelled(words.strip(QUOTES), info.name))
        reading = _on_field(info, slot.label, words, linker)
        if reading is not None:
            readings.append(((known, name in free, -_distance(slot, name)), name, reading))
    alone = _by_itself(words, slot.label, linker)
    if alone is not None:
        readings.append(((not any(known for (known, _, _), _, _ in readings), False, 0), None, alone))
    if not readings:
        raise _Unresolved
    _, chosen, best = max(readings, key=lambda reading: reading[0])
    return chosen, best


def _within(pattern: re.Pattern[str], text: str, slot: Slot) -> bool:
    around = (max(0, slot.span[0] - NEAR), slot.span[1] + NEAR)
    return any(overlap(found.span(), slot.span) for found in pattern.finditer(text, *around))


def _named_by(
    text: str, slot: Slot, named: Sequence[Slot], units: Sequence[str], linker: Linker | None
) -> Iterator[Named]:
    """Every name in the clause with each field that it may mean; none that another number counts ("up to 1200
    for two bathrooms"), and none that the unit of this one speaks against."""
    for name in named:
        count = _COUNT.search(text, max(0, name.span[0] - NEAR), name.span[0])
        if count and not overlap(count.span(), slot.span):
            continue
        for info in _fields(text[slice(*name.span)], linker):
            if info.type != "number" or not units or info.name in units:
                yield name, info


def _measured(text: str, slot: Slot, linker: Linker | None) -> list[str]:
    """The fields that the unit behind a bare number speaks for."""
    if linker is None or not NUMBER.fullmatch(text, *slot.span):
        return []
    return unit_fields(text[slot.span[1] : slot.span[1] + NEAR], linker.schema)


def _distance(slot: Slot, name: Slot) -> int:
    return slot.span[0] - name.span[1] if name.span[1] <= slot.span[0] else name.span[0] - slot.span[1]


def _unnamed(words: str, label: str) -> Expression | None:
    """What needs no field: a word, a language, a part, a length."""
    if label == "mention":
        return Mentions(words.strip(QUOTES))
    if label == "language":
        code = LANGUAGE_CODES.get(words.casefold())
        return Form("language", "=", code) if code else None
    if label in PARTS:
        return Form(label, "=", True)
    found = NUMBER.search(words)
    return Form("words", _operator(label.removeprefix("words")), number(found[0])) if found else None


def _operator(text: str) -> Operator:
    return _BOUNDS[text]


def _fields(words: str, linker: Linker | None) -> list[FieldInfo]:
    """The fields that the words may name, the likeliest first."""
    if linker is None:
        return []
    said = stems(words)
    named = linker.names.get(tuple(said), set())
    parts = {name: set(stems(name)) for name in linker.schema.fields}
    within = [name for name, own in parts.items() if own <= set(said) or (said and set(said) <= own)]
    return [linker.schema.fields[name] for name in dict.fromkeys([*sorted(named), *within])]


def _on_field(info: FieldInfo, label: str, words: str, linker: Linker | None) -> Expression | None:
    read: Mapping[str, Callable[[], Expression | None]] = {
        "keyword": lambda: _keyword(info, words, linker) if label == "value" else None,
        "boolean": lambda: _flag(info, words) if label == "value" else None,
        "number": lambda: _bounded(info, label, NUMBER.search(words)),
        "version": lambda: _bounded(info, label, _VERSION.search(words)),
        "date": lambda: _on_date(info, label, words, linker),
    }
    return read[info.type]()


def _keyword(info: FieldInfo, words: str, linker: Linker | None) -> Expression:
    """The value as the store spells it; as the instruction does where it is not one, which is noted later."""
    said = words.strip(QUOTES)
    spelled = (linker.spelled(said, info.name) or linker.part_of(said, info.name)) if linker else ""
    return Field(info.name, "=", spelled or said)


def _flag(info: FieldInfo, words: str) -> Expression | None:
    said = words.strip(QUOTES).casefold()
    return Field(info.name, "=", said in _YES) if said in _YES | _NO else None


def _on_date(info: FieldInfo, label: str, words: str, linker: Linker | None) -> Expression | None:
    """A bound on a date; on the documents' own time where the field is that."""
    found = _DATE.search(words)
    if found and linker and info.name == linker.schema.time_field:
        return _dated(found[0], label, linker)
    return _bounded(info, label, found)


def _bounded(info: FieldInfo, label: str, found: re.Match[str] | None) -> Expression | None:
    if found is None:
        return None
    try:
        return compared(info.name, info.type, _operator(label), found[0])
    except (ParserError, OverflowError, ValueError, InvalidVersion):
        return None


def _by_itself(words: str, label: str, linker: Linker | None) -> Expression | None:
    """A value whose field is not named: a date, a version, or a value that one field alone has."""
    dated = _DATE.fullmatch(words.strip(QUOTES))
    schema = linker.schema if linker else None
    if dated:
        return _dated(dated[0], label, linker)
    versioned = _VERSION.fullmatch(words.strip(QUOTES))
    versions = [info for info in schema.fields.values() if info.type == "version"] if schema else []
    if versioned and len(versions) == 1:
        return compared(versions[0].name, "version", _operator(label), versioned[1])
    if label != "value" or linker is None:
        return None
    having = [name for name in linker.schema.fields if linker.spelled(words.strip(QUOTES), name)]
    having = [name for name in having if not linker.identifies(name)]  # a title is no subject
    if len(having) != 1:
        return None
    return Field(having[0], "=", linker.spelled(words.strip(QUOTES), having[0]))


def _dated(words: str, label: str, linker: Linker | None) -> Expression | None:
    """A bound on the document's own time, or on its year where a store has no other time."""
    try:
        start, end = interval(words)
    except (ParserError, OverflowError, ValueError):
        return None
    window = {
        ">=": Time(start=start),
        ">": Time(start=end),
        "<": Time(end=start),
        "<=": Time(end=end),
        "value": Time(start, end),
    }[label]
    if linker is None or linker.schema.time_field:
        return window
    year = year_field(linker.schema)
    return on_field(year, window, years=True) if year and whole_years(window) else None


def _merged(before: Phrase, after: Phrase, between: str, linker: Linker | None) -> Phrase | None:
    """Two bounds as the range that they make, two values of one field as a choice; else None."""
    if before.denied != after.denied:
        return None
    meaning = _joined(before.meaning, after.meaning)
    if meaning is None:
        return None
    span = (min(before.span[0], after.span[0]), max(before.span[1], after.span[1]))
    listed = isinstance(meaning, Field) and linker and linker.schema.fields[meaning.name].is_list
    together = bool(listed) and _BOTH.search(between) is not None
    question = before.question or after.question
    sure = before.sure and after.sure
    return Phrase(span, meaning, sure, question, denied=before.denied, together=together)


def _joined(a: Expression, b: Expression) -> Expression | None:
    match a, b:
        case Time(None, end), Time(start, None) if start is not None:
            return Time(start, end)
        case Time(start, None), Time(None, end) if end is not None:
            return Time(start, end)
        case Time(datetime(), datetime()), Time(datetime(), datetime()) if a != b:
            parts = _contiguous([a, b])
            return parts[0] if len(parts) == 1 else Any(parts)
        case Field(name, op), Field(other, op2) if name == other and {op[0], op2[0]} == {"<", ">"}:
            return All((a, b))
        case Field(name, "=" | "in", value), Field(other, "=", more) if name == other and not isinstance(
            more, tuple
        ):
            values = value if isinstance(value, tuple) else (value,)
            return a if more in values else Field(name, "in", (*values, more))
    return a if a == b else None
