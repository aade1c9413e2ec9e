"""What does a clause ask, by the model's slots and by the rules? Where they differ, the surer one counts.

The model reads more than the rules and is now and then wrong where they cannot be: it takes half of a list,
turns a bound with the clause that it excludes, or ties a number to the wrong field though its unit names the
right one. Both read every clause; this file says which of them is followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adhere.need import (
    About,
    All,
    Any,
    Criterion,
    Expression,
    Field,
    Form,
    Mentions,
    Polarity,
    Span,
    Time,
    conditions,
)
from adhere.parse.rules.about import about_of, blanked, cleaned, erased, has_content
from adhere.parse.rules.cues import find_cue
from adhere.parse.rules.dates import time_phrases
from adhere.parse.rules.denial import spelled
from adhere.parse.rules.form import Phrase
from adhere.parse.rules.link import Linker
from adhere.parse.rules.segment import overlap
from adhere.parse.rules.timed import timed
from adhere.parse.rules.typing import ASSUMED, apart, meant, sure_bounds, sure_phrases
from adhere.parse.rules.undated import undated
from adhere.parse.slots import COUNTED, DIGIT, NUMBER, Read, read
from adhere.parse.tags import Slot

_NOUN_ENDS = re.compile(
    r"\s+(?:that|which|whose|where|with|without|from|in which|under which)\b", re.IGNORECASE
)
_NOT = re.compile(r"\b(?:not|no|without|other than|except)\b", re.IGNORECASE)


def criteria_of(
    instruction: str,
    span: Span,
    polarity: Polarity,
    slots: Sequence[Slot],
    *,
    linker: Linker | None,
    now: datetime,
) -> list[Criterion] | None:
    """The criteria of one clause, as `rules.typing.criteria_of` gives them; None where no slot types it."""
    found = read(instruction, span, slots, linker)
    if found is None:
        return None
    start, text = span[0], instruction[slice(*span)]
    ruled = [
        replace(phrase, span=(phrase.span[0] + start, phrase.span[1] + start))
        for phrase in (
            *sure_phrases(text, linker, now),
            *_nouns(text, linker),
            *_months(text, start, slots, linker, now),
        )
    ]
    choices = [
        replace(phrase, span=(phrase.span[0] + start, phrase.span[1] + start))
        for phrase in (linker.phrases(text) if linker else ())
        if isinstance(phrase.meaning, Field) and phrase.meaning.op == "in"
    ]
    found = _given_up(instruction, _widened(instruction, found, [*ruled, *choices]), ruled)
    found = _turned(instruction, span, polarity, found, ruled, linker, now)
    # Where the model doubts and the rules do not, they are right more often.
    phrases = [p for p in found.phrases if p.sure or not any(overlap(p.span, r.span) for r in ruled)]
    taken = [*(p.span for p in phrases), *found.subjects]
    more = [phrase for phrase in ruled if not any(overlap(phrase.span, other) for other in taken)]
    phrases = sorted([*phrases, *more], key=lambda phrase: phrase.span)
    about = about_of(found.subject, polarity) if found.subject else None
    if not phrases and about is None:
        return None
    if polarity in ("avoid", "disprefer"):
        hard = [p for p in phrases if not p.soft]
        if not hard and about is None:
            return None
        spoken = [(a - start, b - start) for a, b in (*taken, *(p.span for p in more))]
        hard += _left(text, start, slots, spoken, linker, now)
        when = cleaned(erased(blanked(text), spoken))
        return [_excluded(span, polarity, hard, about, when if undated(when) else "")]
    moved = [replace(p, span=(p.span[0] - start, p.span[1] - start)) for p in phrases]
    sure_ones, unsure = [p for p in moved if p.sure], [p for p in moved if not p.sure]
    unsure += _left(text, start, slots, [phrase.span for phrase in sure_ones], linker, now)
    return apart(span, polarity, text, sure_ones, unsure, about)


def _widened(text: str, found: Read, ruled: Sequence[Phrase]) -> Read:
    """What was read, with the choice that the rules read where the model saw but one of its values, and the
    other in a subject: "accepted | or final proposals"."""
    for phrase in ruled:
        within = [one for one in found.phrases if _one_of(one.meaning, phrase.meaning)]
        cut = [span for span in found.subjects if overlap(span, phrase.span)]
        sure = phrase.sure or any(one.sure for one in within)
        if not (within and cut and sure and all(overlap(one.span, phrase.span) for one in within)):
            continue
        kept = [span if span not in cut else (phrase.span[1], span[1]) for span in found.subjects]
        subjects = tuple(span for span in kept if span[0] < span[1] and has_content(text[slice(*span)]))
        phrases = tuple(one for one in found.phrases if one not in within)
        subject = " ".join(text[slice(*span)].strip() for span in subjects)
        found = Read((*phrases, replace(phrase, sure=True, question="")), subject, subjects)
    return found


def _given_up(text: str, found: Read, ruled: Sequence[Phrase]) -> Read:
    """What was read, without subjects that the rules take for a sure condition: "final" in "final drafts"."""
    sure = [phrase.span for phrase in ruled if phrase.sure]
    kept = [one for one in found.subjects if not any(a <= one[0] and one[1] <= b for a, b in sure)]
    if len(kept) == len(found.subjects):
        return found
    return replace(found, subject=" ".join(text[slice(*span)].strip() for span in kept), subjects=tuple(kept))


def _turned(
    text: str,
    span: Span,
    polarity: Polarity,
    found: Read,
    ruled: Sequence[Phrase],
    linker: Linker | None,
    now: datetime,
) -> Read:
    """What was read, without a denial that is why the clause excludes, and with the bounds that the rules
    read where the model's point the other way and no denial in the clause can be the reason for it."""
    excluding = polarity in ("avoid", "disprefer")
    start, end = span
    cue = find_cue(text[start:end]) if excluding else None
    shown = spelled(text[start:end])
    if cue:
        shown = shown[: cue.start] + " " * (cue.end - cue.start) + shown[cue.end :]
    bounds = []
    for bound in sure_bounds(spelled(text[start:end]), linker, now):
        denied = bound.denied and (not excluding or _NOT.search(shown, 0, bound.span[1]) is not None)
        place = (bound.span[0] + start, bound.span[1] + start)
        bounds.append(replace(bound, span=place, denied=denied))
    phrases: list[Phrase] = []
    for phrase in found.phrases:
        over = [r for r in ruled if r.sure and overlap(r.span, phrase.span)]
        if any(
            _elsewhere(r.meaning, phrase.meaning) or _longer(text, r, phrase) or _known(r, phrase, linker)
            for r in over
        ):
            continue  # a unit says what is measured ("under 100 euros, rated at least 4"), or a list goes on
        denied = _NOT.search(shown, 0, phrase.span[0] - start) is not None
        if excluding and phrase.denied and not denied:
            phrase = replace(phrase, denied=False)
        if not excluding and any(r.denied and r.meaning == phrase.meaning for r in over):
            phrase = replace(phrase, denied=True)
        literal = next((b for b in bounds if overlap(b.span, phrase.span) and _bounds(b, phrase)), None)
        if literal and _turns(literal, phrase) and (literal.denied or not denied):
            phrase = literal
        phrases.append(phrase)
    return replace(found, phrases=tuple(phrases))


def _months(
    text: str, offset: int, slots: Sequence[Slot], linker: Linker | None, now: datetime
) -> list[Phrase]:
    """Bounds at a month without a year, of which the model says that they are bounds: "after June"."""
    bounds = [(s.span[0] - offset, s.span[1] - offset) for s in slots if s.label in COUNTED]
    return [
        replace(phrase, sure=True, question="")
        for phrase in _times(text, linker, now)
        if not DIGIT.search(text, *phrase.span) and any(overlap(phrase.span, b) for b in bounds)
    ]


def _times(text: str, linker: Linker | None, now: datetime) -> list[Phrase]:
    """The phrases of time in a clause, sure and unsure."""
    found = [timed(text, phrase, linker.schema if linker else None) for phrase in time_phrases(text, now)]
    return [phrase for phrase in found if phrase]


def _left(
    text: str,
    offset: int,
    slots: Sequence[Slot],
    spoken: Sequence[Span],
    linker: Linker | None,
    now: datetime,
) -> list[Phrase]:
    """Phrases of time that nothing else speaks of; they may be meant, so they are asked about."""
    taken = [
        *spoken,
        *((s.span[0] - offset, s.span[1] - offset) for s in slots if s.label not in ("field", "O")),
    ]
    return [
        phrase
        for phrase in _times(text, linker, now)
        if not phrase.sure and not any(overlap(phrase.span, t) for t in taken)
    ]


def _longer(text: str, one: Phrase, other: Phrase) -> bool:
    """Whether the rules take in more of a date (a choice, as in "1908, 1909 or 1911", or both its ends), or
    the words that a document is to mention."""
    if isinstance(one.meaning, Time) and isinstance(other.meaning, Time):
        (start, end), (first, last) = ((m.start, m.end) for m in (one.meaning, other.meaning))
        if start is None or end is None:
            return False
        if first is None or last is None:
            return True
        return (start, end) != (first, last) and start <= first and last <= end
    if all(isinstance(leaf, Mentions) for leaf in conditions(one.meaning)):
        return one.span[0] <= other.span[0] and other.span[1] <= one.span[1]
    chosen = isinstance(one.meaning, Any) and all(not isinstance(part, About) for part in one.meaning.parts)
    return chosen and len(NUMBER.findall(text, *one.span)) > len(NUMBER.findall(text, *other.span))


def _known(one: Phrase, other: Phrase, linker: Linker | None) -> bool:
    """Whether the rules read values of the store where the model took more words for one that it lacks."""
    if linker is None or not (isinstance(other.meaning, Field) and isinstance(one.meaning, Field)):
        return False
    info = linker.schema.fields[other.meaning.name]
    values = other.meaning.value if isinstance(other.meaning.value, tuple) else (other.meaning.value,)
    return info.type == "keyword" and not all(value in info.values for value in values)


def _elsewhere(one: Expression, other: Expression) -> bool:
    """Whether a bound is on another field than the one read."""
    named = {leaf.name for leaf in conditions(one) if isinstance(leaf, Field) and leaf.op not in ("=", "in")}
    read_ = {
        leaf.name if isinstance(leaf, Field) else ""
        for leaf in conditions(other)
        if isinstance(leaf, Field | Form)
    }
    return bool(named) and bool(read_) and not named & read_


def _bounds(one: Phrase, other: Phrase) -> bool:
    """Whether both are bounds on the same thing."""
    return one.meaning == other.meaning or _against(one.meaning, other.meaning)


def _turns(one: Phrase, other: Phrase) -> bool:
    """Whether two bounds on the same thing let opposite documents through, their denials counted."""
    return _against(one.meaning, other.meaning) == (one.denied == other.denied)


def _against(one: Expression, other: Expression) -> bool:
    """Whether two bounds on the same thing point in opposite directions."""
    match one, other:
        case Time(start, end), Time(start2, end2):
            return (start is None, end is None) == (end2 is None, start2 is None) and (start is None) != (
                end is None
            )
        case (Field(name, op), Field(name2, op2)) | (Form(name, op), Form(name2, op2)):
            return name == name2 and {op[0], op2[0]} == {"<", ">"}
    return False


def _one_of(one: Expression, several: Expression) -> bool:
    match one, several:
        case Field(name, "=", value), Field(other, "in", values) if isinstance(values, tuple):
            return name == other and value in values
    return False


def _nouns(text: str, linker: Linker | None) -> list[Phrase]:
    """Values of one field that stand where "documents" might: "every class that was made in 2019"."""
    found = linker.phrases(text) if linker else ()
    return [
        replace(phrase, sure=True, question="")
        for phrase in found
        if phrase.plain and not phrase.sure and _NOUN_ENDS.match(text, phrase.span[1])
    ]


def _excluded(
    span: Span, polarity: Polarity, phrases: Sequence[Phrase], about: Expression | None, when: str
) -> Criterion:
    """An exclusion of what meets all of the conditions; `when` is a time that no calendar has ("the summer")
    and that would be lost: the exclusion would be wider than it was said."""
    parts = [meant(phrase) for phrase in phrases]
    parts += [about] if about is not None else []
    parts += [About(when)] if when else []
    what = parts[0] if len(parts) == 1 else All(tuple(parts))
    unsure = [phrase for phrase in phrases if not phrase.sure]
    if unsure:
        return Criterion(
            polarity, what, assumed=True, span=span, confidence=ASSUMED, question=unsure[0].question
        )
    return Criterion(polarity, what, span=span)
