"""What does a clause ask, by the model's slots and by the rules? Where they differ, the surer one counts.

The model reads more than the rules and is now and then wrong where they cannot be: it takes half of a list,
turns a bound with the clause that it excludes, or ties a number to the wrong field though its unit names the
right one. Both read every clause; this file says which of them is followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
    Not,
    Polarity,
    Span,
    Time,
    conditions,
)
from adhere.parse.borne import COUNTED, DIGIT
from adhere.parse.rules.about import about_of, blanked, cleaned, erased, has_content
from adhere.parse.rules.cues import find_cue
from adhere.parse.rules.dates import time_phrases
from adhere.parse.rules.denial import denied, one_sided, spelled
from adhere.parse.rules.form import Phrase
from adhere.parse.rules.link import OPEN_END, Linker
from adhere.parse.rules.segment import overlap
from adhere.parse.rules.timed import timed
from adhere.parse.rules.typing import ASSUMED, apart, meant, sure_bounds, sure_phrases
from adhere.parse.rules.undated import undated
from adhere.parse.slots import NUMBER, Read, read
from adhere.parse.tags import Slot

_NOUN_ENDS = re.compile(
    r"\s+(?:that|which|whose|where|with|without|from|in which|under which)\b", re.IGNORECASE
)
_VERB_NOT = re.compile(r"\bnot\b(?! \w+ than\b)", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|no|without|other than|except)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """An instruction as the model filled its slots, beside what the rules read in its clauses.

    All places are places in the instruction.
    """

    instruction: str
    slots: Sequence[Slot]
    linker: Linker | None
    now: datetime
    _read: dict[Span, Read | None] = field(default_factory=dict, init=False, repr=False)
    _timed: dict[Span, list[Phrase]] = field(default_factory=dict, init=False, repr=False)

    def read(self, span: Span) -> Read | None:
        """What the slots of a clause come to; None where none types it."""
        if span not in self._read:
            self._read[span] = read(self.instruction, span, self.slots, self.linker)
        return self._read[span]

    def criteria(self, span: Span, polarity: Polarity) -> list[Criterion] | None:
        """The criteria of a clause, as `rules.typing.criteria_of` gives them; None where no slot types it."""
        found = self.read(span)
        if found is None:
            return None
        text = self.instruction[slice(*span)]
        linked = list(self.linker.phrases(text)) if self.linker else []
        ruled = self._ruled(span, linked)
        choices = [one for one in linked if isinstance(one.meaning, Field) and one.meaning.op == "in"]
        found = _widened(self.instruction, found, [*ruled, *_moved(choices, span[0])])
        found = self._turned(span, polarity, _given_up(self.instruction, found, ruled), ruled)
        # Where the model doubts and the rules do not, they are right more often.
        phrases = [p for p in found.phrases if p.sure or not any(overlap(p.span, r.span) for r in ruled)]
        taken = [*(p.span for p in phrases), *found.subjects]
        phrases += [phrase for phrase in ruled if not any(overlap(phrase.span, other) for other in taken)]
        phrases.sort(key=lambda phrase: phrase.span)
        spoken = [*taken, *(phrase.span for phrase in phrases)]
        about = about_of(found.subject, polarity) if found.subject else None
        if not phrases and about is None:
            return None
        if polarity in ("avoid", "disprefer"):
            hard = [phrase for phrase in phrases if not phrase.soft]
            return self._excluded(span, polarity, hard, about, spoken) if hard or about is not None else None
        sure = [phrase for phrase in phrases if phrase.sure]
        unsure = [phrase for phrase in phrases if not phrase.sure]
        unsure += self._left(span, [phrase.span for phrase in sure])
        return apart(span, polarity, text, _moved(sure, -span[0]), _moved(unsure, -span[0]), about)

    def _ruled(self, span: Span, linked: Sequence[Phrase]) -> list[Phrase]:
        """What the rules are sure of in a clause; `linked` is what they link, at places in the clause."""
        text = self.instruction[slice(*span)]
        sure = [*sure_phrases(text, self.linker, self.now), *_nouns(text, linked)]
        return [*_moved(sure, span[0]), *self._months(span)]

    def _turned(self, span: Span, polarity: Polarity, found: Read, ruled: Sequence[Phrase]) -> Read:
        """What was read, without a denial that is why the clause excludes, and with the bounds that the rules
        read where the model's point the other way and no denial in the clause can be the reason for it."""
        excluding = polarity in ("avoid", "disprefer")
        text = self.instruction[slice(*span)]
        cue = find_cue(text) if excluding else None
        shown = spelled(text)
        if excluding and cue is None and (why := _VERB_NOT.search(shown)):
            cue_span = why.span()  # why the model takes it for an exclusion: "which aren't preprints"
        else:
            cue_span = (cue.start, cue.end) if cue else (0, 0)
        shown = shown[: cue_span[0]] + " " * (cue_span[1] - cue_span[0]) + shown[cue_span[1] :]

        def not_before(place: int) -> bool:
            return _NOT.search(shown, 0, place - span[0]) is not None

        bounds = [
            replace(bound, denied=bound.denied and (not excluding or not_before(bound.span[1])))
            for bound in _moved(sure_bounds(spelled(text), self.linker, self.now), span[0])
        ]
        phrases: list[Phrase] = []
        for phrase in found.phrases:
            over = [r for r in ruled if r.sure and overlap(r.span, phrase.span)]
            if any(self._surer(one, phrase) for one in over):
                continue
            negated = not_before(phrase.span[0])
            if excluding and phrase.denied and not negated:
                phrase = replace(phrase, denied=False)
            if not excluding and (
                _is_denied(shown, phrase, span[0]) or any(meant(r) == Not(phrase.meaning) for r in over)
            ):
                phrase = replace(phrase, denied=True)
            phrase = _open_ended(self.instruction, phrase)
            literal = next((b for b in bounds if overlap(b.span, phrase.span) and _bounds(b, phrase)), None)
            if literal and _turns(literal, phrase) and (literal.denied or not negated):
                phrase = literal
            phrases.append(phrase)
        return replace(found, phrases=tuple(phrases))

    def _surer(self, one: Phrase, other: Phrase) -> bool:
        """Whether the rules' reading comes before the model's of the same words: a unit says what is measured
        ("under 100 euros, rated at least 4"), a list goes on, or the store has the value."""
        return (
            _elsewhere(one.meaning, other.meaning)
            or _longer(self.instruction, one, other)
            or _known(one, other, self.linker)
            or _opposed(one.meaning, other.meaning)
        )

    def _months(self, span: Span) -> list[Phrase]:
        """Bounds at a month without a year, of which the model says that they are bounds: "after June"."""
        bounds = [slot.span for slot in self.slots if slot.label in COUNTED]
        found = [phrase for phrase in self._times(span) if not DIGIT.search(self.instruction, *phrase.span)]
        said = [phrase for phrase in found if any(overlap(phrase.span, bound) for bound in bounds)]
        return [replace(phrase, sure=True, question="") for phrase in said]

    def _times(self, span: Span) -> list[Phrase]:
        """The phrases of time in a clause, sure and unsure."""
        if span not in self._timed:
            text = self.instruction[slice(*span)]
            schema = self.linker.schema if self.linker else None
            found = [timed(text, phrase, schema) for phrase in time_phrases(text, self.now)]
            self._timed[span] = _moved([phrase for phrase in found if phrase], span[0])
        return self._timed[span]

    def _left(self, span: Span, spoken: Sequence[Span]) -> list[Phrase]:
        """Phrases of time that nothing else speaks of; they may be meant, so they are asked about."""
        taken = [*spoken, *(slot.span for slot in self.slots if slot.label not in ("field", "O"))]
        return [
            phrase
            for phrase in self._times(span)
            if not phrase.sure and not any(overlap(phrase.span, other) for other in taken)
        ]

    def _excluded(
        self,
        span: Span,
        polarity: Polarity,
        phrases: Sequence[Phrase],
        about: Expression | None,
        spoken: Sequence[Span],
    ) -> list[Criterion]:
        """An exclusion of what meets all of the conditions, and a time that was passed over: without it the
        exclusion would be wider than it was said."""
        phrases = [*phrases, *self._left(span, spoken)]
        dated = [phrase.span for phrase in self._times(span)]
        said = [(start - span[0], end - span[0]) for start, end in (*spoken, *dated)]
        when = cleaned(erased(blanked(self.instruction[slice(*span)]), said))
        parts = [meant(phrase) for phrase in phrases]
        parts += [about] if about is not None else []
        parts += [About(when)] if undated(when) else []
        what = parts[0] if len(parts) == 1 else All(tuple(parts))
        unsure = [phrase for phrase in phrases if not phrase.sure]
        if not unsure:
            return [Criterion(polarity, what, span=span)]
        question = unsure[0].question
        return [Criterion(polarity, what, assumed=True, span=span, confidence=ASSUMED, question=question)]


def _is_denied(shown: str, phrase: Phrase, start: int) -> bool:
    """Whether a "not" stands right before what is no bound: "that are not in English"."""
    here = replace(phrase, span=(phrase.span[0] - start, phrase.span[1] - start), denied=False)
    return not one_sided(phrase.meaning) and denied(shown, here).denied


def _opposed(one: Expression, other: Expression) -> bool:
    """Whether the same flag is up in one and down in the other: "without a balcony"."""
    match one, other:
        case Field(name, "=", bool(value)), Field(name2, "=", bool(value2)):
            return name == name2 and value != value2
    return False


def _open_ended(text: str, phrase: Phrase) -> Phrase:
    """The phrase, unsure where a value is only one end of what is meant: "P1 and above"."""
    further = OPEN_END.match(text, phrase.span[1])
    match phrase.meaning:
        case Field(name, "=", str(value)) if further:
            span = (phrase.span[0], further.end())
            return replace(
                phrase, span=span, sure=False, question=f"Which values of {name} are {value!r}{further[0]}?"
            )
    return phrase


def _moved(phrases: Sequence[Phrase], by: int) -> list[Phrase]:
    return [replace(phrase, span=(phrase.span[0] + by, phrase.span[1] + by)) for phrase in phrases]


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


def _nouns(text: str, linked: Sequence[Phrase]) -> list[Phrase]:
    """Values of one field that stand where "documents" might: "every class that was made in 2019"."""
    return [
        replace(phrase, sure=True, question="")
        for phrase in linked
        if phrase.plain and not phrase.sure and _NOUN_ENDS.match(text, phrase.span[1])
    ]
