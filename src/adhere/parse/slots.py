"""From the slots that the model fills to typed conditions, through the store's schema and the calendar.

The model says which words name a field and which are its value, bound or word to be mentioned; what they mean
is decided here by program. A clause of which a slot cannot be resolved is left to the rules (`reconcile.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
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
from adhere.parse.rules.about import has_content
from adhere.parse.rules.dates import DATE, PART_OF_YEAR, interval
from adhere.parse.rules.form import LANGUAGE_CODES, Phrase
from adhere.parse.rules.link import Linker
from adhere.parse.rules.named import compared
from adhere.parse.rules.numbers import WORDED, number
from adhere.parse.rules.segment import overlap, trimmed
from adhere.parse.rules.timed import on_field, whole_years, year_field
from adhere.parse.rules.typing import as_field, meant
from adhere.parse.rules.vocabulary import STOPWORDS, TEMPORAL, stems
from adhere.parse.tags import SLOTS, Slot
from adhere.schema import FieldInfo

LIKELY, SURE = 0.5, 0.75
"""What the least certain slot of a condition must reach, else the condition is assumed; LIKELY is enough
for a name that the schema has."""

_BOUNDS: Mapping[str, Operator] = {">=": ">=", ">": ">", "<=": "<=", "<": "<", "value": "="}
_PARTS: Mapping[str, re.Pattern[str]] = {
    part: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for part, words in {
        "code": r"code|snippets?|scripts?|program\w*|listings?|commands?",
        "numbers": r"figures?|numbers?|numer\w+|statistics?|stats|digits?|percent\w*|quanti\w+|measure\w*"
        r"|amounts?|metrics?|counts?",
        "links": r"(?:hyper|web)?link\w*|urls?|hrefs?|https?|www|addresses|address",
        "list": r"list\w*|bullet\w*|enumerat\w+|checklists?|itemi\w+|numbered|steps?",
        "table": r"table\w*|tabul\w+|columns?|rows?|grids?",
        "question": r"question\w*|quer(?:y|ies)|ask\w*|enquir\w+|inquir\w+|interrogat\w+",
    }.items()
}
"""What a part is called; what the model takes for one under no such name ("quizzes") is a subject."""
_SHAPES = re.compile(
    r"\b(?:bullet(?:ed)?|numbered|ordered|unordered|nested|itemi[sz]ed|sample|example|worked|working|comparison|"
    r"comparative|summary|data|pivot|inline|embedded|clickable|external|internal|outbound|hyper|web|markdown|html|"
    r"rhetorical|open|closed|multiple[- ]choice|exact|precise|concrete|hard|raw|real)$",
    re.IGNORECASE,
)
"""What describes a part of a text; under other words a list or a table is another thing ("waiting lists")."""
_COUNTS_WORDS = re.compile(
    r"\b(?:words?|pages?|long|longer|length|short|shorter|brief|lines?|sentences?|paragraphs?|characters?|read|reads|"
    r"size|sized|wordy|concise|compact)\b",
    re.IGNORECASE,
)
"""What says that a number counts words."""
_OTHER_CODES = re.compile(
    r"\b(?:dress|zip|postal|post|area|tax|building|penal|criminal|civil|labou?r|moral|honou?r|bar|qr|morse|genetic|"
    r"country|promo|discount|access|colou?r|conduct)$",
    re.IGNORECASE,
)
LEADING = frozenset(("from", "of", "in", "by", "to", "at", "with", "and", "or"))
"""Words that end no subject, but lead on to what follows it."""
NEAR = 200
"""How many characters around a slot are looked at: who asks a question, which part of a year is meant."""
_ASKED = re.compile(
    r"\b(?:given (?:an?|the|this|that|some|my|our|your|their)|answer(?:s|ing)?(?: to)?)"
    r" (?:(?!and |or |with )[\w'’-]+ ){0,4}$",
    re.IGNORECASE,
)
"""Stands before the question that is asked, which is none that a document holds: "given a question"."""
_ARTICLE = re.compile(r"(?:an?|the|this|that|some|my|our|your|their) ", re.IGNORECASE)
_QUOTES = "\"'“”‘’`«» "
_DATE = re.compile(DATE, re.IGNORECASE)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"\w+")
_MENTIONS = re.compile(
    r"\b(?:mention|nam|contain|say|includ|us|quot|word|term|phrase|nowhere|anywhere)\w*(?: \w+){0,2} $",
    re.I,
)
"""What stands before a word that is to be mentioned."""
_OCCURS = re.compile(
    r"[\"'”’]?\s+(?:\w+ ){0,3}?(?:occur|appear|mentioned|named|used|found|"
    r"(?:turn|show|com)(?:e?s|ing)? up|"
    r"in (?:it|there|them|the (?:text|body|document)))",
    re.I,
)
"""What stands behind one."""
_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)", re.IGNORECASE)
COUNTED = frozenset(label for label in SLOTS if label.startswith("words") or label in (">=", ">", "<=", "<"))
DIGIT = re.compile(rf"\d|\b{WORDED}", re.IGNORECASE)
"""What a bound has in it; of other words none was meant."""
_YES, _NO = frozenset(("true", "yes", "on")), frozenset(("false", "no", "off"))
_BOTH = re.compile(r"\band\b|&", re.IGNORECASE)
_OR = re.compile(
    r"\b(?:or|nor)\b(?!\s+(?:later|newer|earlier|older|more|less|above|below|after|before|higher|lower|fewer|up"
    r"|under|over|longer|shorter|beyond|greater|smaller|since|on|any)\b)",
    re.IGNORECASE,
)


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
    inside = [_named_so(text, _clipped(text, s, span)) for s in slots if overlap(s.span, span)]
    inside = [slot for slot in inside if slot.label not in COUNTED or DIGIT.search(text, *slot.span)]
    inside = _whole_names(text, [s for s in inside if not _asked(text, s)])
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
        for slot in (_bare(text, one) for one in inside if one.label == "subject")
        if slot.span[0] < slot.span[1]
        and has_content(text[slice(*slot.span)])
        and not any(start <= slot.span[0] and slot.span[1] <= end for start, end in taken)
    ]
    subject = text[subjects[0].span[0] : subjects[-1].span[1]] if subjects else ""
    if any(subjects and subjects[0].span[0] < p.span[0] < subjects[-1].span[1] for p in phrases):
        subject = " ".join(text[slice(*slot.span)] for slot in subjects)
    return Read(tuple(_alternatives(text, phrases)), subject, tuple(slot.span for slot in subjects))


def _clipped(text: str, slot: Slot, span: Span) -> Slot:
    """The part of a slot that lies in the clause: the model may read on into the next sentence."""
    start, end = max(slot.span[0], span[0]), min(slot.span[1], span[1])
    return slot if (start, end) == slot.span else replace(slot, span=trimmed(text, (start, end)))


def _bare(text: str, slot: Slot) -> Slot:
    """A subject without the words of time at its end, which lead to the date behind it: "drafts after"."""
    words = list(_WORD.finditer(text, *slot.span))
    end = slot.span[1]
    while words and words[-1][0].casefold() in TEMPORAL | STOPWORDS:
        end = words.pop().start()
    told = text[slot.span[0] : end].rstrip()
    cut = any(word in TEMPORAL | LEADING for word in text[end : slot.span[1]].casefold().split())
    return replace(slot, span=(slot.span[0], slot.span[0] + len(told))) if cut else slot


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


def _named_so(text: str, slot: Slot) -> Slot:
    """The slot, or a subject where its words do not bear it out: a part under no such name, a word to mention
    of which nothing says so ("refute" in "documents that refute the claim")."""
    if slot.label == "mention":
        start, end = slot.span
        said = text[start] in _QUOTES or _MENTIONS.search(text, 0, start) or _OCCURS.match(text, end)
        return slot if said else replace(slot, label="subject")
    if slot.label.startswith("words") and not _COUNTS_WORDS.search(text):
        return replace(slot, label="subject")  # "cited more than 50 times" counts no words
    called = _PARTS.get(slot.label)
    known = called is None or called.search(text, *slot.span) is not None
    return slot if known else replace(slot, label="subject")


def _asked(text: str, slot: Slot) -> bool:
    article = _ARTICLE.match(text, *slot.span)
    start = article.end() if article else slot.span[0]
    return slot.label == "question" and _ASKED.search(text, max(0, start - NEAR), start) is not None


def _whole_names(text: str, inside: Sequence[Slot]) -> list[Slot]:
    """The slots, what only closes the name of a subject with it: "waiting lists" ask for no list."""
    found = list(inside)
    for place, slot in enumerate(found):
        before = found[place - 1] if place else None
        if slot.label not in _PARTS or before is None or before.label != "subject":
            continue
        apart_ = text[before.span[1] : slot.span[0]]
        words = text[slice(*before.span)]
        shaped = not _OTHER_CODES.search(words) if slot.label == "code" else _SHAPES.search(words)
        if apart_.isspace() and not shaped:
            found[place] = replace(slot, label="subject")
    return found


def _phrases(text: str, filled: Sequence[Slot], named: Sequence[Slot], linker: Linker | None) -> list[Phrase]:
    """One phrase per condition; two bounds of one field are one, and so are two values of it."""
    found: list[Phrase] = []
    free = set(named)
    end = 0
    for slot in filled:
        name, meaning = _resolved(text, slot, named, free, linker)
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
    return linker.spelled(said.strip(_QUOTES), meaning.name) != meaning.value and bool(
        linker.spelled(meaning.value, meaning.name)
    )


def _surely_named(text: str, name: Slot, linker: Linker | None) -> bool:
    """A name that the schema has word for word needs only to be likelier than not."""
    known = linker is not None and tuple(stems(text[slice(*name.span)])) in linker.names
    return name.confidence >= (LIKELY if known else SURE)


def _resolved(
    text: str, slot: Slot, named: Sequence[Slot], free: Collection[Slot | None], linker: Linker | None
) -> tuple[Slot | None, Expression]:
    """What the slot asks for, and the name of a field that goes with it, if one does.

    A field that has the value comes before one that does not, a name that nothing else has taken before one
    that goes for several ("status Final or Accepted"), a near one before a far one.
    """
    words = " ".join(text[slice(*slot.span)].split())
    around = (max(0, slot.span[0] - NEAR), slot.span[1] + NEAR)
    if any(overlap(part.span(), slot.span) for part in PART_OF_YEAR.finditer(text, *around)):
        raise _Unresolved  # "summer 2024" is no whole year
    if slot.label not in _BOUNDS:
        meaning = _unnamed(words, slot.label)
        if meaning is None:
            raise _Unresolved
        return None, as_field(meaning, linker.schema if linker else None)
    readings: list[tuple[tuple[bool, bool, int], Slot | None, Expression]] = []
    for name in named:
        for info in _fields(text[slice(*name.span)], linker):
            known = info.type != "keyword" or bool(linker and linker.spelled(words.strip(_QUOTES), info.name))
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


def _distance(slot: Slot, name: Slot) -> int:
    return slot.span[0] - name.span[1] if name.span[1] <= slot.span[0] else name.span[0] - slot.span[1]


def _unnamed(words: str, label: str) -> Expression | None:
    """What needs no field: a word, a language, a part, a length."""
    if label == "mention":
        return Mentions(words.strip(_QUOTES))
    if label == "language":
        code = LANGUAGE_CODES.get(words.casefold())
        return Form("language", "=", code) if code else None
    if label in _PARTS:
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
    bare = words.strip(_QUOTES)
    spelled = (linker.spelled(bare, info.name) or linker.part_of(bare, info.name)) if linker else ""
    return Field(info.name, "=", spelled or bare)


def _flag(info: FieldInfo, words: str) -> Expression | None:
    said = words.strip(_QUOTES).casefold()
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
    dated = _DATE.fullmatch(words.strip(_QUOTES))
    schema = linker.schema if linker else None
    if dated:
        return _dated(dated[0], label, linker)
    versioned = _VERSION.fullmatch(words.strip(_QUOTES))
    versions = [info for info in schema.fields.values() if info.type == "version"] if schema else []
    if versioned and len(versions) == 1:
        return compared(versions[0].name, "version", _operator(label), versioned[1])
    if label != "value" or linker is None:
        return None
    having = [name for name in linker.schema.fields if linker.spelled(words.strip(_QUOTES), name)]
    having = [name for name in having if not linker.identifies(name)]  # a title is no subject
    if len(having) != 1:
        return None
    return Field(having[0], "=", linker.spelled(words.strip(_QUOTES), having[0]))


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
